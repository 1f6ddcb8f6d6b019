/** The process name, and the code that sets it in front of a program. */
import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PT_LOAD, parseElf, SHT_NOBITS } from "../../src/bundle/elf.ts";
import { EHDR64, PHDR64 } from "../../src/bundle/elf-structs.ts";
import { PREFIX } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { runForBytes, runProgram } from "../support/run.ts";
import { both, type Pair, startFile } from "../support/starts.ts";
import { buildVariant, bundleFiles, type Linkage, UNSTRIPPED } from "../support/variants.ts";

const V1 = { GOAMD64: "v1" };
const PF_X = 1;
const SHT_NULL = 0;
const PAGE = 4096;
/** Size of the code with a short path. */
const ENOUGH = 192;

const gcc = Bun.which("gcc") !== null;
const STATIC: Linkage = { name: "static", flags: [] };
const LINKAGES: readonly (readonly [string, Linkage, boolean])[] = [
  ["a static program", STATIC, true],
  ["a program with symbols", UNSTRIPPED, true],
  ["a PIE", { name: "pie", flags: ["-buildmode=pie"] }, true],
  ["a cgo program", { name: "cgo", flags: [], cgo: true }, gcc],
  ["a cgo PIE", { name: "cgo-pie", flags: ["-buildmode=pie"], cgo: true }, gcc],
  [
    "a static cgo program",
    { name: "cgo-static", flags: ["-ldflags=-linkmode=external -extldflags=-static"], cgo: true },
    gcc,
  ],
  ["a program that Go's linker links with libc", { name: "net", flags: ["-tags=resolver"], cgo: true }, gcc],
  [
    "the same, linked by ld",
    { name: "net-external", flags: ["-tags=resolver", "-ldflags=-linkmode=external"], cgo: true },
    gcc,
  ],
];

/** The report of tests/programs/name. */
interface Report {
  readonly comm: string;
  readonly entry: number;
  readonly execfn: string;
}

let copies = 0;

/** Starts a bundle and its variant v1 by the same command, in a folder where the file goes by `name`. */
function runBoth(
  bundle: string,
  variant: string,
  name = "program",
  command = `./${name} one ''`,
): Pair<Report> {
  return both(bundle, variant, (file) => {
    const { stdout, stderr } = startFile(file, { command, name, env: { ...V1, A: "b" } });
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  });
}

const hex = (text: string): string => Buffer.from(text).toString("hex");

describe.each(LINKAGES)("%s", (_, linkage, possible) => {
  const prepare = async (): Promise<readonly [string, string]> => {
    const variant = buildVariant("v1", "name", linkage);
    return [await bundleWith(variant), variant];
  };

  test.skipIf(!possible)("has the name, the entry and the path of a plain start", async () => {
    const [bundle, variant] = await prepare();
    const { ours, plain } = runBoth(bundle, variant);
    expect(plain).toMatchObject({ comm: hex("program"), execfn: "./program" });
    // If the linker happened to fill the last page of the code, the path does not fit.
    const execfn = longestGap(variant) >= ENOUGH ? plain.execfn : expect.stringMatching(/^\/dev\/fd\//);
    expect(ours).toEqual({ ...plain, execfn });
  });

  test.skipIf(!possible)("differs in memory by the entry and the code in front of it", async () => {
    const [bundle, variant] = await prepare();
    const copy = join(scratch, `memory-${copies++}`);
    // detached.test.ts looks at starts without debug data.
    const env = { ...V1, COPY: copy, MGODEBUG: "symbols" };
    expect(runProgram([bundle], env)).toMatchObject({ status: 0, stderr: "" });
    const [memory, plain] = [readFileSync(copy), readFileSync(variant)];
    const [ours, wanted] = [parseElf(memory, copy), parseElf(plain, variant)];
    expect(ours.header).toEqual({ ...wanted.header, entry: expect.anything() });
    expect(ours.header.entry).not.toBe(wanted.header.entry);
    expect(ours.programs.map((program) => ({ ...program, flags: 0 }))).toEqual(
      wanted.programs.map((program) => ({ ...program, flags: 0 })),
    );
    const unused = unusedBytes(plain, variant);
    const clear = (bytes: Uint8Array): Buffer =>
      Buffer.from(bytes.map((byte, at) => (unused[at] ? 0 : byte)));
    const tables = Number(wanted.header.phoff) + wanted.header.phnum * PHDR64.size;
    expect(clear(memory).subarray(tables).equals(clear(plain).subarray(tables))).toBe(true);
  });

  test.skipIf(!possible)("is extracted byte for byte", async () => {
    const [bundle, variant] = await prepare();
    const { stdout } = runForBytes([bundle], { ...V1, MGODEBUG: "extract" });
    expect(stdout.equals(readFileSync(variant))).toBe(true);
  });
});

const variant = buildVariant("v1", "name", STATIC);
const bundle = await bundleWith(variant);

describe("the process name", () => {
  test("is that of a symbolic link", () => {
    const { ours, plain } = runBoth(
      bundle,
      variant,
      "target",
      "ln -s target 'another name' && './another name'",
    );
    expect(ours).toEqual(plain);
    expect(plain.comm).toBe(hex("another name"));
  });

  test.each([
    "x",
    "exactly15bytes.",
    "one more than 15",
    "a".repeat(200),
    "\x01\n\t\x1b[2J",
    "näme…näme…näme…",
  ])("%p is cut as by the kernel", (name) => {
    const { ours, plain } = runBoth(
      bundle,
      variant,
      "target",
      `ln -s target "$NAME" && exec "./$NAME"`.replaceAll("$NAME", name),
    );
    expect(ours).toEqual(plain);
  });

  test("may be any bytes", () => {
    const command = "ln -s target \"$(printf 'a\\377\\200b')\" && ./a*";
    const { ours, plain } = runBoth(bundle, variant, "target", command);
    expect(ours.comm).toBe("61ff8062");
    expect(ours.comm).toBe(plain.comm);
  });

  test("is that of a file found in PATH", () => {
    const { ours, plain } = runBoth(bundle, variant, "found", "PATH=$PWD; found");
    expect(ours).toEqual(plain);
  });

  test("does not depend on the number of arguments and variables", () => {
    for (const command of [
      "env -i GOAMD64=v1 ./it",
      "./it $(seq 5000)",
      "env $(seq -f 'V%.0f=1' 3000) ./it",
    ]) {
      const { ours, plain } = runBoth(bundle, variant, "it", command);
      expect(ours).toEqual(plain);
    }
  });

  test("is kept without the path if both do not fit", () => {
    const folder = join(scratch, ...Array.from({ length: 15 }, () => "d".repeat(200)));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "deep");
    linkSync(bundle, path);
    const { comm, execfn } = JSON.parse(runProgram([path], V1).stdout);
    expect(comm).toBe(hex("deep"));
    expect(execfn).toStartWith("/dev/fd/");
  });
});

describe("a variant without padding behind its code", () => {
  test("keeps its name by code in a read-only segment", async () => {
    const filled = await bundleFilled(variant, (flags) => (flags & PF_X) !== 0);
    const { comm, entry, execfn } = JSON.parse(runProgram([filled], { ...V1, MGODEBUG: "log" }).stdout);
    const { entry: plainEntry } = JSON.parse(runProgram([variant]).stdout);
    expect({ comm, entry, execfn }).toEqual({
      comm: hex(basename(filled)),
      entry: plainEntry,
      execfn: filled,
    });
  });

  test("starts without its name if there is no padding at all, and the log says so", async () => {
    const filled = await bundleFilled(variant, () => true);
    expect(runProgram([filled], V1)).toMatchObject({ status: 0, stderr: "" });
    const { stdout, stderr } = runProgram([filled], { ...V1, MGODEBUG: "log" });
    const lines = ["starting variant GOAMD64=v1", "process name not kept: no padding in the variant"];
    expect(stderr).toBe(lines.map((line) => `${PREFIX}${line}\n`).join(""));
    expect(JSON.parse(stdout).entry).toBe(JSON.parse(runProgram([variant]).stdout).entry);
  });
});

/** Makes a bundle of a variant without padding in segments with these flags. */
async function bundleFilled(variant: string, wanted: (flags: number) => boolean): Promise<string> {
  const bytes = Uint8Array.from(readFileSync(variant));
  const { programs } = parseElf(bytes, variant);
  const unused = unusedBytes(bytes, variant);
  for (const { type, flags, offset, filesz } of programs) {
    if (type !== PT_LOAD || !wanted(flags)) continue;
    const end = Math.ceil(Number(offset + filesz) / PAGE) * PAGE;
    for (let at = Number(offset); at < Math.min(end, bytes.length); at++) if (unused[at]) bytes[at] = 0xcc;
  }
  const path = join(scratch, `filled-${copies++}`);
  writeFileSync(path, bytes, { mode: 0o755 });
  return bundleWith(path);
}

/** Makes a bundle in which this is v1. The other variant makes it one. */
async function bundleWith(path: string): Promise<string> {
  return bundleFiles([
    { level: "v1", path },
    { level: "v2", path: buildVariant("v2", "name", STATIC) },
  ]);
}

/** Returns the longest run of unused bytes in pages that are mapped as code. */
function longestGap(path: string): number {
  const bytes = readFileSync(path);
  const unused = unusedBytes(bytes, path);
  let longest = 0;
  for (const { type, flags, offset, filesz } of parseElf(bytes, path).programs) {
    if (type !== PT_LOAD || (flags & PF_X) === 0) continue;
    let run = 0;
    for (let at = Number(offset); at < Math.ceil(Number(offset + filesz) / PAGE) * PAGE; at++) {
      run = unused[at] ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}

/** Returns 1 for each byte of a file that belongs to no header, table or section, else 0. */
function unusedBytes(bytes: Uint8Array, path: string): Uint8Array {
  const { header, sections, programs } = parseElf(bytes, path);
  const unused = new Uint8Array(bytes.length).fill(1);
  const use = (offset: bigint, size: number | bigint): void => {
    unused.fill(0, Number(offset), Number(offset) + Number(size));
  };
  use(0n, EHDR64.size);
  use(header.phoff, header.phnum * PHDR64.size);
  use(header.shoff, header.shnum * header.shentsize);
  for (const { type, offset, filesz } of programs) if (type !== PT_LOAD) use(offset, filesz);
  for (const { header: section } of sections) {
    if (section.type !== SHT_NULL && section.type !== SHT_NOBITS) use(section.offset, section.size);
  }
  return unused;
}
