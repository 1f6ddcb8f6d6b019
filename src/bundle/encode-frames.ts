/** A variant's stream → frames. */
import { availableParallelism } from "node:os";
import type { Filters } from "../engine/filter.ts";
import { FILTER } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import { Patches } from "../engine/patches.ts";
import type { Level } from "../levels/level.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./frame.ts";
import type { Stream } from "./stream.ts";
import { divideStretches, type Piece, stretchesOf } from "./stretches.ts";

export interface FrameOptions {
  readonly compress: Compress;
  /** How many frames are encoded at once. Default: one for each CPU. Any number gives the same bytes. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: EncodeProgress) => void;
}

/** Passed after each frame. Sizes in bytes. */
export interface EncodeProgress {
  readonly level: Level;
  /** How much of the variant's stream is encoded. */
  readonly done: number;
  /** The whole stream. */
  readonly size: number;
  /** The encoded part as the bundle stores it. */
  readonly stored: number;
}

/** One frame as the payload stores it; fields as in engine/format/format.zig. */
export interface EncodedFrame {
  readonly stored: Uint8Array;
  readonly size: number;
  readonly checksum: bigint;
  /** One of FILTER. */
  readonly filter?: number;
  /** Whether it serves to predict detached ranges only. */
  readonly isDetached?: boolean;
  /** Index of the frame of the base's stream that it is predicted from. */
  readonly baseFrame?: number | undefined;
}

/** Knowledge about a stream, which makes its frames smaller. */
export interface Knowledge {
  /** Predicts a piece. */
  readonly predict?: (piece: Piece) => Uint8Array;
  /** Ranges to make frames of. Default: as large as a frame may be, without filter. */
  readonly pieces?: readonly Piece[];
  /** Needed where a piece has one. */
  readonly filters?: Filters;
}

const NOTHING = new Uint8Array();

/**
 * Encodes a stream.
 *
 * @throws Error if a frame does not decode to what was encoded; the signal's reason if it is aborted
 */
export async function encodeFrames(
  level: Level,
  stream: Pick<Stream, "bytes" | "skeletonSize">,
  knowledge: Knowledge,
  options: FrameOptions,
): Promise<readonly EncodedFrame[]> {
  const pieces = knowledge.pieces ?? divideStretches(stretchesOf(stream), EFFORT[options.compress].frameSize);
  const frames: EncodedFrame[] = [];
  const queue = pieces.entries();
  let [done, stored] = [0, 0];
  const work = async (): Promise<void> => {
    for (const [index, piece] of queue) {
      options.signal?.throwIfAborted();
      const frame = await encodePiece(stream, piece, knowledge, options.compress);
      frames[index] = frame;
      done += frame.size;
      stored += frame.stored.length;
      options.onProgress?.({ level, done, size: stream.bytes.length, stored });
    }
  };
  const jobs = Math.min(options.jobs ?? availableParallelism(), pieces.length);
  await Promise.all(Array.from({ length: jobs }, work));
  return frames;
}

/** Encodes one frame and decodes it again: a frame that cannot be read back must not leave the machine. */
async function encodePiece(
  stream: Pick<Stream, "bytes" | "skeletonSize">,
  piece: Piece,
  knowledge: Knowledge,
  compress: Compress,
): Promise<EncodedFrame> {
  const bytes = stream.bytes.subarray(piece.start, piece.end);
  const isDetached = piece.start >= stream.skeletonSize;
  const prediction = knowledge.predict?.(piece);
  const stored =
    prediction === undefined
      ? await encodeContents(applyFilter(stream, piece, bytes, knowledge), NOTHING, compress, isDetached)
      : await encodePatches(prediction, bytes, compress, isDetached);
  const { filter, baseFrame } = piece;
  return { stored, size: bytes.length, checksum: xxHash64(bytes), filter: FILTER[filter], baseFrame };
}

async function encodeContents(
  contents: Uint8Array,
  dictionary: Uint8Array,
  compress: Compress,
  isDetached: boolean,
): Promise<Uint8Array> {
  const stored = await encodeFrame(contents, dictionary, compress, isDetached);
  expectEqual(await decodeFrame(stored, dictionary, contents.length), contents);
  return stored;
}

/** Debug data of which patches are a larger part take less as a whole; a start would be slower. */
const PATCHED_MANY = 1 / 16;

async function encodePatches(
  prediction: Uint8Array,
  bytes: Uint8Array,
  compress: Compress,
  isDetached: boolean,
): Promise<Uint8Array> {
  const patches = await Patches.load();
  const encode = async (all: boolean): Promise<Uint8Array> => {
    const made = patches.make(prediction, bytes, all);
    expectEqual(patches.apply(prediction, made) ?? NOTHING, bytes);
    if (!all && isDetached && made.length > bytes.length * PATCHED_MANY) return encode(true);
    return await encodeContents(made, prediction, compress, isDetached);
  };
  return await encode(false);
}

function applyFilter(
  { skeletonSize }: Pick<Stream, "skeletonSize">,
  { start, filter }: Piece,
  bytes: Uint8Array,
  { filters }: Knowledge,
): Uint8Array {
  if (filters === undefined) return bytes;
  const filtered = filters.apply(filter, bytes, start, skeletonSize);
  expectEqual(filters.remove(filter, filtered, start, skeletonSize), bytes);
  return filtered;
}

function expectEqual(found: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(found, wanted) === 0) return;
  throw new Error("a frame does not decode to what was encoded");
}
