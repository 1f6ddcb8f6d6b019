/** Programs with debug data and symbols: what a start leaves out, and who gets all of it. */
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PT_LOAD, parseElf, SHF_ALLOC, SHT_NOBITS, SHT_NULL } from "../../src/bundle/elf.ts";
import { COMPRESS } from "../../src/bundle/frame.ts";
import { decodeVariant, findVariant, openBundle, verifyBundle } from "../../src/bundle/read.ts";
import { type DetachedRange, splitStream } from "../../src/bundle/stream.ts";
import { loadDeflate } from "../../src/engine/deflate.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
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

/** What the launcher writes to a pipe. */
function extract(bundle: string, level: Level): Buffer {
  const env = { GOAMD64: level, MGODEBUG: "extract" };
  const { stdout, stderr, exitCode } = Bun.spawnSync([bundle], { env, stdout: "pipe", stderr: "pipe" });
  expect({ stderr: stderr.toString(), exitCode }).toEqual({ stderr: "", exitCode: 0 });
  return stdout;
}

/** The levels that this machine's CPU runs, as the bundle's launcher finds them. */
function runnable(path: string): readonly Level[] {
  return LEVELS.filter((level) => !runProgram([path], { GOAMD64: level }).stderr.includes("ignored"));
}

async function expectAll(
  path: string,
  program: string,
  kind: Linkage,
  levels: readonly Level[] = LEVELS,
): Promise<void> {
  const bundle = await openBundle(path);
  await verifyBundle(bundle);
  const started = runnable(path);
  for (const level of levels) {
    const whole = readFileSync(buildVariant(level, program, kind));
    expectSame(await decodeVariant(bundle, findVariant(bundle, level)), whole);
    if (started.includes(level)) expectSame(extract(path, level), whole);
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
    for (const level of runnable(path)) {
      if (options.levels?.includes(level) === false) continue;
      expect(runProgram([path, "a"], { GOAMD64: level })).toMatchObject({
        status: 0,
        stdout: `[${level} a]\n`,
        stderr: "",
      });
    }
  });

  test.skipIf(!gcc)("that another linker linked gives back every variant", async () => {
    const levels = ["v1", "v3"] as const;
    const path = await buildBundle({ levels: [...levels], program: "name", kind: EXTERNAL });
    await expectAll(path, "name", EXTERNAL, [...levels]);
    expect(runProgram([path], { GOAMD64: "v1" }).status).toBe(0);
  });

  test("whose base is stripped, or whose base alone is not, gives back both", async () => {
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

  test("writes into a pipe that is full and does not block", async () => {
    const path = await buildBundle({ kind: UNSTRIPPED });
    const reader = join(scratch, "slowreader-unstripped");
    const folder = join(import.meta.dir, "..", "programs", "slowreader");
    expect(Bun.spawnSync(["go", "build", "-o", reader, "."], { cwd: folder }).success).toBe(true);
    const env = { GOAMD64: "v1", MGODEBUG: "extract" };
    const { stdout } = Bun.spawnSync([reader, path], { env, stdout: "pipe" });
    expectSame(stdout, readFileSync(buildVariant("v1", "levels", UNSTRIPPED)));
  });

  test("says that it cannot write what it extracts", async () => {
    const path = await buildBundle({ kind: UNSTRIPPED });
    const command = ["sh", "-c", `exec ${path} > /dev/full`];
    const { status, stderr } = runProgram(command, { MGODEBUG: "extract" });
    expect(status).toBe(118);
    expect(stderr).toMatch(/^\[mgo\] launcher: [^\n]+: ENOSPC\n$/);
  });
});

/** A program that copies its own file, started from a bundle of it; the copy, and the variant. */
async function copyOfItself(
  debug: string,
  linkage = UNSTRIPPED,
): Promise<{ readonly copy: Buffer; readonly plain: Buffer; readonly stderr: string }> {
  const inputs = (["v1", "v2"] as const).map((level) => ({
    level,
    path: buildVariant(level, "name", linkage),
  }));
  const path = await bundleFiles(inputs);
  const copy = join(scratch, `copy-${debug}-${linkage.name}`);
  const { status, stderr } = runProgram([path], { GOAMD64: "v1", MGODEBUG: debug, COPY: copy });
  expect(status).toBe(0);
  return { copy: readFileSync(copy), plain: readFileSync(inputs[0]?.path ?? ""), stderr };
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
    // Sections that are loaded; tests/launcher/name.test.ts looks at what the process name needs between them.
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
      const expected = isDetached(section, detached) ? { ...header, type: SHT_NOBITS, flags: 0n } : header;
      expect(ours[index]).toEqual({ ...section, header: expected });
    }
  });
});

function isDetached(
  {
    offset,
    size,
    header,
  }: { readonly offset: number; readonly size: number; readonly header: { type: number } },
  ranges: readonly DetachedRange[],
): boolean {
  if (size === 0 || header.type === SHT_NULL || header.type === SHT_NOBITS) return false;
  return ranges.some((range) => range.offset >= offset && range.offset + range.size === offset + size);
}

describe("MGODEBUG=symbols", () => {
  test("puts all of the file into memory, and says nothing more in the log", async () => {
    const { copy, plain, stderr } = await copyOfItself("symbols,log");
    expect(stderr).toBe("[mgo] launcher: starting variant GOAMD64=v1\n");
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

describe("tools that read a started program's file", () => {
  test("find its build info, no symbols and no debug data", async () => {
    await copyOfItself("");
    const copy = join(scratch, "copy--symbols");
    const env = { PATH: process.env.PATH ?? "", HOME: process.env.HOME ?? "", LC_ALL: "C" };
    expect(runProgram(["go", "version", "-m", copy], env).stdout).toContain("GOAMD64=v1");
    expect(runProgram(["go", "tool", "nm", copy], env).stderr).toContain("no symbol");
    if (Bun.which("readelf") === null) return;
    const { status, stdout, stderr } = runProgram(["readelf", "-a", "-W", copy], env);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toMatch(/warning|error:/i);
  });
});

test("four variants of a real unstripped program take less than three quarters of one", async () => {
  const paths = LEVELS.map((level) => {
    const path = join(scratch, `gofmt.${level}`);
    const env = { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: "0" };
    const command = ["go", "build", "-trimpath", "-o", path, "cmd/gofmt"];
    expect(Bun.spawnSync(command, { env, cwd: scratch, stderr: "inherit" }).success).toBe(true);
    return path;
  });
  const bundle = await bundleFiles(
    paths.map((path) => ({ path })),
    undefined,
    { compress: "default" },
  );
  expect(statSync(bundle).size / statSync(paths[2] ?? "").size).toBeLessThan(0.75);
});
