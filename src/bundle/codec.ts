/**
 * The codecs of frames: how a piece of a variant becomes stored bytes and comes back.
 *
 * Encoding runs in Bun's thread pool, so that several frames are encoded at once. The launcher decodes the
 * same frames with libzstd's own decoder.
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { FRAME_SIZE_MAX } from "./format.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** How hard to compress, as `-mgo.compress` and `mgo pack --compress` spell it. */
export const COMPRESS = ["fast", "default", "best"] as const;
export type Compress = (typeof COMPRESS)[number];

interface Effort {
  /** zstd levels, for frames of the base and for predicted ones. */
  readonly plain: number;
  readonly predicted: number;
  /** For frames that are not predicted, of what is detached: no start decodes them. */
  readonly detached: number;
  /** What a frame decodes to, in bytes. */
  readonly frameSize: number;
}

/**
 * What the efforts are. Of the base's levels, up to 12 make few sequences of long matches, which start fastest;
 * from 13 on the encoder looks for the least bits, 8 % fewer, in twice as many sequences. Frames of 256 KiB
 * stay in a CPU's second cache and leave less for the last thread to finish; those of 1 MiB are 1 % smaller.
 * 22 is zstd's highest level. Of debug data, 17 makes 6 % fewer bits than 12; what is predicted gains little
 * above 12 for the time.
 */
export const EFFORT: Readonly<Record<Compress, Effort>> = {
  fast: { plain: 6, predicted: 6, detached: 6, frameSize: 256 * 1024 },
  default: { plain: 12, predicted: 12, detached: 17, frameSize: 256 * 1024 },
  best: { plain: 22, predicted: 22, detached: 22, frameSize: FRAME_SIZE_MAX },
};

/**
 * Encodes one frame.
 *
 * @param dictionary raw bytes that the decoder will have too; empty for none
 * @param isDetached whether the frame is behind the skeleton
 */
export async function encodeFrame(
  frame: Uint8Array,
  dictionary: Uint8Array,
  effort: Compress,
  isDetached: boolean,
): Promise<Uint8Array> {
  const { plain, predicted, detached } = EFFORT[effort];
  const unpredicted = isDetached ? detached : plain;
  const params = {
    [constants.ZSTD_c_compressionLevel]: dictionary.length > 0 ? predicted : unpredicted,
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
