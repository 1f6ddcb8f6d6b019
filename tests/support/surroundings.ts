/**
 * Surroundings in which ways to start a program are closed (seccomp filters, mounts, limits, settings of the
 * kernel), and bundles of two variants to start there.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Layout } from "../../src/bundle/layout.ts";
import { cpuLevel } from "./cpu.ts";
import { PREFIX } from "./emulated.ts";
import { runFolder } from "./folders.ts";
import { withoutIds } from "./mirror.ts";
import { isRoot } from "./privileges.ts";
import { type Outcome, runProgram } from "./run.ts";
import { buildBundle, buildVariant, type Kind, kinds, type Linkage } from "./variants.ts";

/** Starts ask for LEVEL, which is not the base, so that `direct` starts it from memory, too. */
export const [BASE, LEVEL] = ["v1", "v2"] as const;
export const able = cpuLevel() >= LEVEL;
/** Namespaces of mounts and processes, which this machine may keep from its users. */
export const canUnshare =
  isRoot && runProgram(["unshare", "-m", "-p", "-f", "--mount-proc", "true"], process.env).status === 0;

/** Numbers of <asm/unistd_64.h> and <asm/errno.h>. */
export const MEMFD_CREATE = 319;
export const EXECVEAT = 322;
export const SCHED_SETAFFINITY = 203;
const EPERM = 1;
export const ENOSYS = 38;
export const NO_MEMFD = `${MEMFD_CREATE}=${EPERM}`;
export const NO_EXECVEAT = `${EXECVEAT}=${EPERM}`;

const confine = buildVariant("v1", "confine");
/** Unstripped programs start as stripped ones do. */
export const linkages = kinds.filter((kind) => kind !== "unstripped");

/** The numbers of a systemd set of system calls, by the C library's header; none where either is missing. */
function callsOf(set: string): readonly number[] {
  const header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
  if (Bun.which("systemd-analyze") === null || !existsSync(header)) return [];
  const numbers = new Map(
    [...readFileSync(header, "utf8").matchAll(/^#define __NR_(\w+) (\d+)$/gm)].map(
      ([, name = "", number]) => [name, Number(number)],
    ),
  );
  const words = (name: string): readonly string[] => {
    const { stdout } = runProgram(["systemd-analyze", "syscall-filter", name], process.env);
    const lines = stdout.split("\n").slice(1);
    return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  };
  const expand = (name: string): readonly string[] =>
    name.startsWith("@") ? words(name).flatMap(expand) : [name];
  return [...new Set(expand(set).flatMap((name) => numbers.get(name) ?? []))];
}

export const systemService = callsOf("@system-service");

/**
 * Makes a group of processes that may use 4 MiB of memory, in either version of cgroups. It is removed as a
 * folder.
 *
 * @returns null if there can be none
 */
export function makeMemoryGroup(): string | null {
  const limits = [
    ["/sys/fs/cgroup/memory", "memory.limit_in_bytes"],
    ["/sys/fs/cgroup", "memory.max"],
  ] as const;
  for (const [folder, limit] of limits) {
    const group = join(folder, `mgo-test-${process.pid}`);
    try {
      mkdirSync(group);
    } catch {
      continue;
    }
    try {
      writeFileSync(join(group, limit), "4M", { flag: "r+" });
      return group;
    } catch {
      rmdirSync(group);
    }
  }
  return null;
}

export type Command = readonly string[];
export type Wrap = (command: Command) => Command;

/** Under a seccomp filter. */
export const confined =
  (...rules: string[]): Wrap =>
  (command) => [confine, ...rules, "--", ...command];

/** After a shell's commands, mostly limits. */
export const after =
  (script: string): Wrap =>
  (command) => ["bash", "-c", `${script}; exec "$@"`, "bash", ...command];

/** In mounts of its own, with all files of the tests below /mnt, whatever becomes of /tmp. */
export const unshared =
  (script: string, inside: Wrap = (command) => command): Wrap =>
  (command) => {
    const prepared = `set -e; mount --bind ${runFolder} /mnt; cd /; ${script}; exec "$@"`;
    const moved = inside(command).map((word) => word.replaceAll(runFolder, "/mnt"));
    return ["unshare", "-m", "-p", "-f", "--mount-proc", "sh", "-c", prepared, "sh", ...moved];
  };

export const NO_PROC = "mount -t tmpfs none /proc";
export const NOEXEC_FOLDERS =
  "mount --bind /tmp /tmp; mount -o remount,bind,noexec /tmp; mount -t tmpfs -o noexec none /dev/shm";
export const NOEXEC_LINES = ["/tmp", "/dev/shm"].map(
  (folder) => `file in ${folder}, which is mounted noexec: EACCES`,
);

export const NO_MEMFD_LINE = "file in memory: memfd_create: EPERM";
export const IN_TMP = "starting from a file in /tmp";
export const MAPPING = "starting by mapping the variant's segments";
/** Lines of the log if execveat is refused. */
export const byPath = (folder: string, descriptor: number): readonly string[] => [
  `file in ${folder}: execveat: EPERM`,
  `executing /proc/self/fd/${descriptor} instead`,
];

/** Returns the output of tests/programs/mirror without what differs between ways to start. */
export function seen({ status, stdout }: Outcome, inherits: boolean): unknown {
  const report = JSON.parse(stdout || "null");
  const auxv = report?.auxv.map((value: number, at: number, all: readonly number[]) =>
    at % 2 === 1 && all[at - 1] === AT_PHNUM ? 0 : value,
  );
  const open = report?.open.filter((line: string) => !(inherits && /^[35] /.test(line)));
  const files = withoutIds(report?.files ?? {});
  return { status, report: { ...report, args: report?.args.slice(1), exe: "", auxv, open, files } };
}

/** Key of the number of program headers: the bundle's own, if no exec told the kernel another one. */
const AT_PHNUM = 5;

const bundles = new Map<string, Promise<string>>();

/** Made once. */
export function bundleOf(program: string, layout: Layout, kind: Kind | Linkage): Promise<string> {
  const key = `${program} ${layout} ${typeof kind === "string" ? kind : kind.name}`;
  const made = bundles.get(key) ?? buildBundle({ program, layout, kind, base: BASE, levels: [BASE, LEVEL] });
  bundles.set(key, made);
  return made;
}

export const log = (lines: readonly string[]): string =>
  [`starting variant GOAMD64=${LEVEL}`, ...lines].map((line) => `${PREFIX}${line}\n`).join("");
export const IN_PLACE = `starting variant GOAMD64=${BASE} in place instead`;
