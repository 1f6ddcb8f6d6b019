/** Bundles of the direct layout as files: the base in them, and what tools and commands make of them. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeVariant } from "../../src/bundle/decode.ts";
import { placeDirect } from "../../src/bundle/direct.ts";
import {
  findSection,
  PT_GNU_PROPERTY,
  parseElf,
  SHF_ALLOC,
  SHT_NOBITS,
  SHT_NOTE,
} from "../../src/bundle/elf.ts";
import { EHDR64, PHDR64, SHDR64 } from "../../src/bundle/elf-structs.ts";
import { decodeFrame, encodeFrame } from "../../src/bundle/frame.ts";
import { parseTemplate } from "../../src/bundle/image.ts";
import { findVariant, openBundle, readBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { RECIPE } from "../../src/engine/format.ts";
import { xxHash64 } from "../../src/engine/hash.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { MgoError } from "../../src/system/error.ts";
import { cpuLevel } from "../support/cpu.ts";
import { ROOT, scratch } from "../support/folders.ts";
import { findPlaces, forgeFields } from "../support/hostile.ts";
import { type Outcome, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, kinds, launcher } from "../support/variants.ts";

const layout = "direct";
const BASE: Level = "v3";
const runnable = LEVELS.filter((level) => level <= cpuLevel());
const bundle = await buildBundle({ layout });

/** Runs a tool with the environment of the tests. */
function tool(...command: readonly string[]): Outcome {
  const { PATH = "", HOME = "" } = process.env;
  return runProgram(command, { PATH, HOME, LC_ALL: "C" });
}

function mgo(...args: readonly string[]): Outcome {
  return tool(process.execPath, join(ROOT, "src", "cli", "main.ts"), ...args);
}

/** The README's test line passes on a machine with Go and Node only; .ci/run installs these tools. */
function missing(...names: readonly string[]): boolean {
  return names.some((name) => Bun.which(name) === null);
}

/** Lists what is loaded of a file, and its address: one line for each section. */
function loadedSections(path: string): readonly string[] {
  const { sections } = parseElf(readFileSync(path), path);
  return sections
    .filter(({ header, name }) => (header.flags & SHF_ALLOC) !== 0n && name !== ".mgo")
    .map(({ name, header: { type, flags, addr, size } }) => `${name} ${type} ${flags} ${addr} ${size}`);
}

describe.each(kinds)("a direct bundle of a %s program", (kind) => {
  const base = buildVariant(BASE, "levels", kind);

  // outside.test.ts compares the headers.
  test("has the bytes of its base but for headers and build ID", async () => {
    const path = await buildBundle({ layout, kind });
    const [ours, plain] = [path, base].map((file) => parseElf(readFileSync(file), file));
    if (ours === undefined || plain === undefined) throw new Error("unreachable");
    // Nothing but that and the two tables at the front was written to.
    const end = Number(plain.header.phoff) + (plain.programs.length + 1) * PHDR64.size;
    const [rest, wanted] = [ours, plain].map(({ bytes, sections }) => {
      const { offset = 0, size = 0 } = sections.find(({ name }) => name === ".note.go.buildid") ?? {};
      expect(size).toBeGreaterThan(0);
      return Buffer.from(bytes.subarray(0, plain.bytes.length))
        .fill(0, offset, offset + size)
        .subarray(end);
    });
    expect(rest?.equals(wanted ?? Buffer.alloc(0))).toBe(true);
  });

  test("stores no data of its base that a dynamic linker leaves as it is", async () => {
    const { directory } = await openBundle(await buildBundle({ layout, kind }));
    const beside = directory.variants.flatMap(({ codec, extraFrames }) =>
      codec === "in_place" ? extraFrames.filter(({ isDetached }) => !isDetached) : [],
    );
    const size = beside.reduce((sum, frame) => sum + frame.size, 0);
    // A position-independent program has relocations all over its data.
    expect(size > 64 * 1024).toBe(kind.endsWith("pie"));
  });

  test("gives back every variant byte for byte, and is whole", async () => {
    const path = await buildBundle({ layout, kind });
    for (const level of LEVELS) {
      const out = join(scratch, `direct-extracted-${kind}-${level}`);
      expect(mgo("extract", path, "--level", level, "-o", out)).toMatchObject({ status: 0, stderr: "" });
      expect(readFileSync(out).equals(readFileSync(buildVariant(level, "levels", kind)))).toBe(true);
    }
    expect(mgo("verify", path).stdout).toBe(`${path}: whole, with v1, v2, v3, v4\n`);
    expect(JSON.parse(mgo("verify", "--json", path).stdout)).toEqual({
      file: path,
      ok: true,
      levels: [...LEVELS],
      changed: null,
    });
  });

  test("is to Go's tools and binutils what its base is", async () => {
    const path = await buildBundle({ layout, kind });
    const shows = (...command: readonly string[]): readonly string[] =>
      [path, base].map((file) => {
        const { status, stdout } = tool(...command, file);
        // The bytes of readelf's are those of Go's build ID.
        return `${status} ${stdout.replaceAll(file, "FILE").replaceAll(/data: (?:[0-9a-f]{2} )+/g, "")}`;
      });
    const commands = [["go", "version", "-m"], ...(kind === "unstripped" ? [["go", "tool", "nm"]] : [])];
    if (!missing("nm")) commands.push(["nm", "-a"], ["nm", "-D"]);
    if (!missing("readelf")) commands.push(["readelf", "-n"], ["readelf", "-d"]);
    for (const command of commands) {
      const [ours, plain] = shows(...command);
      expect(ours).toBe(plain ?? "");
    }
    if (missing("readelf")) return;
    const { status, stderr, stdout } = tool("readelf", "-lSW", path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toMatch(/warning|error/i);
  });

  test
    .skipIf(missing("strip", "objcopy"))
    .each(["strip", "strip --strip-all", "strip --strip-debug", "objcopy", "objcopy --strip-all"])(
    "after %s runs in every variant",
    async (line) => {
      const path = join(scratch, `direct ${kind} ${line}`);
      copyFileSync(await buildBundle({ layout, kind }), path);
      expect(tool(...line.split(" "), path)).toMatchObject({ status: 0, stderr: "" });
      for (const level of runnable) {
        const { status, stdout, stderr } = runProgram([path, "x"], { GOAMD64: level });
        expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `[${level} x]\n`, stderr: "" });
      }
      expect(loadedSections(path).toSorted()).toEqual(
        // Linkers are not of one mind about types and flags of empty sections.
        expect.arrayContaining([
          expect.stringMatching(/^\.text /),
          expect.stringMatching(/^\.go\.buildinfo /),
        ]),
      );
      const opened = await openBundle(path);
      expect(await verifyBundle(opened)).toEqual({ changed: BASE });
      for (const level of LEVELS.filter((other) => other !== BASE)) {
        const bytes = await decodeVariant(opened, findVariant(opened, level));
        expect(Buffer.from(bytes).equals(readFileSync(buildVariant(level, "levels", kind)))).toBe(true);
      }
      expect(mgo("extract", path, "--level", BASE, "-o", "-")).toMatchObject({
        status: 1,
        stdout: "",
        stderr: expect.stringMatching(/^mgo: .* was changed since mgo made it: .*\nhint: [^\n]+\n$/),
      });
      expect(mgo("verify", path)).toMatchObject({
        status: 0,
        stdout: `${path}: whole, with v1, v2, v3, v4; its base v3 was changed since (strip, patchelf?)\n`,
      });
    },
  );
});

describe.each(LEVELS)("a direct bundle with base %s", (base) => {
  test("gives back every variant", async () => {
    const opened = await openBundle(await buildBundle({ layout, base }));
    expect(await verifyBundle(opened)).toEqual({ changed: undefined });
    for (const level of LEVELS) {
      const bytes = await decodeVariant(opened, findVariant(opened, level));
      expect(Buffer.from(bytes).equals(readFileSync(buildVariant(level)))).toBe(true);
    }
  });
});

describe("a direct bundle", () => {
  test("is made by mgo pack and mgo build alike", () => {
    const out = join(scratch, "direct-packed");
    const inputs = LEVELS.map((level) => buildVariant(level));
    expect(mgo("pack", "-o", out, "--layout=direct", "--compress=fast", ...inputs)).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(readFileSync(out).equals(readFileSync(bundle))).toBe(true);

    const folder = join(ROOT, "tests", "programs", "levels");
    const built = join(scratch, "direct-built");
    const flags = ["-mgo.layout=direct", "-mgo.compress=fast", "-trimpath", "-ldflags=-s -w"];
    const environment = {
      PATH: process.env.PATH ?? "",
      HOME: process.env.HOME ?? "",
      CGO_ENABLED: "0",
      MGOCACHE: "off",
    };
    const command = [
      process.execPath,
      join(ROOT, "src", "cli", "main.ts"),
      "-C",
      folder,
      ...flags,
      "-o",
      built,
      ".",
    ];
    expect(runProgram(command, environment)).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(built).equals(readFileSync(bundle))).toBe(true);
  });

  test("is the same for any order of files and any number of jobs", async () => {
    const inputs = LEVELS.map((level) => ({ level, path: buildVariant(level) }));
    const [one, many] = await Promise.all([
      createBundle(inputs, await launcher(), { layout, compress: "fast", jobs: 1 }),
      createBundle(inputs.toReversed(), await launcher(), { layout, compress: "fast", jobs: 5 }),
    ]);
    expect(Buffer.concat(one.chunks).equals(Buffer.concat(many.chunks))).toBe(true);
  });

  test("has both of two levels, and is the variant if there is only one", async () => {
    const { directory } = await openBundle(await buildBundle({ layout, levels: ["v1", "v3"] }));
    expect(directory.variants.map(({ level, codec }) => [level, codec])).toEqual([
      ["v1", "predicted"],
      ["v3", "in_place"],
    ]);
    const alone = await buildBundle({ layout, levels: ["v2"] });
    expect(readFileSync(alone).equals(readFileSync(buildVariant("v2")))).toBe(true);
  });

  test("is inspected like others", () => {
    expect(mgo("inspect", bundle).stdout).toContain("direct, format version 2, in place is v3");
    expect(JSON.parse(mgo("inspect", "--json", bundle).stdout)).toMatchObject({
      layout: "direct",
      base: "v3",
      size: statSync(bundle).size,
      plain_size: statSync(buildVariant("v3")).size,
      path: "example.com/levels",
      variants: [
        { level: "v1", codec: "predicted", base: "v3" },
        { level: "v2", codec: "predicted", base: "v3" },
        { level: "v3", codec: "in_place", base: null, size: statSync(buildVariant("v3")).size },
        { level: "v4", codec: "predicted", base: "v3" },
      ],
    });
  });

  test("is not taken for a variant", () => {
    const { status, stderr } = mgo("pack", "-o", join(scratch, "twice"), buildVariant("v1"), bundle);
    expect(status).toBe(1);
    expect(stderr).toContain(`mgo: ${bundle} is a bundle, not one variant\n`);
  });

  test("shows a changed byte of anything that is loaded as damage, and elsewhere as a change", async () => {
    const whole = readFileSync(bundle);
    const { sections } = parseElf(whole, bundle);
    const loaded = sections.filter(
      ({ header, size }) => (header.flags & SHF_ALLOC) !== 0n && header.type !== SHT_NOBITS && size > 0,
    );
    expect(loaded.length).toBeGreaterThan(5);
    for (const { offset, size, header } of loaded) {
      for (const at of [offset, offset + Math.floor(size / 2), offset + size - 1]) {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        const verified = readBundle(bytes, "changed").then((opened) => verifyBundle(opened));
        if (header.type === SHT_NOTE) expect(await verified).toEqual({ changed: BASE });
        else await expect(verified).rejects.toThrow(/^changed (is|has)/);
      }
    }
    // Behind the last program header stand the section headers as Go's linker has left them.
    const bytes = Buffer.from(whole);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    expect(await verifyBundle(await readBundle(bytes, "changed"))).toEqual({ changed: BASE });
    const cut = parseElf(whole, bundle).header.shoff;
    await expect(readBundle(whole.subarray(0, Number(cut)), "cut")).rejects.toThrow(MgoError);
  });

  test("is refused if a recipe claims a larger base than there is", async () => {
    const opened = await openBundle(bundle);
    const variant = findVariant(opened, "v1");
    const stored = variant.extraFrames.map(({ offset, storedSize, size }) =>
      decodeFrame(opened.payload.subarray(offset, offset + storedSize), new Uint8Array(), size),
    );
    const recipe = Buffer.concat(await Promise.all(stored));
    const [last] = variant.extraFrames;
    if (last === undefined) throw new Error("no recipe");
    for (const base_image_size of [0xffff_ffff, 0x8000_0000, 0x1000_0000]) {
      writeStruct(RECIPE, recipe, 0, { base_image_size });
      const forged = await encodeFrame(recipe, new Uint8Array(), "fast", false);
      const frame = {
        ...last,
        offset: opened.payload.length,
        storedSize: forged.length,
        size: recipe.length,
        storedChecksum: xxHash64(forged),
        checksum: xxHash64(recipe),
      };
      const payload = Buffer.concat([opened.payload, forged]);
      const claimed = decodeVariant({ ...opened, payload }, { ...variant, extraFrames: [frame] });
      await expect(claimed).rejects.toThrow(
        `${bundle} is a damaged bundle: variant v1: its recipe has a larger base than there is`,
      );
    }
  });

  test("is read or refused whatever its directory says behind right checksums", async () => {
    const { payload } = await openBundle(bundle);
    const whole = readFileSync(bundle);
    const at = whole.indexOf(payload.subarray(0, findPlaces(payload).end));
    const section = findSection(parseElf(whole, bundle), ".mgo");
    expect(at).toBeGreaterThan(section?.offset ?? 0);
    for (const directory of forgeFields(payload)) {
      const bytes = Buffer.from(whole);
      bytes.set(directory, at);
      try {
        const opened = await readBundle(bytes, "forged");
        await decodeVariant(opened, findVariant(opened, BASE));
      } catch (error) {
        expect(error).toBeInstanceOf(MgoError);
      }
    }
  });
});

describe("a base", () => {
  const file = readFileSync(buildVariant(BASE));
  const elf = parseElf(file, "levels");

  test("with any changed byte in its headers becomes a bundle or an error of the user's", async () => {
    const { block } = parseTemplate(await launcher(), "amd64", "launcher");
    const tables = [
      { start: 0, size: EHDR64.size },
      { start: Number(elf.header.phoff), size: elf.programs.length * PHDR64.size },
      { start: Number(elf.header.shoff), size: elf.sections.length * SHDR64.size },
    ];
    let [planned, refused] = [0, 0];
    for (const { start, size } of tables) {
      for (let at = start; at < start + size; at++) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const before = file[at] ?? 0;
          file[at] = value;
          try {
            const placement = placeDirect(parseElf(file, "changed"), block, "changed");
            expect(placement.offset % 4096).toBe(0);
            planned += 1;
          } catch (error) {
            expect(error).toBeInstanceOf(MgoError);
            refused += 1;
          }
          file[at] = before;
        }
      }
    }
    expect(planned).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(100);
  });

  /** The executables of a kind with their PT_GNU_PROPERTY made into something that nobody knows. */
  function withoutProperty(kind: (typeof kinds)[number]): readonly { level: Level; path: string }[] {
    return LEVELS.map((level) => {
      const bytes = readFileSync(buildVariant(level, "levels", kind));
      const { programs, header } = parseElf(bytes, "variant");
      for (const [index, { type }] of programs.entries()) {
        if (type !== PT_GNU_PROPERTY) continue;
        writeStruct(PHDR64, bytes, Number(header.phoff) + index * PHDR64.size, { type: 0x60000001 });
      }
      const path = join(scratch, `propertyless-${kind}-${level}`);
      writeFileSync(path, bytes, { mode: 0o755 });
      return { level, path };
    });
  }

  test.skipIf(!kinds.includes("cgo"))(
    "without a spare program header gives up PT_PHDR if it can",
    async () => {
      const inputs = withoutProperty("cgo");
      const path = join(scratch, "without-phdr");
      const { chunks } = await createBundle(inputs, await launcher(), { layout, compress: "fast" });
      writeFileSync(path, Buffer.concat(chunks), { mode: 0o755 });
      for (const level of runnable) {
        expect(runProgram([path, "x"], { GOAMD64: level }).stdout).toBe(`[${level} x]\n`);
      }
    },
  );

  test.skipIf(!kinds.includes("cgo-pie"))("and else is refused, with what to do", async () => {
    const inputs = withoutProperty("cgo-pie").map(({ level, path }) => `${level}=${path}`);
    const { status, stderr } = mgo("pack", "--layout=direct", "-o", join(scratch, "roomless"), ...inputs);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^mgo: \S+ has no room for the program header [^\n]+\nhint: use -mgo\.layout=packed, [^\n]+\n$/,
    );
  });
});
