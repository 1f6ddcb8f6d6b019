/** Output of tests/programs/mirror, and the short list of what a bundle may change of it. */
import { expect } from "bun:test";
import { readlinkSync } from "node:fs";
import type { Outcome } from "./run.ts";
import type { Start } from "./starts.ts";
import type { Linkage } from "./variants.ts";

export interface Report {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly open: readonly string[];
  readonly status: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly exe: string;
  /** Keys and values in turn, without addresses. */
  readonly auxv: readonly number[];
  readonly calls: Readonly<Record<string, string>>;
  /** Null where addresses are random. */
  readonly addresses: {
    /** By key: as the program sees it, and as the kernel has it. */
    readonly vector: Readonly<Record<string, string>>;
    readonly kernel: Readonly<Record<string, string>>;
    readonly execfn: string;
    readonly maps: readonly string[];
  } | null;
  /** With -tags=early only: what there was in front of Go's runtime. */
  readonly early?: Early;
}

export interface Early {
  readonly maps: readonly string[];
  readonly status: readonly string[];
  readonly threads: string;
}

/** In C and Go, for what Go's runtime changes. */
export const EARLY: Linkage = { name: "cgo with early", flags: ["-tags=early"], cgo: true };

/** Keys of the auxiliary vector. */
const AT_PHDR = 3;
const AT_PHNUM = 5;
const AT_ENTRY = 9;
const AT_EXECFN = 31;

/** Expects two outcomes that are the same but for what this file lists; gives the plain one's report. */
export function expectSame(start: Start, ours: Outcome, plain: Outcome): Report {
  expect({ ...ours, stdout: "" }).toEqual({ ...plain, stdout: "" });
  const [seen, wanted] = [ours, plain].map(({ stdout, stderr }): Report => {
    if (stdout === "") throw new Error(`no report: ${stderr}`);
    return JSON.parse(stdout);
  });
  if (seen === undefined || wanted === undefined) throw new Error("unreachable");
  // A variant without room for its path behind its code: its name is set by code in what was only read.
  const crowded = seen.addresses?.execfn.startsWith("/dev/fd/") === true && !start.inPlace;
  expect(withoutDifferences(seen, start, crowded)).toEqual(withoutDifferences(wanted, start, crowded));
  return wanted;
}

function withoutDifferences(report: Report, start: Start, crowded: boolean): object {
  const { addresses, early } = report;
  const maps = (all: readonly string[]) =>
    withoutLauncher(all, start).filter((line) => !crowded || !line.endsWith(" the program"));
  return {
    ...report,
    // From memory, it is the memfd.
    exe: start.inPlace ? report.exe : "",
    files: withoutIds(report.files),
    auxv: report.auxv.map((value, at) => (start.inPlace && report.auxv[at - 1] === AT_PHNUM ? 0 : value)),
    addresses: addresses && {
      ...addresses,
      // In place, there may be one program header more, and they may be elsewhere. From memory, the vector
      // points to a mended path, which is not where the kernel put one.
      vector: without(addresses.vector, start.inPlace ? [AT_PHDR, AT_PHNUM] : [AT_EXECFN]),
      // The kernel's own copy cannot be mended: it has the entry of the launcher, or of the code before it.
      kernel: without(addresses.kernel, start.inPlace ? [AT_PHDR, AT_PHNUM, AT_ENTRY] : [AT_ENTRY]),
      execfn: crowded ? "" : addresses.execfn,
      maps: maps(addresses.maps),
    },
    ...(early && { early: { ...early, maps: maps(early.maps) } }),
  };
}

/** Namespaces that were made for a start have other numbers each time, and so have the mounts in one. */
export function withoutIds(files: Report["files"]): Report["files"] {
  const own = Object.entries(files).map(([name, text]) => {
    if (!name.startsWith("ns/")) return [name, text];
    return [name, readlinkSync(`/proc/self/${name}`) === text ? text : "another"];
  });
  const mounts = files.mountinfo ?? "";
  const seen: Report["files"] = Object.fromEntries(own);
  return seen["ns/mnt"] === "another"
    ? { ...seen, mountinfo: mounts.replaceAll(/^\d+ \d+ \d+:\d+/gm, "") }
    : seen;
}

function without(
  vector: Readonly<Record<string, string>>,
  keys: readonly number[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(vector).filter(([key]) => !keys.includes(Number(key))));
}

/** In place, the launcher's own segment is the program's last, and the heap begins behind it. */
function withoutLauncher(maps: readonly string[], start: Start): readonly string[] {
  if (!start.inPlace) return maps;
  const last = maps.findLastIndex((line) => / r-xp \S+ the program$/.test(line));
  const own = maps.filter((line) => / r-xp \S+ the program$/.test(line)).length > 1 ? last : -1;
  return maps
    .filter((_, at) => at !== own)
    .map((line) => (line.endsWith(" [heap]") ? line.replace(/^\S+/, "") : line));
}
