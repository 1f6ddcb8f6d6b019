/** Changes that levels make: `mgo inspect --changes`, and its part of `mgo inspect`, as text and as JSON. */
import { findChanges } from "../bundle/changes.ts";
import { decodeVariant } from "../bundle/decode.ts";
import type { Bundle } from "../bundle/read.ts";
import type { StoredVariant } from "../bundle/stored.ts";
import type { ChangeCounts, Changes } from "../engine/changes.ts";
import type { Level } from "../levels/level.ts";
import { formatSize } from "../system/figures.ts";
import { formatTable } from "../system/text.ts";

/** A level and what it changes of the base; undefined if that cannot be told. */
export interface LevelChanges<T extends ChangeCounts = Changes> {
  readonly level: Level;
  readonly changes: T | undefined;
}

/**
 * Measures what variants change, function by function.
 *
 * @throws MgoError if a variant is damaged; the signal's reason if it is aborted
 */
export async function measureLevels(
  bundle: Bundle,
  variants: readonly StoredVariant[],
  signal: AbortSignal,
): Promise<readonly LevelChanges[]> {
  const { base } = bundle.directory;
  const plain = await decodeVariant(bundle, base, signal);
  const measured: LevelChanges[] = [];
  for (const variant of variants) {
    const bytes = variant === base ? plain : await decodeVariant(bundle, variant, signal);
    measured.push({ level: variant.level, changes: await findChanges(plain, bytes) });
  }
  return measured;
}

/** Returns the text, in lines of at most 80 columns, unless names are longer. */
export function renderChanges({ name, directory }: Bundle, levels: readonly LevelChanges[]): string {
  const base = directory.base.level;
  const sections = levels.map(({ level, changes }) => {
    if (level === base) return [`${level} is the base`];
    if (changes === undefined) return [`${level}: cannot be told, so it counts as a change of the program`];
    const rows = [...changes.functions]
      .sort(largestFirst)
      .map(({ variantSize, baseSize, ...code }) => [
        String(variantSize),
        String(baseSize),
        code.isRuntime ? "runtime" : "program",
        code.name === "" ? "(code that is in no function of Go's table)" : code.name,
      ]);
    const table = formatTable([["bytes", base, "part of", "function"], ...rows], "rr");
    return [`${level}: ${describeChanges(changes)}`, ...(rows.length > 0 ? table : [])];
  });
  return [[`${name}: what levels change of ${base} beyond addresses`], ...sections]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function largestFirst(a: Changes["functions"][number], b: typeof a): number {
  const [left, right] = [a, b].map(({ baseSize, variantSize }) => Math.max(baseSize, variantSize));
  return (right ?? 0) - (left ?? 0) || (a.name < b.name ? -1 : 1);
}

/** `25 functions of Go's runtime (15.3 kB), nothing else` */
function describeChanges({ runtime, program, dataSize }: ChangeCounts): string {
  const parts = [
    ...(runtime.functions > 0
      ? [`${count(runtime.functions)} of Go's runtime (${formatSize(runtime.size)})`]
      : []),
    ...(program.functions > 0
      ? [`${count(program.functions)} of all else (${formatSize(program.size)})`]
      : []),
    ...(dataSize > 0 ? [`${formatSize(dataSize)} of data`] : []),
  ];
  if (parts.length === 0) return "nothing";
  return parts.join(", ") + (program.functions === 0 && dataSize === 0 ? ", nothing else" : "");
}

function count(functions: number): string {
  return `${functions} function${functions === 1 ? "" : "s"}`;
}

/** Returns the lines of a table of the counts that a bundle's directory has. */
export function renderCounts(base: Level, levels: readonly LevelChanges<ChangeCounts>[]): readonly string[] {
  const rows = levels
    .filter(({ level }) => level !== base)
    .map(({ level, changes }) =>
      changes === undefined
        ? [level, "unknown", "", "unknown", "", "unknown"]
        : [
            level,
            String(changes.runtime.functions),
            formatSize(changes.runtime.size),
            String(changes.program.functions),
            formatSize(changes.program.size),
            formatSize(changes.dataSize),
          ],
    );
  const head = ["level", "Go's runtime", "", "all else", "", "data"];
  return [
    `functions that differ from ${base}'s beyond addresses, and data`,
    ...formatTable([head, ...rows], "lrrrrr"),
  ];
}

/** Returns the counts for JSON, in bytes; null if they are unknown. */
export function countsToJson(changes: ChangeCounts | undefined) {
  return changes === undefined
    ? null
    : { runtime: changes.runtime, program: changes.program, data_size: changes.dataSize };
}

/** Returns what levels change for JSON. */
export function changesToJson({ name, directory }: Bundle, levels: readonly LevelChanges[]) {
  return {
    file: name,
    base: directory.base.level,
    levels: levels.map(({ level, changes }) => ({
      level,
      changes: countsToJson(changes),
      functions: [...(changes?.functions ?? [])].sort(largestFirst).map((code) => ({
        name: code.name,
        is_runtime: code.isRuntime,
        size: code.variantSize,
        base_size: code.baseSize,
      })),
    })),
  };
}
