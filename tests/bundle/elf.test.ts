import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { readBuildInfo } from "../../src/bundle/buildinfo.ts";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { EHDR64, PHDR64, SHDR64 } from "../../src/bundle/elf-structs.ts";
import { MgoError } from "../../src/system/error.ts";
import { runProgram } from "../support/run.ts";
import { buildVariant } from "../support/variants.ts";

const path = buildVariant("v3");
const file = readFileSync(path);
const elf = parseElf(file, "levels");

describe("parseElf", () => {
  test.skipIf(Bun.which("readelf") === null)("finds the sections that readelf lists", () => {
    const { stdout } = runProgram(["readelf", "-SW", path], process.env);
    const listed = stdout.matchAll(/^ *\[ *[1-9]\d*\] (\S+) +\S+ +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) /gm);
    const numbers = (words: readonly string[]) => words.map((word) => Number.parseInt(word, 16));
    const wanted = [...listed].map(([, name = "", ...words]) => [name, ...numbers(words.slice(0, 3))]);
    expect(wanted.length).toBeGreaterThan(10);
    expect(
      elf.sections
        .slice(1)
        .map(({ name, offset, header }) => [name, Number(header.addr), offset, Number(header.size)]),
    ).toEqual(wanted);
  });

  test("takes any changed byte of headers and tables for a file or for an error of the user's", () => {
    const tables = [
      { start: 0, size: EHDR64.size },
      { start: Number(elf.header.phoff), size: elf.programs.length * PHDR64.size },
      { start: Number(elf.header.shoff), size: elf.sections.length * SHDR64.size },
    ];
    let refused = 0;
    for (const { start, size } of tables) {
      for (let at = start; at < start + size; at++) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) refused += isRefused(file, at, value) ? 1 : 0;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  test("refuses every cut in front of the end of the section headers", () => {
    const end = Number(elf.header.shoff) + elf.sections.length * SHDR64.size;
    for (const size of [0, 3, 4, 63, 64, 100, 4095, 4096, end - 1]) {
      expect(() => parseElf(file.subarray(0, size), "cut")).toThrow(MgoError);
    }
  });
});

test("readBuildInfo reads what go version -m prints", () => {
  const { stdout } = runProgram(["go", "version", "-m", path], process.env);
  const { path: main, settings } = readBuildInfo(elf, "levels");
  expect(main).toBe(/^\tpath\t(.*)$/m.exec(stdout)?.[1] ?? "");
  const listed = [...stdout.matchAll(/^\tbuild\t([^=]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  expect(listed.length).toBeGreaterThan(5);
  expect([...settings]).toEqual(listed as [string, string][]);
});

test("readBuildInfo makes of any changed byte information, or an error for the user", () => {
  const section = findSection(elf, ".go.buildinfo");
  const start = section?.offset ?? 0;
  for (let at = start; at < start + (section?.size ?? 0); at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0xff]) isRefused(file, at, value);
  }
  expect(section?.size).toBeGreaterThan(32);
});

/** Reads the file with one byte changed, and puts it back. Throws what is no MgoError. */
function isRefused(bytes: Uint8Array, at: number, value: number): boolean {
  const before = bytes[at] ?? 0;
  bytes[at] = value;
  try {
    readBuildInfo(parseElf(bytes, "changed"), "changed");
    return false;
  } catch (error) {
    if (error instanceof MgoError) return true;
    throw error;
  } finally {
    bytes[at] = before;
  }
}
