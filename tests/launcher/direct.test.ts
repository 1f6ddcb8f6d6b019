/** Starts of bundles in the direct layout: the base in place, the others from memory, and fallbacks. */
import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { readBlock } from "../../src/bundle/image.ts";
import { readDirectory } from "../../src/bundle/stored.ts";
import { HEADER } from "../../src/engine/format.ts";
import { defaultBase, LEVELS, type Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { findPlaces, forgeFields } from "../support/hostile.ts";
import { AT_SECURE, copyFor, entryOf, isRoot, runAsUser, setcap } from "../support/privileges.ts";
import { runForBytes, runProgram } from "../support/run.ts";
import { both } from "../support/starts.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";

const started = (level: Level): string => `${PREFIX}starting variant GOAMD64=${level}\n`;
const layout = "direct";
const cpu = cpuLevel();
const runnable = LEVELS.filter((level) => level <= cpu);
/** A level that every CPU runs and that is not the base, so that it starts from memory. */
const OTHER: Level = "v1";

/** The report of tests/programs/place. */
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

/** Returns the path of a memfd as Go's os.Executable has it, without the suffix that Linux appends. */
const inMemory = (path: string, level: Level): string => `/memfd:${path} [GOAMD64=${level}]`;

/** Returns the auxiliary vector without the number of program headers: there may be one more. */
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
      // v4 changes nothing of v3 but Go's runtime: see start-policy.test.ts.
      expect(placeOf([path]).place?.level).toBe(base === "v3" ? base : cpu);
      expect(placeOf([path])).toMatchObject({ status: 0, stderr: "" });
    });
  }

  test("starts its base instead of the best variant if it was built so", async () => {
    const base: Level = "v1";
    const path = await buildBundle({ layout, startPolicy: "base", program: "place", kind, base });
    const inPlace = { status: 0, stderr: started(base), place: { level: base, executable: path } };
    for (const word of ["v9", ""]) {
      const { stderr, ...outcome } = placeOf([path], { GOAMD64: word, MGODEBUG: "log" });
      expect({ ...outcome, stderr: stderr.slice(stderr.lastIndexOf(PREFIX)) }).toMatchObject(inPlace);
    }
    for (const level of runnable) {
      expect(placeOf([path], { GOAMD64: level, MGODEBUG: "log" })).toMatchObject({
        stderr: started(level),
        place: { level },
      });
    }
  });

  test("gives its base the name and mappings of a plain start, and one mapping more", async () => {
    const base: Level = "v1";
    const path = await buildBundle({ layout, program: "place", kind, base });
    const { ours, plain } = both(path, buildVariant(base, "place", kind), (file) =>
      placeOf([file], { GOAMD64: base }),
    );
    expect(ours.place).toMatchObject({ comm: basename(path).slice(0, 15), executable: path });
    expect<unknown>(ours.place?.mapped.slice(0, -1)).toEqual(plain.place?.mapped);
    expect(ours.place?.mapped.at(-1)).toMatch(/^r-xp /);
    expect(ours.place?.mapped.join()).not.toMatch(/wx/);
  });

  test("gives its base what a plain start gives it", async () => {
    const base: Level = "v1";
    const path = await buildBundle({ layout, program: "mirror", kind, base });
    const { ours, plain } = both(path, buildVariant(base, "mirror", kind), (file) => {
      const setup = "trap '' BUS SEGV USR1; ulimit -n 77; exec 5</dev/null";
      const script = `${setup}; exec -a "some name" ${file} one two`;
      const { stdout, ...outcome } = runProgram(["bash", "-c", script], { A: "1", GOAMD64: base });
      const seen = JSON.parse(stdout);
      return { ...outcome, seen: { ...seen, exe: "", auxv: withoutCount(seen.auxv) } };
    });
    expect(ours).toEqual(plain);
    expect(plain.seen.args).toEqual(["some name", "one", "two"]);
  });

  test("extracts each variant through its launcher", async () => {
    const path = await buildBundle({ layout, kind });
    for (const level of runnable) {
      const { stdout, status } = runForBytes([path], { GOAMD64: level, MGODEBUG: "extract" });
      expect(status).toBe(0);
      expect(stdout.equals(readFileSync(buildVariant(level, "levels", kind)))).toBe(true);
    }
  });

  test.skipIf(!isRoot)("starts for users who may not read it", async () => {
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
    test("by set-user-ID keeps them, tells the program, and ignores the environment", async () => {
      const bundle = await buildBundle({ layout, program: "mirror", kind, base: cpu });
      const path = copyFor(bundle, 0o4755, `raised-${kind}`);
      // glibc removes the last three from the environment, which moves what is behind it.
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
      "by file capabilities runs its base with them, whatever the CPU",
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
      const { ours, plain } = both(bundle, buildVariant(level), (path) =>
        runProgram([path, ...args], { STATUS: "42", GOAMD64: level }),
      );
      expect(ours).toEqual(plain);
      expect(ours.status).toBe(42);
    }
  });

  test.skipIf(!runnable.includes(BASE))("starts its base if MGODEBUG asks for it", async () => {
    for (const env of [{}, { GOAMD64: "v1" }, { GOAMD64: "v4" }, { GOAMD64: "odd" }]) {
      expect(runProgram([bundle], { ...env, MGODEBUG: "base,log" })).toMatchObject({
        status: 0,
        stdout: `[${BASE}]\n`,
        stderr: started(BASE),
      });
    }
    const { stdout } = runForBytes([bundle], { GOAMD64: "v1", MGODEBUG: "base,extract" });
    expect(stdout.equals(readFileSync(buildVariant(BASE)))).toBe(true);
  });

  test("starts another variant for words that resemble base", () => {
    for (const word of ["bases", "bas", "Base"]) {
      expect(runProgram([bundle], { GOAMD64: OTHER, MGODEBUG: word }).stdout).toBe(`[${OTHER}]\n`);
    }
  });

  test("starts the best variant in an empty environment", () => {
    expect(runProgram(["env", "-i", bundle]).stdout).toBe(`[${cpu}]\n`);
  });

  test.skipIf(!runnable.includes(BASE))(
    "refuses to extract a base that was changed, and still runs it",
    () => {
      const path = join(scratch, "changed-base");
      const bytes = readFileSync(bundle);
      // Go's old section headers are behind the program headers, and unused.
      bytes[1000] = (bytes[1000] ?? 0) ^ 1;
      writeFileSync(path, bytes, { mode: 0o755 });
      expect(runProgram([path], { GOAMD64: BASE }).stdout).toBe(`[${BASE}]\n`);
      expect(runProgram([path], { GOAMD64: BASE, MGODEBUG: "extract" })).toMatchObject({
        status: 118,
        stdout: "",
        stderr: `${PREFIX}variant not extracted: the file was changed, perhaps by strip\n`,
      });
      expect(runProgram([path], { GOAMD64: "v1", MGODEBUG: "extract" }).status).toBe(0);
    },
  );

  test.skipIf(!kinds.includes("cgo"))("starts by a dynamic linker that is run by name", async () => {
    const path = await buildBundle({ layout, kind: "cgo" });
    const linker = "/lib64/ld-linux-x86-64.so.2";
    expect(runProgram([linker, path, "x"], { GOAMD64: BASE }).stdout).toBe(`[${BASE} x]\n`);
    expect(runProgram([linker, path, "x"], { GOAMD64: "v1" }).stdout).toBe("[v1 x]\n");
  });
});

describe.skipIf(!runnable.includes(BASE))("the launcher of a direct bundle", async () => {
  const original = readFileSync(bundle);
  const section = findSection(parseElf(original, bundle), ".mgo");
  const start = section?.offset ?? 0;
  const block = readBlock(original.subarray(start));
  const payloadAt = start + (block?.payload ?? 0);
  const payload = original.subarray(payloadAt, start + (section?.size ?? 0));
  const directoryEnd = findPlaces(payload).end;
  // OTHER is predicted from the base, in part from frames that the base stores.
  const needed = (await readDirectory(payload, bundle)).variants.filter(
    ({ level }) => level === OTHER || level === BASE,
  );
  const otherEnd = Math.max(
    ...needed.flatMap(({ frames }) => frames.map(({ offset, storedSize }) => offset + storedSize)),
  );
  const lastPage = Math.floor((payloadAt + payload.length - 1) / 4096) * 4096;
  const path = join(scratch, "hostile-direct");

  /** Starts the file, and returns "ran", "refused", "ran its base" or a description of something worse. */
  function judge(level: Level): string {
    const { status, signal, stdout, stderr } = runProgram([path, "x"], { GOAMD64: level });
    if (status === 0 && stdout === `[${level} x]\n` && stderr === "") return "ran";
    if (status === 0 && stdout === `[${BASE} x]\n` && stderr === "") return "ran its base";
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

  test("says that the file is cut short, or runs a variant that is whole", () => {
    for (let size = start + 4096; size < original.length; size += 4096 * 7 + 13) {
      writeFileSync(path, original.subarray(0, size), { mode: 0o755 });
      // The frames behind are of other variants, but the payload's last page has to be there.
      const refused = size <= lastPage || size < payloadAt + otherEnd;
      expect(`${size} ${judge(OTHER)}`).toBe(`${size} ${refused ? "refused" : "ran"}`);
      // A directory that is cut in its last page reads as zeros: the base may run all the same.
      if (size > payloadAt + directoryEnd) expect(`${size} ${judge(BASE)}`).toBe(`${size} ran`);
      else expect(["ran", "refused"]).toContain(judge(BASE));
    }
    writeFileSync(path, original, { mode: 0o755 });
    expect([judge(OTHER), judge(BASE)]).toEqual(["ran", "ran"]);
  });

  test("refuses a changed byte of the directory, wherever it is", () => {
    writeFileSync(path, original, { mode: 0o755 });
    for (let at = 0; at < directoryEnd; at++) {
      const bytes = Uint8Array.of((payload[at] ?? 0) ^ (1 << (at % 8)));
      const outcome = startChanged(at, bytes, at % 2 === 0 ? BASE : OTHER);
      expect(`${at} ${outcome}`).toBe(`${at} refused`);
    }
  });

  test("runs or refuses with each field at its limits and the checksum right", () => {
    writeFileSync(path, original, { mode: 0o755 });
    const { offset, size } = HEADER.fields.entry;
    for (const bytes of forgeFields(payload)) {
      const outcomes = [startChanged(0, bytes, OTHER)];
      // Another entry within the base's code would be another program.
      const sameEntry = Buffer.from(bytes.subarray(offset, offset + size)).equals(
        payload.subarray(offset, offset + size),
      );
      if (sameEntry) outcomes.push(startChanged(0, bytes, BASE));
      for (const outcome of outcomes) expect(["ran", "refused", "ran its base"]).toContain(outcome);
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

  test("starts another variant from memory if the CPU cannot run the base", () => {
    for (const word of ["log", "log,base"]) {
      const { status, stdout, lines } = runEmulated("Nehalem", bundle, { MGODEBUG: word });
      expect({ status, stdout }).toEqual({ status: 0, stdout: "[v2]\n" });
      const ignored = "MGODEBUG=base ignored: the base is v3, this CPU supports v2";
      expect(lines.includes(ignored)).toBe(word !== "log");
      expect(lines).toContain("starting variant GOAMD64=v2");
    }
  });

  test("starts another variant if the CPU cannot run the base that it was built to start", async () => {
    const path = await buildBundle({ layout, startPolicy: "base", base: "v3" });
    const found = ["Nehalem", "Haswell"].map((model) => runEmulated(model, path).lines[0]);
    expect(found).toEqual(["starting variant GOAMD64=v2", "starting variant GOAMD64=v3"]);
  });

  test("says so if the CPU can run no variant", async () => {
    const high = await buildBundle({ layout, levels: ["v3", "v4"] });
    expect(runEmulated("Nehalem", high)).toMatchObject({
      status: 114,
      stdout: "",
      lines: ["no variant fits this CPU: the bundle begins with v3, this CPU supports v2"],
    });
  });
});
