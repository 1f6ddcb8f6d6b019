/** The process name, and what else of a program's start goes through the code that sets it. */
import { describe, expect, test } from "bun:test";
import { chmodSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { EHDR, PHDR, PT_LOAD, parseElf, SHT_NOBITS } from "../../src/bundle/elf.ts";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
import { buildVariant, bundleFiles, type Linkage, UNSTRIPPED } from "../support/variants.ts";

const V1 = { GOAMD64: "v1" };
const PF_X = 1;
const SHT_NULL = 0;
const PAGE = 4096;
/** For the code and a short path. */
const ENOUGH = 160;

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

/** What tests/programs/name prints. */
interface Report {
  readonly comm: string;
  readonly entry: number;
  readonly execfn: string;
}

interface Pair {
  readonly ours: Report;
  readonly plain: Report;
}

let folders = 0;

/** A bundle and its variant v1, each started by the same command in a folder where it goes by `name`. */
function runBoth(bundle: string, variant: string, name = "program", command = `./${name} one ''`): Pair {
  const [ours, plain] = [bundle, variant].map((file) => {
    const folder = join(scratch, `named-${folders++}`);
    mkdirSync(folder);
    linkSync(file, join(folder, name));
    const { stdout, stderr } = runProgram(["sh", "-c", `cd ${folder} && ${command}`], { ...V1, A: "b" });
    expect(stderr).toBe("");
    const report = JSON.parse(stdout.replaceAll(folder, "FOLDER"));
    return { ...report, env: report.env.map((line: string) => line.replaceAll(folder, "FOLDER")) };
  });
  if (ours === undefined || plain === undefined) throw new Error("unreachable");
  return { ours, plain };
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
    // Where this linker happened to fill the last page of the code, the path has no room.
    const execfn = longestGap(variant) >= ENOUGH ? plain.execfn : expect.stringMatching(/^\/dev\/fd\//);
    expect(ours).toEqual({ ...plain, execfn });
  });

  test.skipIf(!possible)("is in memory as it was but for the entry and the code in front of it", async () => {
    const [bundle, variant] = await prepare();
    const copy = join(scratch, `memory-${folders++}`);
    // With all of the file in it: tests/launcher/detached.test.ts looks at starts without debug data.
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
    const tables = Number(wanted.header.phoff) + wanted.header.phnum * PHDR.size;
    expect(clear(memory).subarray(tables).equals(clear(plain).subarray(tables))).toBe(true);
  });

  test.skipIf(!possible)("is extracted byte for byte", async () => {
    const [bundle, variant] = await prepare();
    const { stdout } = Bun.spawnSync([bundle], { env: { ...V1, MGODEBUG: "extract" }, stdout: "pipe" });
    expect(stdout.equals(readFileSync(variant))).toBe(true);
  });
});

const variant = buildVariant("v1", "name", STATIC);
const bundle = await bundleWith(variant);

describe("the process name", () => {
  test("is a symbolic link's own", () => {
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
  ])("%p is cut where the kernel cuts it", (name) => {
    const { ours, plain } = runBoth(
      bundle,
      variant,
      "target",
      `ln -s target "$NAME" && exec "./$NAME"`.replaceAll("$NAME", name),
    );
    expect(ours).toEqual(plain);
  });

  test("is any bytes", () => {
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

  test("comes before the path, which is left out where both do not fit", () => {
    const folder = join(scratch, ...Array.from({ length: 15 }, () => "d".repeat(200)));
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "deep");
    linkSync(bundle, path);
    const { comm, execfn } = JSON.parse(runProgram([path], V1).stdout);
    expect(comm).toBe(hex("deep"));
    expect(execfn).toStartWith("/dev/fd/");
  });
});

describe("a variant whose code leaves no room", () => {
  test("has its name by way of a segment that is only read", async () => {
    const filled = await bundleFilled(variant, (flags) => (flags & PF_X) !== 0);
    const { comm, entry, execfn } = JSON.parse(runProgram([filled], { ...V1, MGODEBUG: "log" }).stdout);
    const { entry: plainEntry } = JSON.parse(runProgram([variant]).stdout);
    expect({ comm, entry }).toEqual({ comm: hex(basename(filled)), entry: plainEntry });
    expect(execfn).toStartWith("/dev/fd/");
  });

  test("starts all the same where there is none at all, and the log says so", async () => {
    const filled = await bundleFilled(variant, () => true);
    const silent = runProgram([filled], V1);
    expect(silent).toMatchObject({ status: 0, stderr: "" });
    const { stdout, stderr } = runProgram([filled], { ...V1, MGODEBUG: "log" });
    expect(stderr).toMatch(
      /^\[mgo\] launcher: starting [^\n]+\n\[mgo\] launcher: process name not kept: [^\n]+\n$/,
    );
    const { entry } = JSON.parse(stdout);
    expect(entry).toBe(JSON.parse(runProgram([variant]).stdout).entry);
  });
});

/** A bundle of a variant that uses all bytes of its segments with these flags. */
async function bundleFilled(variant: string, wanted: (flags: number) => boolean): Promise<string> {
  const bytes = Uint8Array.from(readFileSync(variant));
  const { programs } = parseElf(bytes, variant);
  const unused = unusedBytes(bytes, variant);
  for (const { type, flags, offset, filesz } of programs) {
    if (type !== PT_LOAD || !wanted(flags)) continue;
    const end = Math.ceil(Number(offset + filesz) / PAGE) * PAGE;
    for (let at = Number(offset); at < Math.min(end, bytes.length); at++) if (unused[at]) bytes[at] = 0xcc;
  }
  const path = join(scratch, `filled-${folders++}`);
  writeFileSync(path, bytes);
  chmodSync(path, 0o755);
  return bundleWith(path);
}

/** A bundle in which this is v1, and another variant without which it were none. */
async function bundleWith(path: string): Promise<string> {
  return bundleFiles([
    { level: "v1", path },
    { level: "v2", path: buildVariant("v2", "name", STATIC) },
  ]);
}

/** The longest run of unused bytes in pages that are mapped as code. */
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

/** One for each byte of a file that belongs to no header, table or section. */
function unusedBytes(bytes: Uint8Array, path: string): Uint8Array {
  const { header, sections, programs } = parseElf(bytes, path);
  const unused = new Uint8Array(bytes.length).fill(1);
  const use = (offset: bigint, size: number | bigint): void => {
    unused.fill(0, Number(offset), Number(offset) + Number(size));
  };
  use(0n, EHDR.size);
  use(header.phoff, header.phnum * PHDR.size);
  use(header.shoff, header.shnum * header.shentsize);
  for (const { type, offset, filesz } of programs) if (type !== PT_LOAD) use(offset, filesz);
  for (const { header: section } of sections) {
    if (section.type !== SHT_NULL && section.type !== SHT_NOBITS) use(section.offset, section.size);
  }
  return unused;
}
