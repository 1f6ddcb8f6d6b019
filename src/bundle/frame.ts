/**
 * Encodes and decodes frames.
 *
 * Encoding runs in the runtime's thread pool, so that several frames are encoded at once.
 * engine/zstd/zstd.zig decodes the same frames at a start.
 */
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import { FRAME_SIZE_MAX } from "../engine/format.ts";
import { loadPrice, type Priced } from "../engine/speed.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** How hard to compress, as `-mgo.compress` and `mgo pack --compress` spell it. */
export const COMPRESS = ["fast", "default", "best"] as const;
export type Compress = (typeof COMPRESS)[number];

/** How zstd looks for matches. */
interface Search {
  readonly level: number;
  /** The least length of a match, in bytes: 3 to 7. Default: the level's. */
  readonly minMatch?: number;
}

interface Effort {
  /** For frames of the base; of several, the one whose frame costs the least is taken, frame by frame. */
  readonly plain: readonly Search[];
  /** For predicted ones. */
  readonly predicted: Search;
  /** For frames that are not predicted, of what is detached: no start decodes them. */
  readonly detached: Search;
  /** How many bytes larger a frame may be for each microsecond that it decodes faster at a start. */
  readonly price: number;
  /** Size of a decoded frame, in bytes. */
  readonly frameSize: number;
}

/**
 * A start spends most of its time on zstd's sequences, and on Huffman codes of literals next: long matches
 * make few sequences, and literals without codes take none of that time. At a price of 250 bytes for a
 * microsecond, programs of 4 to 11 MB decode a fifth faster than at none, and are 6 % larger; at 500, a third
 * faster and 14 % larger. Frames of 256 KiB stay in a CPU's second cache and leave less for the last thread
 * to finish; those of 1 MiB are 1 % smaller. 22 is zstd's highest level. Level 17 makes debug data 6 %
 * smaller than 12; predicted frames gain little above 12 for the time.
 */
export const EFFORT: Readonly<Record<Compress, Effort>> = {
  fast: {
    plain: [{ level: 6, minMatch: 6 }],
    predicted: { level: 6 },
    detached: { level: 6 },
    price: 500,
    frameSize: 256 * 1024,
  },
  default: {
    plain: [
      { level: 12, minMatch: 5 },
      { level: 15, minMatch: 5 },
    ],
    predicted: { level: 12 },
    detached: { level: 17 },
    price: 250,
    frameSize: 256 * 1024,
  },
  best: {
    plain: [{ level: 22 }],
    predicted: { level: 22 },
    detached: { level: 22 },
    price: 0,
    // Other variants' frames are as large as what they are predicted from, and a little more.
    frameSize: FRAME_SIZE_MAX - 64 * 1024,
  },
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
  const { plain, predicted, detached, price } = EFFORT[effort];
  if (isDetached) return search(frame, dictionary, dictionary.length > 0 ? predicted : detached);
  const searches = dictionary.length > 0 ? [predicted] : plain;
  const priceOf = await loadPrice(price);
  const found: Priced[] = [];
  for (const one of searches) found.push(priceOf(await search(frame, dictionary, one), frame.length));
  return found.reduce((best, other) => (other.cost < best.cost ? other : best)).bytes;
}

async function search(
  frame: Uint8Array,
  dictionary: Uint8Array,
  { level, minMatch }: Search,
): Promise<Uint8Array> {
  const params = {
    [constants.ZSTD_c_compressionLevel]: level,
    ...(minMatch === undefined ? {} : { [constants.ZSTD_c_minMatch]: minMatch }),
    // The window must reach back over the whole dictionary from the frame's last byte.
    [constants.ZSTD_c_windowLog]: windowLog(frame.length + dictionary.length),
    // The directory has checksums of its own.
    [constants.ZSTD_c_checksumFlag]: 0,
  };
  const options = { params, chunkSize: sizeBound(frame.length), pledgedSrcSize: frame.length };
  // Bun tells zstd the size by itself, Node does not: told, both give the same bytes.
  return compress(frame, dictionary.length > 0 ? { ...options, dictionary } : options);
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

/**
 * Returns more than a frame of so many bytes takes as stored (ZSTD_COMPRESSBOUND of zstd.h): behind a frame
 * whose end fills a chunk, Bun puts an empty one.
 */
function sizeBound(size: number): number {
  return size + (size >> 8) + 1024;
}

/** The least window that spans so many bytes, as a power of two. ZSTD_WINDOWLOG_MIN (zstd.h) is 10. */
function windowLog(size: number): number {
  return Math.max(10, Math.ceil(Math.log2(size)));
}
