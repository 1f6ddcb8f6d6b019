/** Bases of the direct layout that end where addresses do. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { align } from "../../src/bundle/align.ts";
import { fillDirect, placeDirect } from "../../src/bundle/direct.ts";
import { PT_LOAD, parseElf } from "../../src/bundle/elf.ts";
import { parseTemplate } from "../../src/bundle/image.ts";
import { writeStruct } from "../../src/engine/struct.ts";
import { buildPlain } from "../support/architectures.ts";
import { buildVariant, launcher } from "../support/variants.ts";

test.each([
  { bits: 32, end: 2n ** 32n, build: () => buildPlain("7") },
  { bits: 64, end: 2n ** 47n, build: () => buildVariant("v3") },
])("a base of $bits bits needs addresses behind its own for the others", async ({ end, build }) => {
  const { block } = parseTemplate(await launcher(), "amd64", "launcher");
  const bytes = readFileSync(build());
  const { programs, header, structs } = parseElf(bytes, "plain");
  const last = programs.findLastIndex(({ type }) => type === PT_LOAD);
  const vaddr = programs[last]?.vaddr ?? 0n;
  const payload = new Uint8Array(block.page);
  const fillBehind = (address: bigint): readonly Uint8Array[] => {
    const at = Number(header.phoff) + last * structs.phdr.size;
    writeStruct(structs.phdr, bytes, at, { memsz: address - vaddr });
    return fillDirect(placeDirect(parseElf(bytes, "changed"), block, "changed"), block.entry, [payload]);
  };
  const size = BigInt(align(block.bytes.length, block.page) + payload.length);
  expect(fillBehind(end - size)).not.toBeEmpty();
  expect(() => fillBehind(end - BigInt(block.page))).toThrow(/^changed leaves no addresses /);
  expect(() => fillBehind(end - 1n)).toThrow(/^changed is damaged: /);
});
