/** Variants as they come in: executables that `go build` made for one level each. */
import { createHash } from "node:crypto";
import { SECTION_PAYLOAD } from "../engine/format.ts";
import {
  type Architecture,
  architectureOf,
  assignment,
  compareLevels,
  type Level,
  levelsOf,
  lowestOf,
  variableOf,
} from "../levels/level.ts";
import { findLevel } from "../levels/text.ts";
import { MgoError } from "../system/error.ts";
import { readWhole } from "../system/file.ts";
import { type BuildInfo, readBuildInfo } from "./buildinfo.ts";
import { type Elf, findSection, parseElf } from "./elf.ts";

/** A file to bundle. */
export type VariantInput = FileInput | PendingInput;

export interface FileInput {
  readonly path: string;
  /** The level that the user names; without it, the one in its Go build info counts. */
  readonly level?: Level | undefined;
}

/** A file that is still being built. */
export interface PendingInput {
  readonly path: string;
  readonly level: Level;
  /** Resolves once the file is whole; rejects if there will be none. */
  readonly ready: Promise<unknown>;
}

/** A file, read and checked. */
export interface Variant {
  readonly path: string;
  readonly level: Level;
  readonly elf: Elf;
  readonly info: BuildInfo;
  readonly bytes: Uint8Array;
}

/**
 * Reads one Go executable for Linux.
 *
 * @throws MgoError if the file cannot be read, is no such executable, or has another level; the reason of
 * `ready`
 */
export async function readVariant(input: VariantInput): Promise<Variant> {
  const { path, level } = input;
  if ("ready" in input) await input.ready;
  const bytes = await readWhole(path);
  const elf = parseElf(bytes, path);
  if (findSection(elf, SECTION_PAYLOAD) !== undefined) {
    throw new MgoError(`${path} is a bundle, not one variant`, {
      hint: `mgo extract ${path} --level ${levelsOf(elf.architecture).at(-1)} -o OUT writes a variant of it`,
    });
  }
  const info = readBuildInfo(elf, path);
  checkTarget(info, elf.architecture, path);
  // Levels that write to one place may take each other's files.
  const remedy = "ready" in input ? { hint: "-mgo.jobs=1 builds one level after the other" } : {};
  return { level: levelOfBuild({ path, elf, info }, level, remedy), path, elf, info, bytes };
}

function checkTarget(info: BuildInfo, architecture: Architecture, path: string): void {
  const [os, arch] = [info.settings.get("GOOS") ?? "linux", info.settings.get("GOARCH") ?? architecture];
  if (os !== "linux" || arch !== architecture) {
    throw new MgoError(`${path} was built for ${os}/${arch}: bundles are for linux/${architecture}`);
  }
  const mode = info.settings.get("-buildmode") ?? "exe";
  if (mode !== "exe" && mode !== "pie") {
    throw new MgoError(`${path} is no executable: it was built with -buildmode=${mode}`);
  }
}

/** @param remedy for another level than the one that was asked for */
function levelOfBuild(
  { path, elf: { architecture }, info }: Pick<Variant, "path" | "elf" | "info">,
  label: Level | undefined,
  remedy: { readonly hint?: string },
): Level {
  const variable = variableOf(architecture);
  const value = info.settings.get(variable);
  const recorded = value === undefined ? undefined : findLevel(value);
  if (value !== undefined && (recorded === undefined || architectureOf(recorded) !== architecture)) {
    throw new MgoError(`${path} was built with ${variable}=${value}, which mgo does not know`);
  }
  const level = label ?? recorded;
  if (level === undefined) {
    throw new MgoError(`${path} does not tell its level: its Go build info has no ${variable}`, {
      hint: `name the level in front: ${lowestOf(architecture)}=${path}`,
    });
  }
  if (architectureOf(level) !== architecture) {
    throw new MgoError(`${path} is given as ${level} but is for linux/${architecture}`);
  }
  if (recorded !== undefined && recorded !== level) {
    throw new MgoError(`${path} is given as ${level} but was built with ${assignment(recorded)}`, remedy);
  }
  return level;
}

/**
 * Checks that the variants can stand in one bundle.
 *
 * @returns them sorted by level
 * @throws MgoError if two have one level, or they are not builds of the same program for one architecture
 */
export function checkVariants(variants: readonly Variant[]): readonly [Variant, ...Variant[]] {
  checkOneArchitecture(variants);
  const [first, ...rest] = [...variants].sort((a, b) => compareLevels(a.level, b.level));
  if (first === undefined) throw new MgoError("a bundle needs at least one variant");
  let previous = first;
  for (const variant of rest) {
    if (variant.level === previous.level) {
      throw new MgoError(`${previous.path} and ${variant.path} are both ${assignment(variant.level)}`, {
        hint: "a bundle holds one variant of each level",
      });
    }
    checkSameProgram(first, variant);
    previous = variant;
  }
  return [first, ...rest];
}

function checkOneArchitecture([first, ...others]: readonly Variant[]): void {
  const other = others.find(({ elf }) => elf.architecture !== first?.elf.architecture);
  if (first === undefined || other === undefined) return;
  const [a, b] = [first, other].map(({ path, elf }) => `${path} is for linux/${elf.architecture}`);
  throw new MgoError(`a bundle is for one architecture: ${a}, ${b}`, {
    hint: "make a bundle for each architecture",
  });
}

/** Facts that two variants of one program have in common, by their names in messages. */
const IDENTITY: readonly (readonly [string, (info: BuildInfo) => string | undefined])[] = [
  ["main package", (info) => info.path],
  ["main module", (info) => info.module?.path],
  ["module version", (info) => info.module?.version],
  ["vcs.revision", (info) => info.settings.get("vcs.revision")],
  ["Go version", (info) => info.goVersion],
];

function checkSameProgram(a: Variant, b: Variant): void {
  for (const [what, get] of IDENTITY) {
    const [left, right] = [get(a.info), get(b.info)];
    if (left === right) continue;
    throw new MgoError(`${a.path} and ${b.path} are variants of different programs`, {
      hint: `their ${what} differs: ${left || "none"} and ${right || "none"}`,
    });
  }
}

/** SHA-256 of an executable, as the directory stores it. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
