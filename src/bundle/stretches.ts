/** Divides streams by the filter that their frames have. */
import type { Filter } from "../engine/filter.ts";
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

/** Divides stretches into pieces for a frame each, of so many bytes at most. */
export function divideStretches(stretches: readonly Stretch[], size: number): readonly Stretch[] {
  return stretches.flatMap(({ start, end, filter }) =>
    Array.from({ length: Math.ceil((end - start) / size) }, (_, index) => ({
      start: start + index * size,
      end: Math.min(start + (index + 1) * size, end),
      filter,
    })),
  );
}
