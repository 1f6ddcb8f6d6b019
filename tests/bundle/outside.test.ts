/** Bundles as ELF files, judged by programs of others that read them: elfinfo and readelf. */
import { describe, expect, test } from "bun:test";
import { LEVELS } from "../../src/levels/level.ts";
import { type ElfFacts, readByElfinfo, readByReadelf, type SegmentFacts } from "../support/elf-facts.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";

const BASE = "v3";
/** The page size of x86-64. */
const PAGE = 4096n;
/** Size of the ELF header, behind which linkers put the table of segments. */
const TABLE_OFFSET = 64;

describe.each(kinds)("bundles of a %s program", (kind) => {
  test.skipIf(Bun.which("readelf") === null)("are read alike by elfinfo and readelf", async () => {
    for (const layout of ["packed", "direct"] as const) {
      const path = await buildBundle({ layout, kind });
      const facts = await readByElfinfo(path);
      expect(facts.sections.length).toBeGreaterThan(4);
      expect(facts).toEqual(readByReadelf(path));
    }
  });

  test("have segments that a kernel can load", async () => {
    for (const layout of ["packed", "direct"] as const) {
      expectLoadable(await readByElfinfo(await buildBundle({ layout, kind })));
    }
  });

  test("end with a read-only segment of payload and build info if packed", async () => {
    const { segments, sections } = await readByElfinfo(await buildBundle({ layout: "packed", kind }));
    const last = loadsOf(segments).at(-1);
    expect(loadsOf(segments).map(({ flags }) => flags)).toEqual(["RE", "R"]);
    for (const name of [".mgo", ".go.buildinfo"]) {
      const section = sections.find((one) => one.name === name);
      expect(section?.flags).toBe("A");
      expect(isInside(section, last)).toBe(true);
    }
  });

  test("are the base with one section and one segment more if direct", async () => {
    const plain = await readByElfinfo(buildVariant(BASE, "levels", kind));
    const ours = await readByElfinfo(
      await buildBundle({ layout: "direct", kind, base: BASE, levels: LEVELS }),
    );
    const own = ours.sections.at(-1);
    expect(own).toMatchObject({ name: ".mgo", flags: "A" });
    // The names of the sections have moved behind the added segment.
    const others = ({ sections }: ElfFacts) => sections.filter(({ name }) => name !== ".shstrtab");
    expect(others(ours).slice(0, -1)).toEqual(others(plain));
    expect(ours.sections.length).toBe(plain.sections.length + 1);

    const added = loadsOf(ours.segments).at(-1);
    expect(added).toMatchObject({ flags: "RE", vaddr: own?.addr, offset: own?.offset, filesz: own?.size });
    expect(ours.entry >= (added?.vaddr ?? 0n) && isInside({ addr: ours.entry, size: 1 }, added)).toBe(true);
    expect(loadsOf(ours.segments).length).toBe(loadsOf(plain.segments).length + 1);
    for (const segment of loadsOf(plain.segments)) expect(ours.segments).toContainEqual(segment);
    // PT_PHDR, which describes the table itself, grows with it.
    const [kept, wanted] = [ours, plain].map(({ segments }) =>
      segments.filter(({ isLoaded, offset }) => !isLoaded && offset !== TABLE_OFFSET),
    );
    for (const segment of kept ?? []) expect(wanted).toContainEqual(segment);
    // PT_GNU_PROPERTY may make room for the added one.
    expect(kept?.length).toBeGreaterThanOrEqual((wanted?.length ?? 0) - 1);
  });
});

function loadsOf(segments: readonly SegmentFacts[]): readonly SegmentFacts[] {
  return segments.filter(({ isLoaded }) => isLoaded);
}

function isInside(
  range: { readonly addr: bigint; readonly size: number } | undefined,
  segment: SegmentFacts | undefined,
): boolean {
  if (range === undefined || segment === undefined) return false;
  const end = segment.vaddr + BigInt(segment.filesz);
  return range.addr >= segment.vaddr && range.addr + BigInt(range.size) <= end;
}

/** elf(5): loaded segments ascend and do not overlap, and their pages lie in the file as in memory. */
function expectLoadable({ entry, segments }: ElfFacts): void {
  const loads = loadsOf(segments);
  let end = 0n;
  for (const { vaddr, offset, filesz, memsz, flags } of loads) {
    expect(vaddr >= end).toBe(true);
    end = vaddr + BigInt(memsz);
    expect(memsz >= filesz).toBe(true);
    expect((vaddr - BigInt(offset)) % PAGE).toBe(0n);
    expect(flags).not.toBe("RWE");
  }
  const isEntered = (one: SegmentFacts): boolean =>
    one.flags.includes("E") && isInside({ addr: entry, size: 1 }, one);
  expect(loads.filter(isEntered).length).toBe(1);
}
