/** Levels that compile to the same program as a lower one, as those of arm64 do from v8.1 on. */
import { describe, expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { LAYOUTS, type Layout } from "../../src/bundle/layout.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { loadLauncher } from "../../src/engine/products.ts";
import type { Level } from "../../src/levels/level.ts";
import { buildPlain, emulated, reportOf } from "../support/architectures.ts";
import { runOn } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run } from "../support/workspace.ts";

interface Wanted {
  readonly layout?: Layout;
  readonly base?: Level;
}

/** Bundles files, each as it is named or at its level. */
async function bundle(files: readonly string[], wanted: Wanted = {}) {
  const signal = new AbortController().signal;
  const launcher = await loadLauncher({ architecture: "arm64", env: process.env, signal });
  const inputs = files.map((path) => ({ path }));
  const { chunks, repeats } = await createBundle(inputs, launcher, { compress: "fast", ...wanted });
  return { bytes: Buffer.concat(chunks), repeats };
}

const plain = (levels: readonly Level[], flags: readonly string[] = []) =>
  levels.map((level) => buildPlain(level, flags));

describe.each(LAYOUTS)("in a %s bundle", (layout) => {
  test.each([
    ["stripped", []],
    ["unstripped", ["-ldflags="]],
    ["position-independent", ["-buildmode=pie"]],
  ])("a level that compiles to the same %s program as a lower one is not stored", async (_kind, flags) => {
    const two = await bundle(plain(["v8.0", "v8.1"], flags), { layout });
    const four = await bundle(plain(["v8.2", "v8.0", "v9.0", "v8.1"], flags), { layout });
    expect(two.repeats).toEqual([]);
    expect(four.repeats).toEqual([
      { level: "v8.2", of: "v8.1" },
      { level: "v9.0", of: "v8.1" },
    ]);
    expect(four.bytes.equals(two.bytes)).toBe(true);
  });

  test("a base with the program of a lower level gives way to it", async () => {
    const wanted = await bundle(plain(["v8.0", "v8.1"]), { layout, base: "v8.1" });
    const { bytes, repeats } = await bundle(plain(["v8.0", "v8.1", "v8.2"]), { layout, base: "v8.2" });
    expect(repeats).toEqual([{ level: "v8.2", of: "v8.1" }]);
    expect(bytes.equals(wanted.bytes)).toBe(true);
  });

  test("the only program that is left is the result itself", async () => {
    const { bytes, repeats } = await bundle(plain(["v8.1", "v8.2", "v8.3"]), { layout, base: "v8.3" });
    expect(repeats.map(({ level, of }) => [level, of])).toEqual([
      ["v8.2", "v8.1"],
      ["v8.3", "v8.1"],
    ]);
    expect(bytes.equals(readFileSync(buildPlain("v8.1")))).toBe(true);
  });
});

test("a level that does not include the lower one is stored: its CPUs may not run that", async () => {
  const { repeats } = await bundle(plain(["v8.0", "v8.9", "v9.0"]));
  expect(repeats).toEqual([]);
});

test.each([".text", ".rodata", ".gopclntab", ".data", ".go.buildinfo"])(
  "a single byte of %s that differs makes another program",
  async (name) => {
    const [low = "", high = ""] = plain(["v8.1", "v8.2"]);
    const section = findSection(parseElf(readFileSync(high), high), name);
    const { offset = 0, size = 0 } = section ?? {};
    expect(size).toBeGreaterThan(0);
    for (const at of [offset + size - 1, offset + size - 9]) {
      const bytes = readFileSync(high);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      const changed = join(scratch, `changed${name}`);
      writeFileSync(changed, bytes);
      expect((await bundle([low, changed])).repeats).toEqual([]);
    }
  },
);

describe("mgo build", () => {
  const levels = "-mgo.levels=v8.0,v8.1,v8.2,v8.3";
  const line = (level: string, of: string) =>
    `mgo: app: ${level} compiles to the same program as ${of}: stored once`;
  const main = 'package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString(level) }\n';
  const env = { GOOS: "linux", GOARCH: "arm64", CGO_ENABLED: "0" };

  test("says what is stored once, keeps the bundle for the next run, and packs the same", async () => {
    const workspace = makeWorkspace({
      ...goMod("example.com/app"),
      "main.go": `${main}\nconst level = "one\\n"\n`,
    });
    const build = (...flags: readonly string[]) => {
      const { stderr } = expectSuccess(
        run(workspace, [...MGO, "build", "-v", ...flags, "-o", "app", "."], env),
      );
      const [inode] = listFiles(workspace.cache)
        .filter((found) => /\/bundles\/app\/[0-9a-f]{32}$/.test(found))
        .map((found) => statSync(join(workspace.cache, found.replace(/^\S+ /, ""))).ino);
      const notes = stderr.split("\n").filter((text) => text.startsWith("mgo: app: "));
      return { notes, inode, bytes: readFileSync(join(workspace.folder, "app")) };
    };
    const first = build(levels);
    expect(first.notes).toEqual([
      expect.stringMatching(/^mgo: app: .*, 2 variants in /),
      line("v8.2", "v8.1"),
      line("v8.3", "v8.1"),
    ]);
    const again = build(levels);
    expect([again.notes.slice(1), again.inode]).toEqual([first.notes.slice(1), first.inode]);
    expect(again.bytes.equals(first.bytes)).toBe(true);
    expect(build("-mgo.levels=v8.0,v8.1").bytes.equals(first.bytes)).toBe(true);
    const { directory } = await openBundle(join(workspace.folder, "app"));
    expect(directory.variants.map(({ level }) => level)).toEqual(["v8.0", "v8.1"]);
    const alone = build("-mgo.levels=v8.1,v8.2", "-mgo.base=v8.2");
    expect(alone.notes).toEqual([
      expect.stringMatching(/^mgo: app: .*, v8\.1 alone, in /),
      line("v8.2", "v8.1"),
    ]);
    const files = plain(["v8.1", "v8.2"]);
    const packed = run(workspace, [...MGO, "pack", "-o", "app", ...files]);
    expect(packed).toMatchObject({ status: 0, stdout: "", stderr: `${line("v8.2", "v8.1")}\n` });
  });

  test("stores a level for which a package has files, and the next one once more", () => {
    const workspace = makeWorkspace({
      ...goMod("example.com/app"),
      "main.go": main,
      "old.go": '//go:build !arm64.v8.2\n\npackage main\n\nconst level = "old\\n"\n',
      "new.go": '//go:build arm64.v8.2\n\npackage main\n\nconst level = "new\\n"\n',
    });
    const { stderr } = expectSuccess(run(workspace, [...MGO, "build", "-v", levels, "-o", "app", "."], env));
    expect(stderr).toContain("3 variants in ");
    expect(stderr.split("\n").filter((text) => text.includes("compiles to"))).toEqual([line("v8.3", "v8.2")]);
  });
});

const machine = emulated.find(({ architecture }) => architecture === "arm64");

test.skipIf(machine?.qemu == null)(
  "a level that is not stored starts the one that has its program",
  async () => {
    if (machine === undefined) throw new Error("unreachable");
    const path = join(scratch, "clamped");
    writeFileSync(path, (await bundle(plain(["v8.0", "v8.1", "v8.2"]))).bytes, { mode: 0o755 });
    const outcome = runOn(machine, "max", [path], { GOARM64: "v8.2" });
    expect([reportOf(outcome).level, outcome.stderr]).toEqual(["v8.1", ""]);
    expect(reportOf(runOn(machine, "cortex-a53", [path])).level).toBe("v8.0");
  },
);
