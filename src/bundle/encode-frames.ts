/** A variant's stream → frames. */
import { availableParallelism } from "node:os";
import type { Filters } from "../engine/filter.ts";
import { FILTER } from "../engine/format.ts";
import { xxHash64 } from "../engine/hash.ts";
import type { Level } from "../levels/level.ts";
import { type Compress, decodeFrame, EFFORT, encodeFrame } from "./frame.ts";
import type { Stream } from "./stream.ts";
import { divideStretches, type Stretch, stretchesOf } from "./stretches.ts";

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
}

/** Knowledge about a stream, which makes its frames smaller. */
export interface Knowledge {
  /** Gives the dictionary for a range of it. */
  readonly predict?: (offset: number, size: number) => Uint8Array;
  readonly stretches?: readonly Stretch[];
  /** Needed where a stretch has one. */
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
  const stretches = knowledge.stretches ?? stretchesOf(stream);
  const pieces = divideStretches(stretches, EFFORT[options.compress].frameSize);
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
  { bytes, skeletonSize }: Pick<Stream, "bytes" | "skeletonSize">,
  { start, end, filter }: Stretch,
  { predict, filters }: Knowledge,
  compress: Compress,
): Promise<EncodedFrame> {
  const piece = bytes.subarray(start, end);
  const filtered = filters?.apply(filter, piece, start, skeletonSize) ?? piece;
  if (filters !== undefined) expectEqual(filters.remove(filter, filtered, start, skeletonSize), piece);
  const dictionary = predict?.(start, piece.length) ?? NOTHING;
  const stored = await encodeFrame(filtered, dictionary, compress, start >= skeletonSize);
  expectEqual(await decodeFrame(stored, dictionary, filtered.length), filtered);
  return { stored, size: piece.length, checksum: xxHash64(piece), filter: FILTER[filter] };
}

function expectEqual(found: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(found, wanted) === 0) return;
  throw new Error("a frame does not decode to what was encoded");
}
