/**
 * The ways to start a variant where others are closed: by seccomp filters, mounts, limits and the kernel's settings.
 * What the program sees is compared with what the plain variant sees in the same surroundings.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import type { Layout } from "../../src/bundle/layout.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu } from "../support/emulated.ts";
import { AT_SECURE, copyFor, entryOf, isRoot } from "../support/privileges.ts";
import { scratch } from "../support/scratch.ts";
import {
  buildBundle,
  buildVariant,
  type Kind,
  kinds,
  type Linkage,
  runProgram,
} from "../support/variants.ts";
import type { Outcome } from "../support/workspace.ts";

setDefaultTimeout(120_000);

/** Of two variants the one that is asked for is not the base, so that `direct` starts it from elsewhere, too. */
const [BASE, LEVEL] = ["v1", "v2"] as const;
const able = cpuLevel() >= LEVEL;
/** Namespaces of mounts and processes, which this machine may keep from its users. */
const canUnshare = isRoot && Bun.spawnSync(["unshare", "-m", "-p", "-f", "--mount-proc", "true"]).success;

/** Numbers of <asm/unistd_64.h> and <asm/errno.h>. */
const MEMFD_CREATE = 319;
const EXECVEAT = 322;
const EPERM = 1;
const ENOSYS = 38;
const NO_MEMFD = `${MEMFD_CREATE}=${EPERM}`;
const NO_EXECVEAT = `${EXECVEAT}=${EPERM}`;

const confine = buildVariant("v1", "confine");
/** Unstripped programs start as stripped ones do. */
const linkages = kinds.filter((kind) => kind !== "unstripped");

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
    const { stdout } = Bun.spawnSync(["systemd-analyze", "syscall-filter", name]);
    const lines = stdout.toString().split("\n").slice(1);
    return lines.map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  };
  const expand = (name: string): readonly string[] =>
    name.startsWith("@") ? words(name).flatMap(expand) : [name];
  return [...new Set(expand(set).flatMap((name) => numbers.get(name) ?? []))];
}

const systemService = callsOf("@system-service");

/** A group of processes that may use 4 MiB of memory, in either version of cgroups; null where it cannot be made. */
function makeMemoryGroup(): string | null {
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

const memoryGroup = makeMemoryGroup();

type Command = readonly string[];
type Wrap = (command: Command) => Command;

/** Under a seccomp filter. */
const confined =
  (...rules: string[]): Wrap =>
  (command) => [confine, ...rules, "--", ...command];

/** After a shell's commands, mostly limits. */
const after =
  (script: string): Wrap =>
  (command) => ["bash", "-c", `${script}; exec "$@"`, "bash", ...command];

const asUser: Wrap = (command) => ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...command];

/** In mounts of its own, with all files of the tests below /mnt, whatever becomes of /tmp. */
const unshared =
  (script: string, inside: Wrap = (command) => command): Wrap =>
  (command) => {
    const prepared = `set -e; mount --bind ${scratch} /mnt; cd /; ${script}; exec "$@"`;
    const moved = inside(command).map((word) => word.replaceAll(scratch, "/mnt"));
    return ["unshare", "-m", "-p", "-f", "--mount-proc", "sh", "-c", prepared, "sh", ...moved];
  };

const NO_PROC = "mount -t tmpfs none /proc";
const NOEXEC_FOLDERS =
  "mount --bind /tmp /tmp; mount -o remount,bind,noexec /tmp; mount -t tmpfs -o noexec none /dev/shm";
const NOEXEC_LINES = ["/tmp", "/dev/shm"].map(
  (folder) => `file in ${folder}, which is mounted noexec: EACCES`,
);

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

const NO_MEMFD_LINE = "file in memory: memfd_create: EPERM";
const IN_TMP = "starting from a file in /tmp";
const MAPPING = "starting by mapping the variant's segments";
/** Where execveat is refused. */
const byPath = (folder: string, descriptor: number): readonly string[] => [
  `file in ${folder}: execveat: EPERM`,
  `executing /proc/self/fd/${descriptor} instead`,
];

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

/** What tests/programs/mirror prints, without what each way has of its own. */
function seen({ status, stdout }: Outcome, inherits: boolean): unknown {
  const report = JSON.parse(stdout || "null");
  const auxv = report?.auxv.map((value: number, at: number, all: readonly number[]) =>
    at % 2 === 1 && all[at - 1] === AT_PHNUM ? 0 : value,
  );
  const open = report?.open.filter((line: string) => !(inherits && /^[35] /.test(line)));
  return { status, report: { ...report, args: report?.args.slice(1), exe: "", auxv, open } };
}

/** Of the bundle, where no exec has told the kernel another number. */
const AT_PHNUM = 5;

const bundles = new Map<string, Promise<string>>();

/** Made once. */
function bundleOf(program: string, layout: Layout, kind: Kind | Linkage): Promise<string> {
  const key = `${program} ${layout} ${typeof kind === "string" ? kind : kind.name}`;
  const made = bundles.get(key) ?? buildBundle({ program, layout, kind, base: BASE, levels: [BASE, LEVEL] });
  bundles.set(key, made);
  return made;
}

const log = (lines: readonly string[]): string =>
  [`starting variant GOAMD64=${LEVEL}`, ...lines].map((line) => `${PREFIX}${line}\n`).join("");
const IN_PLACE = `starting variant GOAMD64=${BASE} in place instead`;

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

describe.skipIf(!able)("a packed bundle", () => {
  /** Where memory files are closed and no folder is left, as far as the kernel's own calls can see to that. */
  const closed = (...rules: string[]): Wrap => unshared(NOEXEC_FOLDERS, confined(NO_MEMFD, ...rules));
  const HINT = "; a bundle built with -mgo.layout=direct needs none of these for its base\n";

  test.skipIf(!canUnshare)("names all that it tried where no way is left", async () => {
    const path = await bundleOf("mirror", "packed", "static");
    const { status, stdout, stderr } = runProgram(closed("mdwe")([path]), { GOAMD64: LEVEL });
    const tried = [NO_MEMFD_LINE, ...NOEXEC_LINES, "mapping: EPERM"].join(", ");
    expect({ status, stdout, stderr }).toEqual({
      status: 116,
      stdout: "",
      stderr: `${PREFIX}variant not started: ${tried}${HINT}`,
    });
    const direct = await bundleOf("mirror", "direct", "static");
    expect(runProgram(closed("mdwe")([direct]), { GOAMD64: LEVEL })).toMatchObject({ status: 0, stderr: "" });
  });

  test("says that there is no memory to decode with", async () => {
    const path = await bundleOf("mirror", "packed", "static");
    const { status, stdout, stderr } = runProgram(after("ulimit -d 1000")([path]), { GOAMD64: LEVEL });
    expect({ status, stdout }).toEqual({ status: 115, stdout: "" });
    expect(stderr).toBe(`${PREFIX}variant not started: memory to decode with: ENOMEM${HINT}`);
  });

  test.skipIf(!linkages.includes("static"))("runs in a process that may open no file", async () => {
    const path = await bundleOf("levels", "packed", "static");
    for (const limit of ["ulimit -n 3", "exec 0<&-; ulimit -n 3", "ulimit -n 0"]) {
      const { status, stdout, stderr } = runProgram(after(limit)([path, "x"]), { GOAMD64: LEVEL });
      expect({ limit, status, stdout, stderr }).toEqual({
        limit,
        status: 0,
        stdout: `[${LEVEL} x]\n`,
        stderr: "",
      });
    }
  });

  test.each(["0<&-", "1>&-", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"])(
    "leaves %s closed where it starts from a folder or by mapping",
    async (files) => {
      const path = await bundleOf("mirror", "packed", "static");
      for (const wrap of [confined(NO_MEMFD), after("ulimit -f 1")]) {
        const [ours, plain] = [path, buildVariant(LEVEL, "mirror")].map((file) => {
          const command = wrap(["sh", "-c", `exec ${file} ${files}`]);
          return seen(runProgram(command, { GOAMD64: LEVEL, MGODEBUG: "log" }), false);
        });
        expect(ours).toEqual(plain);
      }
    },
  );

  test.each(linkages)(
    "mapped, gives a %s program the name, entry and path of a plain start",
    async (kind) => {
      const [ours, plain] = [await bundleOf("name", "packed", kind), buildVariant(LEVEL, "name", kind)].map(
        (file) => {
          const folder = mkdtempSync(join(scratch, "mapped-"));
          linkSync(file, join(folder, "program"));
          const command = after(`ulimit -f 1; cd ${folder}`)(["./program", "one"]);
          const { stdout, stderr } = runProgram(command, { GOAMD64: LEVEL });
          return `${stdout}${stderr}`.replaceAll(folder, "FOLDER");
        },
      );
      expect(ours).toBe(plain ?? "");
      expect(ours).toContain('"execfn":"FOLDER/program"');
    },
  );

  test("mapped, leaves nothing of itself mapped, and knows its file", async () => {
    const path = await bundleOf("place", "packed", "static");
    const { stdout } = runProgram(after("ulimit -f 1")([path]), { GOAMD64: LEVEL });
    expect(JSON.parse(stdout)).toMatchObject({
      level: LEVEL,
      executable: path,
      comm: basename(path),
      mapped: [],
    });
  });

  test.skipIf(!canUnshare)("leaves nothing in a folder, though a signal ends it there", async () => {
    const path = await bundleOf("levels", "packed", "static");
    for (const proc of ["true", NO_PROC]) {
      for (const [rule, status] of [
        [NO_MEMFD, "0"],
        [`${EXECVEAT}=kill`, "159"],
      ] as const) {
        const script = `mount -t tmpfs none /srv; ${proc}`;
        const listing = (command: Command): Command => [
          "sh",
          "-c",
          '"$@"; echo $?; ls -A /srv',
          "sh",
          ...command,
        ];
        const command = unshared(script, (words) => listing(confined(NO_MEMFD, rule)(words)))([path]);
        const { stdout } = runProgram(command, { GOAMD64: LEVEL, TMPDIR: "/srv" });
        expect(stdout.split("\n").slice(-2)).toEqual([status, ""]);
      }
    }
  });

  test("names the interpreter that a program lacks, on each way", async () => {
    const kind: Linkage = { name: "lost", flags: ["-buildmode=pie", "-ldflags=-s -w -I /nowhere/ld.so"] };
    const path = await bundleOf("levels", "packed", kind);
    const ways = [
      confined(),
      confined(NO_EXECVEAT),
      confined(NO_MEMFD),
      confined(NO_MEMFD, NO_EXECVEAT),
      after("ulimit -f 1"),
    ];
    for (const wrap of ways) {
      expect(runProgram(wrap([path]), { GOAMD64: LEVEL })).toMatchObject({
        status: 116,
        stdout: "",
        stderr: `${PREFIX}variant not executed: its ELF interpreter is missing: /nowhere/ld.so\n`,
      });
    }
  });
});

/** Of address space, of data and of files that are open at once: those that a Go program can and cannot start under. */
const LIMITS = ["ulimit -v 4000000", "ulimit -v 400000", "ulimit -d 200000", "ulimit -s 128", "ulimit -n 4"];

describe.skipIf(!able).each(["packed", "direct"] as const)(
  "a bundle in the %s layout ends as the plain program",
  (layout) => {
    test.each(LIMITS)("under %s", async (limit) => {
      const files = [await bundleOf("levels", layout, "static"), buildVariant(LEVEL)];
      const [ours, plain] = files.map((file) => {
        const { status, signal, stdout } = runProgram(after(limit)([file, "x"]), { GOAMD64: LEVEL });
        return { status, signal, stdout };
      });
      expect(ours).toEqual(plain ?? { status: null, signal: undefined, stdout: "" });
    });

    test.skipIf(!isRoot)("where its user may start no thread", async () => {
      const files = [await bundleOf("levels", layout, "static"), buildVariant(LEVEL)];
      const [ours, plain] = files.map((file, index) => {
        const path = copyFor(file, 0o755, `threadless-${layout}-${index}`);
        const { status, signal, stdout } = runProgram(asUser(after("ulimit -u 1")([path, "x"])), {
          GOAMD64: LEVEL,
        });
        return { status, signal, stdout };
      });
      expect(ours).toEqual(plain ?? { status: null, signal: undefined, stdout: "" });
    });
  },
);

describe.skipIf(memoryGroup === null)("where a cgroup has little memory", () => {
  afterAll(() => rmdirSync(memoryGroup ?? ""));

  test("a direct bundle starts its base like the plain program", async () => {
    const [ours, plain] = [await bundleOf("levels", "direct", "static"), buildVariant(BASE)].map((file) =>
      runProgram(after(`echo $$ > ${memoryGroup}/cgroup.procs`)([file]), { GOAMD64: BASE }),
    );
    expect(ours).toEqual(plain ?? ours);
    expect(ours).toMatchObject({ status: 0, stdout: `[${BASE}]\n` });
  });
});

describe.skipIf(!able || !isRoot)("a packed bundle that gives privileges", () => {
  test("starts by mapping where memory files are closed, and uses no folder", async () => {
    const path = copyFor(await bundleOf("mirror", "packed", "static"), 0o4755, "raised-mapped");
    const command = confined(NO_MEMFD)(asUser([path]));
    const env = { PATH: process.env.PATH ?? "", TMPDIR: "/tmp", MGODEBUG: "log" };
    const { status, stdout, stderr } = runProgram(command, env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const report = JSON.parse(stdout);
    expect(report.exe).toBe(path);
    expect(entryOf(report.auxv, AT_SECURE)).toBe(1);
    expect(report.status.find((line: string) => line.startsWith("Uid"))).toMatch(/:\t65534\t0\t/);
  });

  test("says which ways were closed, and no more", async () => {
    const path = copyFor(await bundleOf("mirror", "packed", "static"), 0o4755, "raised-closed");
    const command = confined(NO_MEMFD, "mdwe")(asUser([path]));
    const { status, stderr } = runProgram(command, { PATH: process.env.PATH ?? "" });
    expect(status).toBe(116);
    expect(stderr).toStartWith(`${PREFIX}variant not started: ${NO_MEMFD_LINE}, mapping: EPERM; `);
  });
});

describe.skipIf(qemu === null)("a direct bundle whose base the CPU cannot run", () => {
  test("starts another variant by mapping it over the base", async () => {
    const path = await buildBundle({ layout: "direct", levels: ["v2", "v3"], base: "v3" });
    const command = after("ulimit -f 1")([qemu ?? "", "-cpu", "Nehalem", path, "x"]);
    const { status, stdout, stderr } = runProgram(command, { MGODEBUG: "log" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "[v2 x]\n" });
    expect(stderr).toEndWith(`${PREFIX}${MAPPING}\n`);
  });
});
