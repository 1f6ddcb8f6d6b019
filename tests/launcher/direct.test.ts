/** Starts of bundles in the direct layout: the base in place, the others from memory, and the ways between. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { readDirectory } from "../../src/bundle/directory.ts";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { readBlock } from "../../src/bundle/image.ts";
import { HEADER } from "../../src/engine/format.ts";
import { defaultBase, LEVELS, type Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { findPlaces, forgeFields } from "../support/hostile.ts";
import { AT_SECURE, copyFor, entryOf, isRoot, runAsUser, setcap } from "../support/privileges.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";

const started = (level: Level): string => `${PREFIX}starting variant GOAMD64=${level}\n`;
const layout = "direct";
const cpu = cpuLevel();
const runnable = LEVELS.filter((level) => level <= cpu);
/** The best of these levels for the CPU that is no base, so that it starts from memory. */
const OTHER: Level = "v1";

/** What the program tests/programs/place tells. */
interface Place {
  readonly level: Level;
  readonly executable: string;
  readonly comm: string;
  readonly mapped: readonly string[];
}

function placeOf(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { stdout, ...outcome } = runProgram(command, env);
  return { ...outcome, place: JSON.parse(stdout || "null") as Place | null };
}

/** As Go's os.Executable gives it, which knows what Linux appends. */
const inMemory = (path: string, level: Level): string => `/memfd:${path} [GOAMD64=${level}]`;

/** The auxiliary vector without the number of program headers: there may be one more. */
function withoutCount(auxv: readonly number[]): readonly number[] {
  return auxv.map((value, index) => (index % 2 === 1 && auxv[index - 1] === AT_PHNUM ? 0 : value));
}

const AT_PHNUM = 5;

describe.each(kinds)("a direct bundle of a %s program", (kind) => {
  for (const base of runnable) {
    test(`starts its base ${base} in place and the others from memory`, async () => {
      const path = await buildBundle({ layout, program: "place", kind, base });
      for (const level of runnable) {
        const { status, stderr, place } = placeOf([path], { GOAMD64: level, MGODEBUG: "log" });
        expect({ status, stderr }).toEqual({ status: 0, stderr: started(level) });
        expect(place).toMatchObject({
          level,
          executable: level === base ? path : inMemory(path, level),
        });
      }
      expect(placeOf([path]).place?.level).toBe(cpu);
      expect(placeOf([path])).toMatchObject({ status: 0, stderr: "" });
    });
  }

  test("starts its base rather than the best, if it was built so", async () => {
    const base: Level = "v1";
    const path = await buildBundle({ layout, startPolicy: "base", program: "place", kind, base });
    const inPlace = { status: 0, stderr: started(base), place: { level: base, executable: path } };
    for (const word of ["v9", ""]) {
      const { stderr, ...outcome } = placeOf([path], { GOAMD64: word, MGODEBUG: "log" });
      expect({ ...outcome, stderr: stderr.slice(stderr.indexOf(started(base))) }).toMatchObject(inPlace);
    }
    for (const level of runnable) {
      expect(placeOf([path], { GOAMD64: level, MGODEBUG: "log" })).toMatchObject({
        stderr: started(level),
        place: { level },
      });
    }
  });

  test("gives its base name, file and mappings of a plain start, and one mapping more", async () => {
    const base: Level = "v1";
    const path = await buildBundle({ layout, program: "place", kind, base });
    const plain = join(scratch, `plain-${kind}`);
    copyFileSync(buildVariant(base, "place", kind), plain);
    const [ours, wanted] = [path, plain].map((file) => placeOf([file], { GOAMD64: base }).place);
    expect(ours?.comm).toBe(path.slice(path.lastIndexOf("/") + 1).slice(0, 15));
    expect(wanted?.executable).toBe(plain);
    expect(ours?.executable).toBe(path);
    expect(ours?.mapped.slice(0, -1)).toEqual([...(wanted?.mapped ?? [])]);
    expect(ours?.mapped.at(-1)).toMatch(/^r-xp /);
    expect(ours?.mapped.join()).not.toMatch(/wx/);
  });

  test("gives its base environment, folder, files, signals, limits and auxiliary vector of a plain start", async () => {
    const [base, path] = ["v1", await buildBundle({ layout, program: "mirror", kind, base: "v1" })] as const;
    const script = (file: string): readonly string[] => [
      "bash",
      "-c",
      `trap '' BUS SEGV USR1; ulimit -n 77; exec 5</dev/null; exec -a "some name" ${file} one two`,
    ];
    const env = { A: "1", GOAMD64: base };
    const [ours, wanted] = [path, buildVariant(base, "mirror", kind)].map((file) => {
      const { status, stdout, stderr } = runProgram(script(file), env);
      const seen = JSON.parse(stdout);
      return { status, stderr, seen: { ...seen, exe: "", auxv: withoutCount(seen.auxv) } };
    });
    expect(ours).toEqual(wanted ?? { status: 1, stderr: "", seen: {} });
    expect(wanted?.seen.args).toEqual(["some name", "one", "two"]);
  });

  test("extracts each variant through its launcher", async () => {
    const path = await buildBundle({ layout, kind });
    for (const level of runnable) {
      const { stdout, exitCode } = Bun.spawnSync([path], { env: { GOAMD64: level, MGODEBUG: "extract" } });
      expect(exitCode).toBe(0);
      expect(stdout.equals(readFileSync(buildVariant(level, "levels", kind)))).toBe(true);
    }
  });

  test("runs its base where the way through memory is closed, and says so in the log", async () => {
    const path = await buildBundle({ layout, program: "place", kind, base: "v1" });
    if (runnable.length < 2) return;
    // A limit on file sizes holds for files in memory, and for the program's own: its output is a pipe.
    const command = ["bash", "-c", `ulimit -f 1; exec ${path}`];
    const { status, stderr, place } = placeOf(command, { GOAMD64: "v2", MGODEBUG: "log" });
    expect({ status, lines: stderr.split(PREFIX) }).toEqual({
      status: 0,
      lines: [
        "",
        "starting variant GOAMD64=v2\n",
        expect.stringMatching(/^[^:\n]+: EFBIG\n$/),
        "starting variant GOAMD64=v1 in place instead\n",
      ],
    });
    expect(place).toMatchObject({ level: "v1", executable: path });
    expect(placeOf(command, { GOAMD64: "v2" })).toMatchObject({ status: 0, stderr: "" });
  });

  test.skipIf(!isRoot)("works for users who may not read it", async () => {
    const path = copyFor(await buildBundle({ layout, kind }), 0o711, `unreadable-${kind}`);
    for (const level of runnable) {
      expect(runAsUser([path, "x"], { GOAMD64: level })).toMatchObject({
        status: 0,
        stdout: `[${level} x]\n`,
        stderr: "",
      });
    }
    const refused = runAsUser([path], {
      GOAMD64: defaultBase(LEVELS) ?? "",
      MGODEBUG: "extract",
    });
    expect(refused).toMatchObject({
      status: 118,
      stdout: "",
      stderr: `${PREFIX}bundle not read: EACCES\n`,
    });
  });

  describe.skipIf(!isRoot)("with privileges", () => {
    test("of its owner keeps them, tells the program, and does not listen to the environment", async () => {
      const bundle = await buildBundle({ layout, program: "mirror", kind, base: cpu });
      const path = copyFor(bundle, 0o4755, `raised-${kind}`);
      // glibc takes the last ones out of the environment, which moves what stands behind it.
      const env = {
        GOAMD64: "v1",
        MGODEBUG: "log,extract",
        LD_PRELOAD: "/nowhere.so",
        LD_LIBRARY_PATH: "/nowhere",
        GCONV_PATH: "/nowhere",
      };
      const { status, stdout } = runAsUser([path], env);
      const seen = JSON.parse(stdout);
      expect(status).toBe(0);
      expect(seen.exe).toBe(path);
      expect(entryOf(seen.auxv, AT_SECURE)).toBe(1);
      expect(seen.status.find((line: string) => line.startsWith("Uid"))).toMatch(/:\t65534\t0\t/);
    });

    test.skipIf(setcap === null)(
      "of file capabilities runs its base with them, whatever the CPU",
      async () => {
        const bundle = await buildBundle({ layout, program: "mirror", kind, base: "v1" });
        const path = copyFor(bundle, 0o755, `capable-${kind}`);
        expect(runProgram([setcap ?? "", "cap_net_bind_service+ep", path]).status).toBe(0);
        const { status, stdout, stderr } = runAsUser([path], {});
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        const seen = JSON.parse(stdout);
        expect(seen.exe).toBe(path);
        expect(seen.status).toContain("CapEff:\t0000000000000400");
      },
    );
  });
});

const bundle = await buildBundle({ layout });
const BASE: Level = "v3";

describe("a direct bundle", () => {
  test("passes on arguments and exit status", () => {
    const args = ["a b", "", "*", "--help", "\n"];
    for (const level of runnable) {
      const [ours, plain] = [bundle, buildVariant(level)].map((path) =>
        runProgram([path, ...args], { STATUS: "42", GOAMD64: level }),
      );
      expect(ours).toEqual(plain);
      expect(ours?.status).toBe(42);
    }
  });

  test.skipIf(!runnable.includes(BASE))("starts its base where MGODEBUG asks for that", async () => {
    for (const env of [{}, { GOAMD64: "v1" }, { GOAMD64: "v4" }, { GOAMD64: "odd" }]) {
      const { status, stdout, stderr } = runProgram([bundle], { ...env, MGODEBUG: "base,log" });
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: `[${BASE}]\n`,
        stderr: started(BASE),
      });
    }
    const { stdout } = Bun.spawnSync([bundle], { env: { GOAMD64: "v1", MGODEBUG: "base,extract" } });
    expect(stdout.equals(readFileSync(buildVariant(BASE)))).toBe(true);
  });

  test("has a base for nobody else's word", () => {
    for (const word of ["bases", "bas", "Base"]) {
      expect(runProgram([bundle], { GOAMD64: OTHER, MGODEBUG: word }).stdout).toBe(`[${OTHER}]\n`);
    }
  });

  test("starts its base without a variable, as in a container's first process", () => {
    expect(runProgram(["env", "-i", bundle]).stdout).toBe(`[${cpu}]\n`);
  });

  test("refuses to extract a base that was changed, and still runs it", () => {
    const path = join(scratch, "changed-base");
    const bytes = readFileSync(bundle);
    // Behind the program headers lies what Go's linker has left, the old section headers: nobody reads them.
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    chmodSync(path, 0o755);
    if (!runnable.includes(BASE)) return;
    expect(runProgram([path], { GOAMD64: BASE }).stdout).toBe(`[${BASE}]\n`);
    expect(runProgram([path], { GOAMD64: BASE, MGODEBUG: "extract" })).toMatchObject({
      status: 118,
      stdout: "",
      stderr: expect.stringMatching(/^\[mgo\] launcher: variant not extracted: .*changed[^\n]*\n$/),
    });
    expect(runProgram([path], { GOAMD64: "v1", MGODEBUG: "extract" }).status).toBe(0);
  });

  // Linux 6.3 was the first with that setting.
  test.skipIf(!isRoot || !existsSync("/proc/sys/vm/memfd_noexec"))(
    "runs its base where memory may not be executed",
    () => {
      const script = `echo 2 > /proc/sys/vm/memfd_noexec 2>/dev/null && exec ${bundle}`;
      const command = ["unshare", "-p", "-f", "-m", "--mount-proc", "sh", "-c", script];
      const env = { PATH: process.env.PATH ?? "", GOAMD64: "v1", MGODEBUG: "log" };
      const { status, stdout, stderr } = runProgram(command, env);
      expect({ status, stdout }).toEqual({ status: 0, stdout: `[${BASE}]\n` });
      expect(stderr).toMatch(/memfd_create: EACCES\n.*in place instead\n$/);
    },
  );

  test.skipIf(!kinds.includes("cgo"))("works for a dynamic linker that is run by name", async () => {
    const path = await buildBundle({ layout, kind: "cgo" });
    const linker = "/lib64/ld-linux-x86-64.so.2";
    expect(runProgram([linker, path, "x"], { GOAMD64: BASE }).stdout).toBe(`[${BASE} x]\n`);
    expect(runProgram([linker, path, "x"], { GOAMD64: "v1" }).stdout).toBe("[v1 x]\n");
  });
});

describe.skipIf(!runnable.includes(BASE))("the launcher of a direct bundle", () => {
  const original = readFileSync(bundle);
  const section = findSection(parseElf(original, bundle), ".mgo");
  const start = section?.offset ?? 0;
  const block = readBlock(original.subarray(start));
  const payloadAt = start + (block?.payload ?? 0);
  const payload = original.subarray(payloadAt, start + (section?.size ?? 0));
  const directoryEnd = findPlaces(payload).end;
  // It is predicted from what is stored of the base beside that in place.
  const needed = readDirectory(payload, bundle).variants.filter(
    ({ level }) => level === OTHER || level === BASE,
  );
  const otherEnd = Math.max(
    ...needed.flatMap(({ frames }) => frames.map(({ offset, storedSize }) => offset + storedSize)),
  );
  const path = join(scratch, "hostile-direct");

  /** Starts what is in the file. */
  function judge(level: Level): string {
    const { status, signal, stdout, stderr } = runProgram([path, "x"], { GOAMD64: level });
    if (status === 0 && stdout === `[${level} x]\n` && stderr === "") return "ran";
    const refused = (status === 112 || status === 113) && stdout === "";
    if (refused && /^\[mgo\] launcher: [^:\n]+: [^\n]+\n$/.test(stderr)) return "refused";
    return `status ${status} signal ${signal} stdout ${stdout} stderr ${stderr}`;
  }

  /** Starts the bundle with these bytes in its payload. */
  function startChanged(at: number, bytes: Uint8Array, level: Level): string {
    const write = (from: Uint8Array): void => {
      const file = openSync(path, "r+");
      writeSync(file, from, 0, from.length, payloadAt + at);
      closeSync(file);
    };
    write(bytes);
    const outcome = judge(level);
    write(payload.subarray(at, at + bytes.length));
    return outcome;
  }

  test("says that the file is cut short, or runs what is whole", () => {
    for (let size = start + 4096; size < original.length; size += 4096 * 7 + 13) {
      writeFileSync(path, original.subarray(0, size), { mode: 0o755 });
      // It does not need what is stored behind that.
      expect(`${size} ${judge(OTHER)}`).toBe(`${size} ${size < payloadAt + otherEnd ? "refused" : "ran"}`);
      // Of the page that the cut goes through the kernel fills the rest with zeros.
      if (size > payloadAt + directoryEnd) expect(`${size} ${judge(BASE)}`).toBe(`${size} ran`);
      else expect(["ran", "refused"]).toContain(judge(BASE));
    }
    writeFileSync(path, original, { mode: 0o755 });
    expect([judge(OTHER), judge(BASE)]).toEqual(["ran", "ran"]);
  });

  test("refuses each changed byte of the directory, whatever is to start", () => {
    writeFileSync(path, original, { mode: 0o755 });
    for (let at = 0; at < directoryEnd; at++) {
      const bytes = Uint8Array.of((payload[at] ?? 0) ^ (1 << (at % 8)));
      const outcome = startChanged(at, bytes, at % 2 === 0 ? BASE : OTHER);
      expect(`${at} ${outcome}`).toBe(`${at} refused`);
    }
  });

  test("survives each field of each struct at its limits, with the checksum made right", () => {
    writeFileSync(path, original, { mode: 0o755 });
    const { offset, size } = HEADER.fields.entry;
    for (const bytes of forgeFields(payload)) {
      const outcomes = [startChanged(0, bytes, OTHER)];
      // A wrong entry that lies in the base's code is a wrong program.
      const sameEntry = Buffer.from(bytes.subarray(offset, offset + size)).equals(
        payload.subarray(offset, offset + size),
      );
      if (sameEntry) outcomes.push(startChanged(0, bytes, BASE));
      for (const outcome of outcomes) expect(["ran", "refused"]).toContain(outcome);
    }
  });
});

describe.skipIf(qemu === null)("a direct bundle on an emulated CPU", () => {
  test.each([
    ["qemu64", "v1"],
    ["Nehalem", "v2"],
    ["Haswell", "v3"],
    ["Haswell,-bmi2", "v2"],
    ["max", "v3"],
  ] as const)("%s starts %s, as base in place", async (model, level) => {
    const path = await buildBundle({ layout, base: level });
    expect(runEmulated(model, path)).toMatchObject({
      status: 0,
      stdout: `[${level}]\n`,
      lines: [`starting variant GOAMD64=${level}`],
    });
  });

  test("that cannot run the base starts another from memory", () => {
    for (const word of ["log", "log,base"]) {
      const { status, stdout, lines } = runEmulated("Nehalem", bundle, { MGODEBUG: word });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "[v2]\n" });
      expect(lines.includes("MGODEBUG=base ignored: the base is v3, this CPU supports v2")).toBe(
        word !== "log",
      );
      expect(lines).toContain("starting variant GOAMD64=v2");
    }
  });

  test("that cannot run the base that it was built to start starts another", async () => {
    const path = await buildBundle({ layout, startPolicy: "base", base: "v3" });
    const found = ["Nehalem", "Haswell"].map((model) => runEmulated(model, path).lines[0]);
    expect(found).toEqual(["starting variant GOAMD64=v2", "starting variant GOAMD64=v3"]);
  });

  test("that can run no variant is told so", async () => {
    const high = await buildBundle({ layout, levels: ["v3", "v4"] });
    const { status, stdout, lines } = runEmulated("Nehalem", high);
    expect({ status, stdout, count: lines.length }).toEqual({ status: 114, stdout: "", count: 1 });
  });
});
