/**
 * Surroundings that close ways to start a variant: bundles take the next one, and the program sees what the
 * plain program sees there.
 */
import { describe, expect, test } from "bun:test";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
import { both } from "../support/starts.ts";
import {
  able,
  after,
  bundleOf,
  byPath,
  canUnshare,
  confined,
  ENOSYS,
  EXECVEAT,
  IN_PLACE,
  IN_TMP,
  LEVEL,
  linkages,
  log,
  MAPPING,
  MEMFD_CREATE,
  NO_EXECVEAT,
  NO_MEMFD,
  NO_MEMFD_LINE,
  NO_PROC,
  NOEXEC_FOLDERS,
  NOEXEC_LINES,
  SCHED_SETAFFINITY,
  seen,
  systemService,
  unshared,
  type Wrap,
} from "../support/surroundings.ts";
import { buildVariant } from "../support/variants.ts";

interface Case {
  /** Ends the title. */
  readonly where: string;
  readonly wrap: Wrap;
  /** Lines of the log about the memfd. */
  readonly memfd: readonly string[];
  /** The next lines of a packed bundle's log, if no memfd starts. A direct bundle starts its base instead. */
  readonly beyond?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the program inherits the descriptor that it was executed from. */
  readonly inherits?: boolean;
  readonly skipped?: boolean;
}

const CASES: readonly Case[] = [
  {
    where: "without memfd_create",
    wrap: confined(`${MEMFD_CREATE}=${ENOSYS}`),
    memfd: ["file in memory: memfd_create: ENOSYS"],
    beyond: [IN_TMP],
  },
  {
    where: "if memfd_create is refused",
    wrap: confined(NO_MEMFD),
    memfd: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    where: "without execveat",
    wrap: confined(`${EXECVEAT}=${ENOSYS}`),
    memfd: ["file in memory: execveat: ENOSYS", "executing /proc/self/fd/3 instead"],
    inherits: true,
  },
  {
    where: "if execveat is refused",
    wrap: confined(NO_EXECVEAT),
    memfd: byPath("memory", 3),
    inherits: true,
  },
  {
    where: "if memfd_create and execveat are refused",
    wrap: confined(NO_MEMFD, NO_EXECVEAT),
    memfd: [NO_MEMFD_LINE],
    beyond: [IN_TMP, ...byPath("/tmp", 5)],
    inherits: true,
  },
  { where: "if written memory may not be executed", wrap: confined("mdwe"), memfd: [] },
  {
    where: "if written memory may not be executed, without memfd_create",
    wrap: confined("mdwe", NO_MEMFD),
    memfd: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  { where: "if sched_setaffinity kills", wrap: confined(`${SCHED_SETAFFINITY}=kill`), memfd: [] },
  { where: "if its caller has locked all memory", wrap: confined("mlock"), memfd: [] },
  {
    where: "if files may have no more than 1,024 bytes",
    wrap: after("ulimit -f 1"),
    memfd: ["file in memory not written: EFBIG"],
    beyond: ["file in /tmp not written: EFBIG", "file in /dev/shm not written: EFBIG", MAPPING],
  },
  {
    where: "with a folder of its own for temporary files",
    wrap: confined(NO_MEMFD),
    env: { XDG_RUNTIME_DIR: "/nowhere", TMPDIR: scratch },
    memfd: [NO_MEMFD_LINE],
    beyond: ["file in /nowhere: ENOENT", `starting from a file in ${scratch}`],
  },
  {
    where: "with relative and empty names of folders",
    wrap: confined(NO_MEMFD),
    env: { XDG_RUNTIME_DIR: "", TMPDIR: "tmp" },
    memfd: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    where: "with the calls of systemd's SystemCallFilter=@system-service",
    wrap: confined(`only=${systemService.join(",")}`),
    memfd: [],
    skipped: systemService.length === 0,
  },
];

/** Cases that need mounts or settings of the kernel. */
const PRIVILEGED: readonly Case[] = [
  { where: "under vm.memfd_noexec=1", wrap: unshared("echo 1 > /proc/sys/vm/memfd_noexec"), memfd: [] },
  {
    where: "under vm.memfd_noexec=2",
    wrap: unshared("echo 2 > /proc/sys/vm/memfd_noexec"),
    memfd: ["file in memory: memfd_create: EACCES"],
    beyond: [IN_TMP],
  },
  { where: "without /proc", wrap: unshared(NO_PROC), memfd: [] },
  {
    where: "without /proc and memfd_create",
    wrap: unshared(NO_PROC, confined(NO_MEMFD)),
    memfd: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    where: "without /proc and execveat",
    wrap: unshared(`${NO_PROC}; mount -t tmpfs none /dev/shm`, confined(NO_EXECVEAT)),
    memfd: [...byPath("memory", 3), "file in memory: /proc/self/fd: ENOENT"],
    beyond: [
      ...["/tmp", "/dev/shm"].flatMap((folder) => [
        `starting from a file in ${folder}`,
        ...byPath(folder, 5),
        `file in ${folder}: /proc/self/fd: ENOENT`,
      ]),
      MAPPING,
    ],
  },
  {
    where: "on a read-only root, without memfd_create",
    wrap: unshared("mount -t tmpfs none /dev/shm; mount -o remount,bind,ro /", confined(NO_MEMFD)),
    memfd: [NO_MEMFD_LINE],
    beyond: ["file in /tmp: EROFS", "starting from a file in /dev/shm"],
  },
  {
    where: "with folders that forbid executing, without memfd_create",
    wrap: unshared(NOEXEC_FOLDERS, confined(NO_MEMFD)),
    memfd: [NO_MEMFD_LINE],
    beyond: [...NOEXEC_LINES, MAPPING],
  },
  {
    where: "with a folder that is full, without memfd_create",
    wrap: unshared("mount -t tmpfs -o size=1m none /srv", confined(NO_MEMFD)),
    env: { TMPDIR: "/srv" },
    memfd: [NO_MEMFD_LINE],
    beyond: ["starting from a file in /srv", "file in /srv not written: ENOSPC", IN_TMP],
  },
];

describe.skipIf(!able).each(linkages)("a %s program", (kind) => {
  describe.each(["packed", "direct"] as const)("runs in a %s bundle", (layout) => {
    async function check({ wrap, memfd, beyond, env, inherits = false }: Case): Promise<void> {
      const bundle = await bundleOf("mirror", layout, kind);
      const variables = { A: "1", ...env, GOAMD64: LEVEL, MGODEBUG: "log" };
      const { ours, plain } = both(bundle, buildVariant(LEVEL, "mirror", kind), (file) =>
        runProgram(wrap([file, "one", "two"]), variables),
      );
      const next = beyond !== undefined && layout === "direct" ? [IN_PLACE] : (beyond ?? []);
      expect(ours.stderr).toBe(log([...memfd, ...next]));
      expect(seen(ours, inherits)).toEqual(seen(plain, false));
      expect(plain.status).toBe(0);
    }
    for (const one of CASES) test.skipIf(one.skipped === true)(one.where, () => check(one));
    for (const one of PRIVILEGED) test.skipIf(!canUnshare)(one.where, () => check(one));
  });
});
