/**
 * The codecs of frames: how a piece of a variant becomes stored bytes and comes back.
 *
 * Encoding runs in Bun's thread pool, so that several frames are encoded at once. The launcher decodes the
 * same frames with libzstd's own decoder.
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** How hard to compress, as `-mgo.compress` and `mgo pack --compress` spell it. */
export const COMPRESS = ["fast", "default", "best"] as const;
export type Compress = (typeof COMPRESS)[number];

/**
 * zstd levels: size against the time to build, for frames without a dictionary and with one. Beyond level 12
 * the encoder searches for optimal parses, which takes several times as long; with a dictionary it also has to
 * index that for each frame anew, so there `default` stops at 12, for bundles that are some 6 % larger.
 * 19 is the last level that libzstd offers without --ultra, 22 its highest.
 */
const ZSTD_LEVEL: Readonly<Record<Compress, { readonly plain: number; readonly dictionary: number }>> = {
  fast: { plain: 9, dictionary: 9 },
  default: { plain: 19, dictionary: 12 },
  best: { plain: 22, dictionary: 22 },
};

/** A dictionary that starts so is one with entropy tables (zstd_compression_format.md), not raw bytes. */
const ZSTD_MAGIC_DICTIONARY = 0xec30a437;

/**
 * Whether these bytes can be given as a raw dictionary. Bun passes dictionaries to libzstd as
 * ZSTD_dct_auto, which takes four certain first bytes for a dictionary of its own format.
 */
export function isRawDictionary(bytes: Uint8Array): boolean {
  if (bytes.length < 4) return true;
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true) !== ZSTD_MAGIC_DICTIONARY;
}

/**
 * Encodes one frame.
 *
 * @param dictionary raw bytes that the decoder will have too; empty for none
 */
export async function encodeFrame(
  frame: Uint8Array,
  dictionary: Uint8Array,
  effort: Compress,
): Promise<Uint8Array> {
  const levels = ZSTD_LEVEL[effort];
  const params = {
    [constants.ZSTD_c_compressionLevel]: dictionary.length > 0 ? levels.dictionary : levels.plain,
    // The window must reach back over the whole dictionary from the frame's last byte.
    [constants.ZSTD_c_windowLog]: windowLog(frame.length + dictionary.length),
    // The directory has checksums of its own.
    [constants.ZSTD_c_checksumFlag]: 0,
  };
  return compress(frame, dictionary.length > 0 ? { params, dictionary } : { params });
}

/**
 * Decodes one frame.
 *
 * @param size what the frame decodes to, in bytes: more is an error
 * @throws Error of zlib's if the bytes are no such frame
 */
export async function decodeFrame(
  stored: Uint8Array,
  dictionary: Uint8Array,
  size: number,
): Promise<Uint8Array> {
  const options = { maxOutputLength: size };
  return decompress(stored, dictionary.length > 0 ? { ...options, dictionary } : options);
}

/** The least window that spans so many bytes, as a power of two. ZSTD_WINDOWLOG_MIN (zstd.h) is 10. */
function windowLog(size: number): number {
  return Math.max(10, Math.ceil(Math.log2(size)));
}
