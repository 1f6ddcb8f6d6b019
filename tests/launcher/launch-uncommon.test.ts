/** Starts by uncommon ways: what they leave behind and print, and how they end. */
import { afterAll, describe, expect, test } from "bun:test";
import { linkSync, mkdtempSync, rmdirSync } from "node:fs";
import { basename, join } from "node:path";
import { PREFIX, qemu } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { AT_SECURE, asUser, copyFor, entryOf, isRoot } from "../support/privileges.ts";
import { runProgram } from "../support/run.ts";
import { both } from "../support/starts.ts";
import {
  able,
  after,
  BASE,
  bundleOf,
  type Command,
  canUnshare,
  confined,
  EXECVEAT,
  LEVEL,
  linkages,
  MAPPING,
  makeMemoryGroup,
  NO_EXECVEAT,
  NO_MEMFD,
  NO_MEMFD_LINE,
  NO_PROC,
  NOEXEC_FOLDERS,
  NOEXEC_LINES,
  seen,
  unshared,
  type Wrap,
} from "../support/surroundings.ts";
import { buildBundle, buildVariant, type Linkage } from "../support/variants.ts";

describe.skipIf(!able)("a packed bundle", () => {
  /** Closes the memfd and all folders, and what the rules close. */
  const closed = (...rules: string[]): Wrap => unshared(NOEXEC_FOLDERS, confined(NO_MEMFD, ...rules));
  const HINT = "; built with -mgo.layout=direct, its base needs none of these\n";

  test.skipIf(!canUnshare)("names all that it tried if no way is left", async () => {
    const path = await bundleOf("mirror", "packed", "static");
    const tried = [NO_MEMFD_LINE, ...NOEXEC_LINES, "mapping: EPERM"].join(", ");
    expect(runProgram(closed("mdwe")([path]), { GOAMD64: LEVEL })).toMatchObject({
      status: 116,
      stdout: "",
      stderr: `${PREFIX}variant not started: ${tried}${HINT}`,
    });
    const direct = await bundleOf("mirror", "direct", "static");
    expect(runProgram(closed("mdwe")([direct]), { GOAMD64: LEVEL })).toMatchObject({ status: 0, stderr: "" });
  });

  test("says that there is no memory to decode with", async () => {
    const path = await bundleOf("mirror", "packed", "static");
    expect(runProgram(after("ulimit -d 400")([path]), { GOAMD64: LEVEL })).toMatchObject({
      status: 115,
      stdout: "",
      stderr: `${PREFIX}variant not started: memory to decode with: ENOMEM${HINT}`,
    });
  });

  test.skipIf(!linkages.includes("static"))("runs in a process that may open no file", async () => {
    const path = await bundleOf("levels", "packed", "static");
    for (const limit of ["ulimit -n 3", "exec 0<&-; ulimit -n 3", "ulimit -n 0"]) {
      const outcome = runProgram(after(limit)([path, "x"]), { GOAMD64: LEVEL });
      expect({ limit, ...outcome }).toMatchObject({
        limit,
        status: 0,
        stdout: `[${LEVEL} x]\n`,
        stderr: "",
      });
    }
  });

  test.each(["0<&-", "1>&-", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"])(
    "leaves %s closed, from a folder and by mapping",
    async (files) => {
      const path = await bundleOf("mirror", "packed", "static");
      for (const wrap of [confined(NO_MEMFD), after("ulimit -f 1")]) {
        const { ours, plain } = both(path, buildVariant(LEVEL, "mirror"), (file) => {
          const command = wrap(["sh", "-c", `exec ${file} ${files}`]);
          return seen(runProgram(command, { GOAMD64: LEVEL, MGODEBUG: "log" }), false);
        });
        expect(ours).toEqual(plain);
      }
    },
  );

  test.each(linkages)("gives a mapped %s program the name, entry and path of a plain start", async (kind) => {
    const bundle = await bundleOf("name", "packed", kind);
    const { ours, plain } = both(bundle, buildVariant(LEVEL, "name", kind), (file) => {
      const folder = mkdtempSync(join(scratch, "mapped-"));
      linkSync(file, join(folder, "program"));
      const command = after(`ulimit -f 1; cd ${folder}`)(["./program", "one"]);
      const { stdout, stderr } = runProgram(command, { GOAMD64: LEVEL });
      return `${stdout}${stderr}`.replaceAll(folder, "FOLDER");
    });
    expect(ours).toBe(plain);
    expect(ours).toContain('"execfn":"FOLDER/program"');
  });

  test("leaves nothing of itself mapped in a mapped program, which knows its file", async () => {
    const path = await bundleOf("place", "packed", "static");
    const { stdout } = runProgram(after("ulimit -f 1")([path]), { GOAMD64: LEVEL });
    expect(JSON.parse(stdout)).toMatchObject({
      level: LEVEL,
      executable: path,
      comm: basename(path),
      mapped: [],
    });
  });

  test.skipIf(!canUnshare)("leaves nothing in a folder, even if a signal ends it", async () => {
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

  test("names the ELF interpreter that is missing, by each way", async () => {
    const kind: Linkage = { name: "lost", flags: ["-buildmode=pie", "-ldflags=-s -w -I /nowhere/ld.so"] };
    const path = await bundleOf("levels", "packed", kind);
    const wraps = [
      confined(),
      confined(NO_EXECVEAT),
      confined(NO_MEMFD),
      confined(NO_MEMFD, NO_EXECVEAT),
      after("ulimit -f 1"),
    ];
    for (const wrap of wraps) {
      expect(runProgram(wrap([path]), { GOAMD64: LEVEL })).toMatchObject({
        status: 116,
        stdout: "",
        stderr: `${PREFIX}variant not executed: ELF interpreter is missing: /nowhere/ld.so\n`,
      });
    }
  });
});

/** Limits that a Go program starts under, and limits that it does not. */
const LIMITS = ["ulimit -v 4000000", "ulimit -v 400000", "ulimit -d 200000", "ulimit -s 128", "ulimit -n 4"];

describe.skipIf(!able).each(["packed", "direct"] as const)(
  "a bundle in the %s layout ends as the plain program",
  (layout) => {
    async function check(command: (file: string) => readonly string[]): Promise<void> {
      const { ours, plain } = both(
        await bundleOf("levels", layout, "static"),
        buildVariant(LEVEL),
        (file) => {
          // Go's own complaints have addresses.
          const { stderr: _, ...outcome } = runProgram(command(file), { GOAMD64: LEVEL });
          return outcome;
        },
      );
      expect(ours).toEqual(plain);
    }

    test.each(LIMITS)("under %s", (limit) => check((file) => after(limit)([file, "x"])));

    test.skipIf(!isRoot)("for a user who may start no thread", () =>
      check((file) => {
        const path = copyFor(file, 0o755, `threadless-${layout}-${basename(file)}`);
        return asUser(after("ulimit -u 1")([path, "x"]));
      }),
    );
  },
);

const memoryGroup = makeMemoryGroup();

describe.skipIf(memoryGroup === null)("in a cgroup with little memory", () => {
  afterAll(() => rmdirSync(memoryGroup ?? ""));

  test("a direct bundle starts its base like the plain program", async () => {
    const { ours, plain } = both(await bundleOf("levels", "direct", "static"), buildVariant(BASE), (file) =>
      runProgram(after(`echo $$ > ${memoryGroup}/cgroup.procs`)([file]), { GOAMD64: BASE }),
    );
    expect(ours).toEqual(plain);
    expect(ours).toMatchObject({ status: 0, stdout: `[${BASE}]\n` });
  });
});

describe.skipIf(!able || !isRoot)("a packed bundle that gives privileges", () => {
  test("starts by mapping if the memfd is closed, and uses no folder", async () => {
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

  test("names only the ways that it may try", async () => {
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
