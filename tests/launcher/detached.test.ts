/** Programs with debug data and symbols: what a start leaves out, and what gets all of it. */
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { decodeVariant } from "../../src/bundle/decode.ts";
import { PT_LOAD, parseElf, SHF_ALLOC, SHT_NOBITS, SHT_NULL } from "../../src/bundle/elf.ts";
import { COMPRESS } from "../../src/bundle/frame.ts";
import { findVariant, openBundle } from "../../src/bundle/read.ts";
import { splitStream } from "../../src/bundle/stream.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { loadDeflate } from "../../src/engine/deflate.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { expectSuccess, runForBytes, runProgram } from "../support/run.ts";
import {
  buildBundle,
  buildVariant,
  bundleFiles,
  type Linkage,
  UNSTRIPPED,
  type VariantOptions,
} from "../support/variants.ts";

const deflate = await loadDeflate();
const gcc = Bun.which("gcc") !== null;
const EXTERNAL: Linkage = { name: "external", flags: ["-ldflags=-linkmode=external"], cgo: true };

function expectSame(found: Uint8Array, wanted: Uint8Array): void {
  if (Buffer.compare(found, wanted) === 0) return;
  throw new Error(`other bytes: ${found.length} of ${wanted.length}`);
}

/** Extracts a variant through the launcher. */
function extract(bundle: string, level: Level): Buffer {
  const { stdout, stderr, status } = runForBytes([bundle], { GOAMD64: level, MGODEBUG: "extract" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout;
}

const runnable = LEVELS.filter((level) => level <= cpuLevel());

async function expectAll(
  path: string,
  program: string,
  kind: Linkage,
  levels: readonly Level[] = LEVELS,
): Promise<void> {
  const bundle = await openBundle(path);
  await verifyBundle(bundle);
  for (const level of levels) {
    const whole = readFileSync(buildVariant(level, program, kind));
    expectSame(await decodeVariant(bundle, findVariant(bundle, level)), whole);
    if (runnable.includes(level)) expectSame(extract(path, level), whole);
  }
}

describe("a bundle of an unstripped program", () => {
  test.each<VariantOptions>([
    ...LEVELS.map((base) => ({ base })),
    ...COMPRESS.map((compress) => ({ compress })),
    { levels: ["v1", "v3"], base: "v1" },
  ])("with %p gives back every variant, through the launcher too", async (options) => {
    const path = await buildBundle({ ...options, kind: UNSTRIPPED });
    await expectAll(path, "levels", UNSTRIPPED, options.levels);
    for (const level of runnable) {
      if (options.levels?.includes(level) === false) continue;
      expect(runProgram([path, "a"], { GOAMD64: level })).toMatchObject({
        status: 0,
        stdout: `[${level} a]\n`,
        stderr: "",
      });
    }
  });

  test.skipIf(!gcc)("gives back every variant that another linker linked", async () => {
    const levels = ["v1", "v3"] as const;
    const path = await buildBundle({ levels: [...levels], program: "name", kind: EXTERNAL });
    await expectAll(path, "name", EXTERNAL, [...levels]);
    expect(runProgram([path], { GOAMD64: "v1" }).status).toBe(0);
  });

  test("gives back both variants if only the base or only the other is stripped", async () => {
    const plain: Linkage = { name: "plain", flags: [] };
    for (const [first, second] of [
      [plain, UNSTRIPPED],
      [UNSTRIPPED, plain],
    ] as const) {
      const inputs = [
        { level: "v1", path: buildVariant("v1", "levels", first) },
        { level: "v3", path: buildVariant("v3", "levels", second) },
      ] as const;
      const path = await bundleFiles(inputs);
      await verifyBundle(await openBundle(path));
      expectSame(extract(path, "v1"), readFileSync(inputs[0].path));
      expect(runProgram([path], { GOAMD64: "v1" }).stdout).toBe("[v1]\n");
    }
  });

  test("writes into a non-blocking pipe that is full", async () => {
    const command = [buildVariant("v1", "slowreader"), await buildBundle({ kind: UNSTRIPPED })];
    const { stdout } = runForBytes(command, { GOAMD64: "v1", MGODEBUG: "extract" });
    expectSame(stdout, readFileSync(buildVariant("v1", "levels", UNSTRIPPED)));
  });

  test("says that it cannot write what it extracts", async () => {
    const path = await buildBundle({ kind: UNSTRIPPED });
    const command = ["sh", "-c", `exec ${path} > /dev/full`];
    expect(runProgram(command, { MGODEBUG: "extract" })).toMatchObject({
      status: 118,
      stderr: `${PREFIX}variant not written: ENOSPC\n`,
    });
  });
});

/** Starts a program that copies its own file from a bundle of it; returns the copy and the variant. */
async function copyOfItself(debug: string, linkage = UNSTRIPPED) {
  const bundle = await buildBundle({ levels: ["v1", "v2"], program: "name", kind: linkage });
  const path = join(scratch, `copy-${debug}-${linkage.name}`);
  const env = { GOAMD64: "v1", MGODEBUG: debug, COPY: path };
  const { stderr } = expectSuccess(runProgram([bundle], env));
  const plain = readFileSync(buildVariant("v1", "name", linkage));
  return { path, copy: readFileSync(path), plain, stderr };
}

describe.each([
  ["go", UNSTRIPPED, true],
  ["another linker", EXTERNAL, gcc],
] as const)("a started program that %s linked", (_, linkage, possible) => {
  test.skipIf(!possible)("has its segments and zeros for debug data", async () => {
    const { copy, plain } = await copyOfItself("", linkage);
    expect(copy.length).toBe(plain.length);
    const [ours, wanted] = [parseElf(copy, "copy"), parseElf(plain, "plain")];
    const { detached } = splitStream(plain, deflate);
    expect(detached.length).toBeGreaterThan(2);
    for (const { offset, size } of detached) {
      expect(copy.subarray(offset, offset + size).every((byte) => byte === 0)).toBe(true);
    }
    // name.test.ts looks at the code for the process name, which is between loaded sections.
    const loaded = wanted.sections.filter(({ header }) => (header.flags & SHF_ALLOC) !== 0n);
    expect(loaded.length).toBeGreaterThan(5);
    for (const { offset, size, header } of loaded) {
      if (header.type === SHT_NOBITS) continue;
      expectSame(copy.subarray(offset, offset + size), plain.subarray(offset, offset + size));
    }
    const segments = (elf: typeof ours) =>
      elf.programs.map((program) => ({ ...program, flags: program.type === PT_LOAD ? 0 : program.flags }));
    expect(segments(ours)).toEqual(segments(wanted));
  });

  test.skipIf(!possible)("has section headers that say what is left out", async () => {
    const { copy, plain } = await copyOfItself("", linkage);
    const [ours, wanted] = [parseElf(copy, "copy").sections, parseElf(plain, "plain").sections];
    const { detached } = splitStream(plain, deflate);
    for (const [index, section] of wanted.entries()) {
      const { header } = section;
      const end = section.offset + section.size;
      const isDetached =
        ![SHT_NULL, SHT_NOBITS].includes(header.type) &&
        detached.some(({ offset, size }) => offset >= section.offset && offset + size === end);
      const expected = isDetached ? { ...header, type: SHT_NOBITS, flags: 0n } : header;
      expect(ours[index]).toEqual({ ...section, header: expected });
    }
  });
});

describe("MGODEBUG=symbols", () => {
  test("puts all of the file into memory, and says nothing more in the log", async () => {
    const { copy, plain, stderr } = await copyOfItself("symbols,log");
    expect(stderr).toBe(`${PREFIX}starting variant GOAMD64=v1\n`);
    expect(copy.length).toBe(plain.length);
    const [ours, wanted] = [parseElf(copy, "copy"), parseElf(plain, "plain")];
    expect(ours.sections).toEqual([...wanted.sections]);
    for (const { offset, size, header } of wanted.sections) {
      if (header.type === SHT_NOBITS) continue;
      expectSame(copy.subarray(offset, offset + size), plain.subarray(offset, offset + size));
    }
  });

  test("changes nothing for a stripped program", async () => {
    const stripped: Linkage = { name: "static", flags: [] };
    const [without, with_] = [await copyOfItself("", stripped), await copyOfItself("symbols", stripped)];
    expectSame(with_.copy.subarray(0x1000), without.copy.subarray(0x1000));
    expect(with_.copy.length).toBe(with_.plain.length);
  });
});

describe("tools that read the file of a started program", () => {
  const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", LC_ALL: "C" };

  test("find its build info and no symbols", async () => {
    const { path } = await copyOfItself("");
    expect(runProgram(["go", "version", "-m", path], env).stdout).toContain("GOAMD64=v1");
    expect(runProgram(["go", "tool", "nm", path], env).stderr).toContain("no symbol");
  });

  test.skipIf(Bun.which("readelf") === null)("find nothing damaged", async () => {
    const { path } = await copyOfItself("");
    const { stdout, stderr } = expectSuccess(runProgram(["readelf", "-a", "-W", path], env));
    expect(stderr).toBe("");
    expect(stdout).not.toMatch(/warning|error:/i);
  });
});

test("four variants of a real unstripped program take less than three quarters of one", async () => {
  const paths = LEVELS.map((level) => {
    const path = join(scratch, `gofmt.${level}`);
    const env = { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: "0" };
    const command = ["go", "build", "-trimpath", "-o", path, "cmd/gofmt"];
    expectSuccess(runProgram(command, env, { cwd: scratch }));
    return path;
  });
  const bundle = await bundleFiles(
    paths.map((path) => ({ path })),
    undefined,
    { compress: "default" },
  );
  expect(statSync(bundle).size / statSync(paths[2] ?? "").size).toBeLessThan(0.75);
});
