/** The levels of machines, by the /proc/cpuinfo that their users have published. */
import { describe, expect, test } from "bun:test";
import { type Architecture, architectureOf, defaultLevelsOf, type Level } from "../../src/levels/level.ts";
import { levelsOfCpus } from "../../src/levels/native.ts";
import { lastOf, selectLevel } from "../../src/levels/select.ts";

const V7 = "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm crc32";
const N1 =
  "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs";

/** Facts of one CPU by their names in /proc/cpuinfo, and the best level with and without options. */
interface Machine {
  readonly name: string;
  /** The page that has them. */
  readonly source: string;
  readonly architecture: Architecture;
  readonly facts: Readonly<Record<string, string>>;
  readonly best: Level;
  /** The best of the default levels. */
  readonly started: Level;
}

const MACHINES: readonly Machine[] = [
  {
    name: "Raspberry Pi Zero W, which calls itself architecture 7",
    source: "https://github.com/ssbc/ssb-server/issues/757",
    architecture: "arm",
    facts: {
      "model name": "ARMv6-compatible processor rev 7 (v6l)",
      Features: "half thumb fastmult vfp edsp java tls ",
      "CPU architecture": "7",
    },
    best: "6",
    started: "6",
  },
  {
    name: "Raspberry Pi 3, 32 bits",
    source: "https://github.com/RetroPie/RetroPie-Setup/issues/1368",
    architecture: "arm",
    facts: { "model name": "ARMv7 Processor rev 4 (v7l)", Features: `${V7} `, "CPU architecture": "7" },
    best: "7",
    started: "7",
  },
  {
    name: "Raspberry Pi 3, 64 bits, to a program of 32",
    source: "https://github.com/hrw/arm-socs-table/issues/29",
    architecture: "arm",
    facts: { Features: "fp asimd evtstrm crc32 cpuid", "CPU architecture": "8" },
    best: "7",
    started: "7",
  },
  {
    name: "a server with 64 bits, to a program of 32 that linux32 has started",
    source: "https://github.com/machinekit/machinekit-hal/pull/299",
    architecture: "arm",
    facts: {
      "model name": "ARMv8 Processor rev 2 (v8l)",
      Features:
        "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt lpae evtstrm aes pmull sha1 crc32",
      "CPU architecture": "8",
    },
    best: "7",
    started: "7",
  },
  {
    name: "Raspberry Pi 3, 64 bits",
    source: "https://github.com/hrw/arm-socs-table/issues/29",
    architecture: "arm64",
    facts: { Features: "fp asimd evtstrm crc32 cpuid", "CPU architecture": "8" },
    best: "v8.0",
    started: "v8.0",
  },
  {
    name: "Graviton 2",
    source: "https://github.com/archspec/archspec-json/issues/41",
    architecture: "arm64",
    facts: { Features: N1 },
    best: "v8.2,crypto",
    started: "v8.1",
  },
  {
    name: "ThunderX2",
    source: "https://github.com/hrw/arm-socs-table/issues/22",
    architecture: "arm64",
    facts: { Features: "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics cpuid asimdrdm" },
    best: "v8.1,crypto",
    started: "v8.1",
  },
  {
    name: "Kunpeng 920, which has parts of v8.3",
    source: "https://github.com/hrw/arm-socs-table/issues/86",
    architecture: "arm64",
    facts: {
      Features:
        "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma dcpop " +
        "asimddp asimdfhm",
    },
    best: "v8.2,crypto",
    started: "v8.1",
  },
  {
    name: "VisionFive 2",
    source: "https://github.com/Dr-Noob/cpufetch/issues/176",
    architecture: "riscv64",
    facts: { isa: "rv64imafdc", mmu: "sv39", uarch: "sifive,u74-mc" },
    best: "rva20u64",
    started: "rva20u64",
  },
  {
    name: "POWER8 (raw)",
    source: "https://github.com/xcat2/xcat-core/pull/4923",
    architecture: "ppc64le",
    facts: { cpu: "POWER8 (raw), altivec supported", revision: "2.0 (pvr 004d 0200)" },
    best: "power8",
    started: "power8",
  },
  {
    name: "POWER9",
    source: "https://github.com/fastfetch-cli/fastfetch/pull/496",
    architecture: "ppc64le",
    facts: { cpu: "POWER9, altivec supported", revision: "2.2 (pvr 004e 1202)" },
    best: "power9",
    started: "power9",
  },
  {
    name: "Power11 (architected)",
    source: "https://github.com/open-power/op-test/pull/883",
    architecture: "ppc64le",
    facts: { cpu: "Power11 (architected), altivec supported", revision: "2.0 (pvr 0082 0200)" },
    best: "power10",
    started: "power10",
  },
];

describe("the levels of", () => {
  test.each(MACHINES)("$name", ({ architecture, facts, best, started }) => {
    const cpu = Object.entries(facts).map(([name, value]) => `${name}\t: ${value}\n`);
    const text = ["processor\t: 0\n", ...cpu, "\n", "processor\t: 1\n", ...cpu, "\n"].join("");
    const levels = levelsOfCpus(architecture, text);
    const present = defaultLevelsOf(architecture);
    expect([levels.at(-1), lastOf(present, levels)]).toEqual([best, started]);
  });

  test.each(["arm", "arm64", "riscv64", "ppc64le"] as const)("an unknown machine of %s are none", (name) => {
    expect(levelsOfCpus(name, "processor\t: 0\n\n")).toEqual([]);
  });
});

describe("a level with options", () => {
  test("is started only where its features are", () => {
    const arm = levelsOfCpus("arm", "model name\t: ARMv7 Processor rev 1 (v7l)\nFeatures\t: half thumb\n");
    expect(arm).toEqual(["5", "6,softfloat", "7,softfloat"]);
    const present: readonly Level[] = ["5", "7,softfloat", "7"];
    expect(selectLevel(present, arm, undefined)?.level).toBe("7,softfloat");
    expect(selectLevel(present, arm, "6")).toEqual({ level: "5", isRefused: false });
    expect(selectLevel(present, arm, "7")).toEqual({ level: "7,softfloat", isRefused: true });
  });
});

test("no two architectures have a level of one name", () => {
  for (const { architecture, best } of MACHINES) expect(architectureOf(best)).toBe(architecture);
});
