/** Lines behind a bundle's summary: what its users should know before they choose levels and layout. */
import { readFile } from "node:fs/promises";
import { changesProgram, findAskers } from "../bundle/changes.ts";
import { readBundle } from "../bundle/read.ts";
import type { Repeat } from "../bundle/repeats.ts";
import type { Directory } from "../bundle/stored.ts";
import { compareLevels } from "../levels/level.ts";

/** How many packages a line names. */
const NAMES_MAX = 3;

/**
 * Returns the lines.
 *
 * @param name the bundle, as the user named it
 * @param chunks the bundle in pieces
 * @param plain path of the base as `go build` made it
 */
export async function findNotes(
  name: string,
  chunks: readonly Uint8Array[],
  plain: string,
): Promise<readonly string[]> {
  const { directory } = await readBundle(Buffer.concat(chunks), name);
  const lines = describeLevels(directory);
  if (directory.asksForOwnFile && directory.layout === "packed") {
    lines.push(describeAskers((await findAskers(await readFile(plain))) ?? []));
  }
  return lines.map((line) => `mgo: ${name}: ${line}`);
}

/** Returns a line for each level that is not stored. */
export function describeRepeats(name: string, repeats: readonly Repeat[]): readonly string[] {
  return repeats.map(
    ({ level, of }) => `mgo: ${name}: ${level} compiles to the same program as ${of}: stored once`,
  );
}

/** Returns a line for each level that changes nothing outside of Go's own runtime. */
function describeLevels({ layout, startPolicy, base, variants }: Directory): string[] {
  return variants.flatMap(({ level, changes }) => {
    if (level === base.level || changes === undefined || changesProgram(changes)) return [];
    const { functions } = changes.runtime;
    const what =
      functions === 0 ? "nothing" : `${functions} function${functions === 1 ? "" : "s"}, all of Go's runtime`;
    const stays = layout === "direct" && startPolicy === "auto" && compareLevels(level, base.level) > 0;
    return [`${level} changes ${what}${stays ? `: its CPUs start ${base.level} in place` : ""}`];
  });
}

function describeAskers(packages: readonly string[]): string {
  const others = packages.length - NAMES_MAX;
  const names = [...packages.slice(0, NAMES_MAX), ...(others > 0 ? [`${others} more`] : [])].join(", ");
  const callers = names === "" ? "" : `, called by ${names},`;
  return `os.Executable${callers} finds no file: -mgo.layout=direct helps (docs/layouts.md)`;
}
