/**
 * Where some ways to start a variant are closed, bundles take the next one, and the program sees what the plain one
 * sees in the same surroundings.
 */
import { describe, expect, test } from "bun:test";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
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
  readonly what: string;
  readonly wrap: Wrap;
  /** What the log says of the way through memory. */
  readonly memory: readonly string[];
  /** What the log of a packed bundle says then, where that way is closed. A direct bundle starts its base instead. */
  readonly beyond?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the program inherits the descriptor that it was executed from. */
  readonly inherits?: boolean;
  readonly skipped?: boolean;
}

const CASES: readonly Case[] = [
  {
    what: "without memfd_create",
    wrap: confined(`${MEMFD_CREATE}=${ENOSYS}`),
    memory: ["file in memory: memfd_create: ENOSYS"],
    beyond: [IN_TMP],
  },
  {
    what: "where memfd_create is refused",
    wrap: confined(NO_MEMFD),
    memory: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    what: "without execveat",
    wrap: confined(`${EXECVEAT}=${ENOSYS}`),
    memory: ["file in memory: execveat: ENOSYS", "executing /proc/self/fd/3 instead"],
    inherits: true,
  },
  {
    what: "where execveat is refused",
    wrap: confined(NO_EXECVEAT),
    memory: byPath("memory", 3),
    inherits: true,
  },
  {
    what: "where memfd_create and execveat are refused",
    wrap: confined(NO_MEMFD, NO_EXECVEAT),
    memory: [NO_MEMFD_LINE],
    beyond: [IN_TMP, ...byPath("/tmp", 5)],
    inherits: true,
  },
  { what: "where written memory is not executed", wrap: confined("mdwe"), memory: [] },
  {
    what: "where written memory is not executed, without memfd_create",
    wrap: confined("mdwe", NO_MEMFD),
    memory: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  { what: "where placing threads is death", wrap: confined(`${SCHED_SETAFFINITY}=kill`), memory: [] },
  { what: "where its caller had locked all memory", wrap: confined("mlock"), memory: [] },
  {
    what: "where files may have no more than 1,024 bytes",
    wrap: after("ulimit -f 1"),
    memory: ["file in memory not written: EFBIG"],
    beyond: ["file in /tmp not written: EFBIG", "file in /dev/shm not written: EFBIG", MAPPING],
  },
  {
    what: "with a folder of its own for temporary files",
    wrap: confined(NO_MEMFD),
    env: { XDG_RUNTIME_DIR: "/nowhere", TMPDIR: scratch },
    memory: [NO_MEMFD_LINE],
    beyond: ["file in /nowhere: ENOENT", `starting from a file in ${scratch}`],
  },
  {
    what: "with relative and empty names of folders",
    wrap: confined(NO_MEMFD),
    env: { XDG_RUNTIME_DIR: "", TMPDIR: "tmp" },
    memory: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    what: "with the calls of systemd's SystemCallFilter=@system-service",
    wrap: confined(`only=${systemService.join(",")}`),
    memory: [],
    skipped: systemService.length === 0,
  },
];

/** Those that need mounts, or settings of the kernel. */
const PRIVILEGED: readonly Case[] = [
  { what: "under vm.memfd_noexec=1", wrap: unshared("echo 1 > /proc/sys/vm/memfd_noexec"), memory: [] },
  {
    what: "under vm.memfd_noexec=2",
    wrap: unshared("echo 2 > /proc/sys/vm/memfd_noexec"),
    memory: ["file in memory: memfd_create: EACCES"],
    beyond: [IN_TMP],
  },
  { what: "without /proc", wrap: unshared(NO_PROC), memory: [] },
  {
    what: "without /proc and memfd_create",
    wrap: unshared(NO_PROC, confined(NO_MEMFD)),
    memory: [NO_MEMFD_LINE],
    beyond: [IN_TMP],
  },
  {
    what: "without /proc and execveat",
    wrap: unshared(`${NO_PROC}; mount -t tmpfs none /dev/shm`, confined(NO_EXECVEAT)),
    memory: [...byPath("memory", 3), "file in memory: /proc/self/fd: ENOENT"],
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
    what: "on a root that is only read, without memfd_create",
    wrap: unshared("mount -t tmpfs none /dev/shm; mount -o remount,bind,ro /", confined(NO_MEMFD)),
    memory: [NO_MEMFD_LINE],
    beyond: ["file in /tmp: EROFS", "starting from a file in /dev/shm"],
  },
  {
    what: "with folders that forbid executing, without memfd_create",
    wrap: unshared(NOEXEC_FOLDERS, confined(NO_MEMFD)),
    memory: [NO_MEMFD_LINE],
    beyond: [...NOEXEC_LINES, MAPPING],
  },
  {
    what: "with a folder that is full, without memfd_create",
    wrap: unshared("mount -t tmpfs -o size=1m none /srv", confined(NO_MEMFD)),
    env: { TMPDIR: "/srv" },
    memory: [NO_MEMFD_LINE],
    beyond: ["starting from a file in /srv", "file in /srv not written: ENOSPC", IN_TMP],
  },
];

describe.skipIf(!able).each(linkages)("a bundle of a %s program runs", (kind) => {
  describe.each(["packed", "direct"] as const)("from the %s layout", (layout) => {
    async function check({ wrap, memory, beyond, env = {}, inherits = false }: Case): Promise<void> {
      const path = await bundleOf("mirror", layout, kind);
      const [ours, plain] = [path, buildVariant(LEVEL, "mirror", kind)].map((file) =>
        runProgram(wrap([file, "one", "two"]), { A: "1", ...env, GOAMD64: LEVEL, MGODEBUG: "log" }),
      );
      if (ours === undefined || plain === undefined) throw new Error("there are two");
      const instead = layout === "direct" ? [IN_PLACE] : beyond;
      expect(ours.stderr).toBe(log([...memory, ...(beyond === undefined ? [] : (instead ?? []))]));
      expect(seen(ours, inherits)).toEqual(seen(plain, false));
      expect(plain.status).toBe(0);
    }
    for (const one of CASES) test.skipIf(one.skipped === true)(one.what, () => check(one));
    for (const one of PRIVILEGED) test.skipIf(!canUnshare)(one.what, () => check(one));
  });
});
