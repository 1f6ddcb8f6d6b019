/**
 * Levels that compile to the same program as a lower one, as arm64's from v8.1 on do in Go 1.26. They are not
 * stored: their CPUs start the lower one.
 */
import { assignment, compareLevels, featuresOf, type Level } from "../levels/level.ts";
import type { Range } from "./build-id.ts";
import { SHT_NOTE } from "./elf.ts";
import type { Pending } from "./encode.ts";
import type { Variant } from "./variant.ts";

/** A level, and the lower one whose program it has. */
export interface Repeat {
  readonly level: Level;
  readonly of: Level;
}

/** A variant that may still be being built. */
export interface Compared extends Pending<Variant> {
  /** Resolves to the lower level whose program it has, once that is known. */
  readonly repeats: Promise<Level | undefined>;
}

/**
 * Compares each variant with the next lower one that is stored, as they get ready.
 *
 * @param variants each rejects if there will be none
 * @returns them sorted by level
 */
export function compareNeighbours(variants: readonly Pending<Variant>[]): readonly Compared[] {
  let stored: Promise<Variant> | undefined;
  return [...variants]
    .sort((a, b) => compareLevels(a.level, b.level))
    .map((pending) => {
      const { variant } = pending;
      const lower = stored;
      const repeats = lower === undefined ? Promise.resolve(undefined) : findRepeated(lower, variant);
      stored = lower === undefined ? variant : repeats.then((of) => (of === undefined ? variant : lower));
      // The encoder awaits each variant: this only keeps a rejection from counting as unhandled.
      stored.catch(() => {});
      return { ...pending, repeats };
    });
}

/** Returns the levels that are not stored. */
export async function findRepeats(variants: readonly Compared[]): Promise<readonly Repeat[]> {
  const found: Repeat[] = [];
  for (const { level, repeats } of variants) {
    const of = await repeats;
    if (of !== undefined) found.push({ level, of });
  }
  return found;
}

async function findRepeated(lower: Promise<Variant>, variant: Promise<Variant>): Promise<Level | undefined> {
  const [a, b] = await Promise.all([lower, variant]);
  const features = new Set(featuresOf(b.level));
  // Otherwise CPUs that run the one may lack features of the other.
  const runsWithIt = featuresOf(a.level).every((name) => features.has(name));
  return runsWithIt && isSameProgram(a, b) ? a.level : undefined;
}

/** Sections whose contents are hashes of the rest, and of what the program was made from. */
const BUILD_IDS = [".note.go.buildid", ".note.gnu.build-id"];

/** Whether two variants differ in nothing but build IDs and the level's name in the build information. */
export function isSameProgram(a: Variant, b: Variant): boolean {
  if (a.bytes.length !== b.bytes.length) return false;
  const ranges = findOwn(a);
  if (JSON.stringify(ranges) !== JSON.stringify(findOwn(b))) return false;
  let start = 0;
  for (const { offset, size } of [...ranges, { offset: a.bytes.length, size: 0 }]) {
    const isSame =
      start >= offset ||
      Buffer.compare(a.bytes.subarray(start, offset), b.bytes.subarray(start, offset)) === 0;
    if (!isSame) return false;
    start = Math.max(start, offset + size);
  }
  return true;
}

/** Finds what each build has of its own, sorted. */
function findOwn({ elf, bytes, level }: Variant): readonly Range[] {
  const ids = elf.sections
    .filter(({ name, header }) => header.type === SHT_NOTE && BUILD_IDS.includes(name))
    .map(({ offset, size }) => ({ offset, size }));
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // As in the section .go.buildinfo, and in the text that runtime/debug.ReadBuildInfo parses.
  const text = `build\t${assignment(level)}\n`;
  const names: Range[] = [];
  for (let at = file.indexOf(text); at >= 0; at = file.indexOf(text, at + text.length)) {
    names.push({ offset: at, size: text.length });
  }
  return [...ids, ...names].sort((x, y) => x.offset - y.offset);
}
