/** The commands on bundles as a user calls them: pack, inspect, extract, verify. */
import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { openBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { ROOT, scratch } from "../support/folders.ts";
import { type Outcome, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const variants = LEVELS.map((level) => buildVariant(level));
const [v1 = "", v2 = "", v3 = ""] = variants;

function mgo(...args: readonly string[]): Outcome {
  const { PATH = "", HOME = "" } = process.env;
  return runProgram([process.execPath, join(ROOT, "src", "cli", "main.ts"), ...args], { PATH, HOME });
}

describe("mgo pack", () => {
  test("makes a bundle whose levels it read from the files", async () => {
    const out = join(scratch, "packed");
    expect(mgo("pack", "-o", out, ...variants.toReversed())).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "",
    });
    const bundle = await openBundle(out);
    await verifyBundle(bundle);
    expect(bundle.directory.variants.map(({ level }) => level)).toEqual([...LEVELS]);
    expect(runProgram([out, "y"], { GOAMD64: "v1" }).stdout).toBe("[v1 y]\n");
    expect(statSync(out).mode & 0o111).not.toBe(0);
  });

  test("takes levels given in front of the files, and another base", async () => {
    const out = join(scratch, "labelled");
    expect(mgo("pack", "--output", out, "-base=v1", `v1=${v1}`, `v3=${v3}`).status).toBe(0);
    const { variants: stored } = (await openBundle(out)).directory;
    expect(stored.map(({ level, codec }) => [level, codec])).toEqual([
      ["v1", "zstd"],
      ["v3", "predicted"],
    ]);
  });

  test("knows Go's spellings of -o, and - for standard output", () => {
    const out = join(scratch, "spelled");
    expect(mgo("pack", `-o=${out}`, v1, v3).status).toBe(0);
    const { stdout } = Bun.spawnSync([
      process.execPath,
      join(ROOT, "src", "cli", "main.ts"),
      "pack",
      "-o",
      "-",
      v1,
      v3,
    ]);
    expect(stdout.equals(readFileSync(out))).toBe(true);
  });

  test.each([
    [["--layout", "direct"]],
    [["-layout=direct"]],
    [["-mgo.layout=direct"]],
    [["--mgo.layout", "direct"]],
  ])("takes the flags of builds as its own and as theirs: %p", async (flags) => {
    const out = join(scratch, "direct");
    expect(mgo("pack", ...flags, "-mgo.base=v1", "-o", out, v1, v3)).toMatchObject({
      stderr: "",
      status: 0,
    });
    const { layout, variants: stored } = (await openBundle(out)).directory;
    expect([layout, stored.find(({ codec }) => codec === "in_place")?.level]).toEqual(["direct", "v1"]);
  });

  test("and the other commands show help", () => {
    for (const command of ["pack", "inspect", "extract", "verify"]) {
      const { status, stdout } = mgo(command, "--help");
      expect([status, stdout.startsWith(`usage: mgo ${command} `)]).toEqual([0, true]);
    }
  });

  const text = join(scratch, "text");
  writeFileSync(text, "just text\n");
  const empty = join(scratch, "empty");
  writeFileSync(empty, "");
  const cut = join(scratch, "cut");
  writeFileSync(cut, readFileSync(v1).subarray(0, 100_000));
  const other = join(scratch, "other");
  build(other, "tests/programs/other", { GOAMD64: "v3" });
  const mips = join(scratch, "mips");
  build(mips, "tests/programs/levels", { GOARCH: "mips64le" });
  const windows = join(scratch, "windows");
  build(windows, "tests/programs/levels", { GOOS: "windows" });

  test.each([
    ["a text file", [v1, text], `mgo: ${text} is no ELF executable\n`],
    ["an empty file", [v1, empty], `mgo: ${empty} is no ELF executable\n`],
    ["a missing file", [v1, "/none"], "mgo: cannot read /none: no such file or directory\n"],
    ["a folder", [v1, scratch], `mgo: cannot read ${scratch}: not a regular file\n`],
    ["a device", [v1, "/dev/zero"], "mgo: cannot read /dev/zero: not a regular file\n"],
    ["a program that is not Go's", [v1, "/bin/ls"], "mgo: /bin/ls is no Go executable: "],
    ["a file that is cut short", [v1, cut], `mgo: ${cut} is cut short: `],
    ["another machine's program", [v1, mips], `mgo: ${mips} is not for linux/amd64, `],
    ["another system's program", [v1, windows], `mgo: ${windows} is no ELF executable\n`],
    ["two files of one level", [v1, v2, v1], `mgo: ${v1} and ${v1} are both GOAMD64=v1\n`],
    ["another program", [v1, other], `mgo: ${v1} and ${other} are variants of different programs\n`],
    [
      "a level that is not the file's",
      [`v2=${v1}`, v3],
      `mgo: ${v1} is given as v2 but was built with GOAMD64=v1\n`,
    ],
    ["a level that is none", [`8=${v1}`, v3], `mgo: 8=${v1}: unknown level 8\nhint: LEVEL=FILE takes `],
    ["no files", [], "mgo: pack: missing files\n"],
    ["an unknown flag", ["--frob", v1], "mgo: pack: Unknown option '--frob'\n"],
    ["a flag of builds alone", ["-mgo.levels=v1", v1], "mgo: pack: Unknown option '--mgo.levels'\n"],
    [
      "a base that is not there",
      ["--base=v4", v1, v3],
      "mgo: the base v4 is not among the variants (v1, v3)\n",
    ],
    [
      "an unknown effort",
      ["--compress=hard", v1, v3],
      "mgo: --compress=hard: it may be fast, default or best\n",
    ],
  ])("refuses %s in one line", (_what, args, line) => {
    const out = join(scratch, "refused");
    const { status, stdout, stderr } = mgo("pack", "-o", out, ...args);
    expect(stderr.startsWith(line) ? line : stderr).toBe(line);
    expect(stderr).toMatch(/^mgo: [^\n]+\n(hint: [^\n]+\n)?$/);
    expect({ status: status === 0, stdout, made: existsSync(out) }).toEqual({
      status: false,
      stdout: "",
      made: false,
    });
  });

  test("refuses a bundle among the variants", async () => {
    const bundle = await buildBundle();
    expect(mgo("pack", "-o", join(scratch, "twice"), v1, bundle).stderr).toContain(
      `mgo: ${bundle} is a bundle`,
    );
  });

  test("leaves a file that is no executable alone, and the old output where it fails", () => {
    const out = join(scratch, "kept");
    writeFileSync(out, "mine");
    expect(mgo("pack", "-o", out, v1, v3).stderr).toContain("already exists and is not an object file");
    copyFileSync(v1, out);
    expect(mgo("pack", "-o", out, v1, text).status).toBe(1);
    expect(readFileSync(out).equals(readFileSync(v1))).toBe(true);
  });

  test("leaves nothing behind where it cannot write", () => {
    const folder = join(scratch, "full");
    mkdirSync(folder);
    const command = [
      process.execPath,
      join(ROOT, "src", "cli", "main.ts"),
      "pack",
      "-o",
      join(folder, "x"),
      v1,
      v3,
    ];
    const limited = runProgram(["sh", "-c", 'ulimit -f 100; exec "$@"', "sh", ...command], process.env);
    expect(limited).toMatchObject({ status: 1, stderr: `mgo: cannot write ${folder}/x: file too large\n` });
    expect(readdirSync(folder)).toEqual([]);
    const { status, stderr } = mgo("pack", "-o", "/dev/full", v1, v3);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "mgo: cannot write /dev/full: no space left on device\n",
    });
    expect(mgo("pack", "-o", join(v1, "below"), v1, v3).stderr).toMatch(/^mgo: cannot write .*: /);
  });
});

describe("mgo inspect", () => {
  test("tells what is in a bundle, for people and as JSON", async () => {
    const path = await buildBundle();
    const { status, stdout } = mgo("inspect", path);
    expect(status).toBe(0);
    for (const text of ["example.com/levels", "go1.", "packed, format version 2", "predicted from v3"]) {
      expect(stdout).toContain(text);
    }
    const report = JSON.parse(mgo("inspect", "--json", path).stdout);
    expect(report).toMatchObject({
      layout: "packed",
      base: "v3",
      size: statSync(path).size,
      path: "example.com/levels",
    });
    expect(report.variants.map(({ size }: { size: number }) => size)).toEqual(
      variants.map((file) => statSync(file).size),
    );
    const hash = new Bun.CryptoHasher("sha256").update(readFileSync(v1)).digest("hex");
    expect(report.variants[0].sha256).toBe(hash);
  });

  test("says of another file that it is no bundle", () => {
    expect(mgo("inspect", v1).stderr).toBe(
      `mgo: ${v1} is no bundle\nhint: mgo build and mgo pack make bundles\n`,
    );
  });
});

describe("mgo extract", () => {
  test.each(LEVELS)("gives %s byte for byte, as an executable", async (level) => {
    const out = join(scratch, `extracted-${level}`);
    expect(mgo("extract", await buildBundle(), "--level", level, "-o", out).status).toBe(0);
    expect(readFileSync(out).equals(readFileSync(buildVariant(level)))).toBe(true);
    expect(statSync(out).mode & 0o111).not.toBe(0);
  });

  test("works on a file that may not be executed, and writes to standard output", async () => {
    const path = join(scratch, "unrunnable");
    copyFileSync(await buildBundle(), path);
    chmodSync(path, 0o444);
    const command = [
      process.execPath,
      join(ROOT, "src", "cli", "main.ts"),
      "extract",
      path,
      "--level=v1",
      "-o",
      "-",
    ];
    const { stdout } = Bun.spawnSync(command, { stdout: "pipe" });
    expect(stdout.equals(readFileSync(v1))).toBe(true);
  });

  test("names the levels there are", async () => {
    const path = await buildBundle({ levels: ["v1", "v3"] });
    expect(mgo("extract", path, "--level", "v4", "-o", "x").stderr).toBe(
      `mgo: ${path} has no variant v4\nhint: it has v1, v3\n`,
    );
  });
});

describe("mgo verify", () => {
  test("says that a whole bundle is whole", async () => {
    const path = await buildBundle();
    expect(mgo("verify", path)).toMatchObject({ status: 0, stdout: `${path}: whole, with v1, v2, v3, v4\n` });
  });

  test("finds a changed byte anywhere that is loaded, but the ELF headers", async () => {
    const path = join(scratch, "verified");
    const whole = readFileSync(await buildBundle());
    const { sections } = (await openBundle(await buildBundle())).elf;
    const loaded = sections.filter(({ name }) =>
      [".text", ".rodata", ".mgo", ".go.buildinfo"].includes(name),
    );
    expect(loaded.length).toBe(4);
    for (const { offset, size } of loaded) {
      for (const at of [offset, offset + Math.floor(size / 2), offset + size - 1]) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        writeFileSync(path, bytes);
        expect(mgo("verify", path)).toMatchObject({ status: 1, stdout: "" });
        expect(JSON.parse(mgo("verify", "--json", path).stdout)).toMatchObject({ ok: false });
      }
    }
  });
});

function build(out: string, folder: string, env: Readonly<Record<string, string>>): void {
  const { success, stderr } = Bun.spawnSync(["go", "build", "-o", out, "."], {
    cwd: join(ROOT, folder),
    env: { ...process.env, GOFLAGS: "", CGO_ENABLED: "0", ...env },
  });
  if (!success) throw new Error(stderr.toString());
}
