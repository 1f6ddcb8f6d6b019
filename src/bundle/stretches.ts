/** Divides streams by the filter that their frames have. */
import type { Filter } from "../engine/filter.ts";
import { FRAME_SIZE_MAX } from "../engine/format.ts";
import { ROLE } from "../engine/wire.ts";
import type { Image } from "./correspondence.ts";
import type { Stream } from "./stream.ts";

/** Smaller pieces of code are not worth frames of their own. */
const CODE_SIZE_MIN = 64 * 1024;

/** A range of a stream whose frames have one filter; offsets in bytes. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly filter: Filter;
}

/**
 * Divides a stream into stretches without gaps. One ends where the skeleton ends.
 *
 * @param image without it, there is no code
 */
export function stretchesOf(
  { bytes, skeletonSize }: Pick<Stream, "bytes" | "skeletonSize">,
  image?: Image,
): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let end = 0;
  const add = (to: number, filter: Filter): void => {
    if (to > end) stretches.push({ start: end, end: to, filter });
    end = Math.max(end, to);
  };
  const parts = image?.parts.toSorted((a, b) => a.offset - b.offset) ?? [];
  for (const { role, offset, size } of parts) {
    if (role !== ROLE.code || size < CODE_SIZE_MIN || offset < end) continue;
    add(offset, "none");
    add(offset + size, "code");
  }
  add(skeletonSize, "none");
  add(bytes.length, "none");
  return stretches;
}

/** A range of a stream that is a frame. */
export interface Piece extends Stretch {
  /** Index of the frame of the base's stream that it is predicted from. */
  readonly baseFrame?: number;
}

/** Divides stretches into pieces of so many bytes at most. */
export function divideStretches(stretches: readonly Stretch[], size: number): readonly Piece[] {
  return stretches.flatMap((stretch) => divide(stretch, size));
}

/**
 * Divides a stream into pieces that are each predicted from one frame of the base.
 *
 * @param positions where the contents of each frame, the first one excepted, start in this stream
 */
export function divideByBase(
  { bytes, skeletonSize }: Pick<Stream, "bytes" | "skeletonSize">,
  positions: readonly number[],
): readonly Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  for (const [baseFrame, position] of [...positions, bytes.length].entries()) {
    const end = Math.min(Math.max(position, start), bytes.length);
    const middle = Math.min(Math.max(skeletonSize, start), end);
    for (const [from, to] of [
      [start, middle],
      [middle, end],
    ] as const) {
      pieces.push(...divide({ start: from, end: to, filter: "none", baseFrame }, FRAME_SIZE_MAX));
    }
    start = end;
  }
  return pieces;
}

function divide(piece: Piece, size: number): readonly Piece[] {
  const { start, end } = piece;
  return Array.from({ length: Math.ceil((end - start) / size) }, (_, index) => ({
    ...piece,
    start: start + index * size,
    end: Math.min(start + (index + 1) * size, end),
  }));
}
