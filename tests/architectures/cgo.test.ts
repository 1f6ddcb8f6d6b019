/** C code in bundles for other architectures, by Debian's compilers for these. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { type Architecture, type Level, variableOf } from "../../src/levels/level.ts";
import { emulatedAs } from "../support/architectures.ts";
import { hasBinfmt, runByKernel } from "../support/binfmt.ts";
import { runOn } from "../support/emulated.ts";
import { goMod } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

interface Target {
  /** Debian's name, before those of its compilers. */
  readonly triplet: string;
  readonly architecture: Architecture;
  /** The levels of the bundle, and what its C is compiled for at each. */
  readonly levels: Readonly<Partial<Record<Level, string>>>;
  /** The best of these that each CPU has. */
  readonly cpus: Readonly<Record<string, Level>>;
}

const TARGETS: readonly Target[] = [
  {
    triplet: "arm-linux-gnueabi",
    architecture: "arm",
    levels: { 5: "ARMv5", "7,softfloat": "ARMv7" },
    cpus: { arm926: "5", "cortex-a7": "7,softfloat" },
  },
  {
    // Its C library needs an ARMv7.
    triplet: "arm-linux-gnueabihf",
    architecture: "arm",
    levels: { 6: "ARMv6", 7: "ARMv7" },
    cpus: { "cortex-a7": "7" },
  },
  {
    triplet: "aarch64-linux-gnu",
    architecture: "arm64",
    levels: { "v8.0": "", "v8.1": "LSE" },
    cpus: { "cortex-a53": "v8.0", "cortex-a76": "v8.1" },
  },
  {
    triplet: "riscv64-linux-gnu",
    architecture: "riscv64",
    levels: { rva20u64: "", rva22u64: "Zba" },
    cpus: { "sifive-u54": "rva20u64" },
  },
  {
    triplet: "powerpc64le-linux-gnu",
    architecture: "ppc64le",
    levels: { power8: "POWER8", power9: "POWER9", power10: "POWER10" },
    cpus: { power8: "power8", power9: "power9", power10: "power10" },
  },
];

/** Prints its level and what its C is compiled for. */
const PROGRAM = {
  ...goMod("example.com/parts"),
  "main.go": `package main

/*
#include <pthread.h>

#if defined _ARCH_PWR10
#define FOR "POWER10"
#elif defined _ARCH_PWR9
#define FOR "POWER9"
#elif defined _ARCH_PWR8
#define FOR "POWER8"
#elif defined __ARM_FEATURE_ATOMICS
#define FOR "LSE"
#elif defined __riscv_zba
#define FOR "Zba"
#elif defined __arm__ && __ARM_ARCH == 5
#define FOR "ARMv5"
#elif defined __arm__ && __ARM_ARCH == 6
#define FOR "ARMv6"
#elif defined __arm__ && __ARM_ARCH == 7
#define FOR "ARMv7"
#else
#define FOR ""
#endif

static __thread const char *mine;

static void *set(void *to) {
	mine = FOR;
	*(const char **)to = mine;
	return 0;
}

// A thread of C's has storage of its own.
static const char *compiledFor(void) {
	const char *found = 0;
	pthread_t thread;
	if (pthread_create(&thread, 0, set, &found) != 0 || pthread_join(thread, 0) != 0 || mine != 0) return "?";
	return found;
}
*/
import "C"
import (
	"fmt"
	"runtime/debug"
	"strings"
)

func main() {
	info, _ := debug.ReadBuildInfo()
	for _, setting := range info.Settings {
		if strings.HasPrefix(setting.Key, "GO") && setting.Key != "GOARCH" && setting.Key != "GOOS" {
			fmt.Println(setting.Value, C.GoString(C.compiledFor()))
		}
	}
}
`,
};

for (const { triplet, architecture, levels, cpus } of TARGETS) {
  const machine = emulatedAs(architecture);
  const sysroot = join("/usr", triplet);
  const isThere = machine.qemu !== null && Bun.which(`${triplet}-gcc`) !== null && existsSync(sysroot);
  const env = { GOARCH: architecture, CGO_ENABLED: "1", CC: `${triplet}-gcc`, CXX: `${triplet}-g++` };
  const names = Object.keys(levels) as Level[];
  const base = names.at(-1);
  const printed = (level: Level): string => `${level} ${levels[level]}\n`;

  describe.skipIf(!isThere).each(LAYOUTS)(`a program with C by ${triplet}-gcc, %s,`, (layout) => {
    const workspace = makeWorkspace(PROGRAM);
    const bundle = join(workspace.folder, "parts");
    const flags = ["-mgo.cgo-march", `-mgo.levels=${names}`, `-mgo.base=${base}`, `-mgo.layout=${layout}`];
    expectSuccess(run(workspace, [...MGO, ...flags, "-o", bundle], env));

    // Emulated by qemu-user alone, nothing can be executed from memory.
    test.each(Object.entries(cpus))(
      "starts on %s the level %s, unless only mapping is open",
      (cpu, level) => {
        const outcome = runOn(machine, cpu, ["-L", sysroot, bundle]);
        if (layout === "packed" || level === base) {
          expect(outcome).toMatchObject({ status: 0, stdout: printed(level) });
        } else {
          const line = expect.stringContaining("mapping: a dynamic linker has run: EBUSY");
          expect(outcome).toMatchObject({ status: 116, stdout: "", lines: [line] });
        }
      },
    );

    test.skipIf(!hasBinfmt).each(Object.entries(cpus))(
      "executed by the kernel (Linux 6.7), starts on %s each level up to %s",
      (cpu, best) => {
        for (const level of names.slice(0, names.indexOf(best) + 1)) {
          const variables = { QEMU_LD_PREFIX: sysroot, [variableOf(architecture)]: level };
          expect(runByKernel(machine, cpu, bundle, variables)).toMatchObject({
            status: 0,
            stdout: printed(level),
          });
        }
      },
    );
  });
}

describe.skipIf(Bun.which("aarch64-linux-gnu-gcc") === null)("a program with C for linux/arm64", () => {
  test.each(["-ldflags=-extldflags=-static", "-buildmode=pie"])(
    "is refused in the layout direct if it is linked with %s",
    (flag) => {
      const workspace = makeWorkspace(PROGRAM);
      const env = { GOARCH: "arm64", CGO_ENABLED: "1", CC: "aarch64-linux-gnu-gcc" };
      const refused = run(workspace, [...MGO, "-mgo.layout=direct", flag, "-o", "x"], env);
      expect(refused).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^mgo: x for GOARM64=v8\.1 has no room for [^\n]+\nhint: [^\n]+\n$/),
      });
    },
  );
});

test("a compiler that does not know a level is refused", () => {
  const workspace = makeWorkspace(PROGRAM);
  const env = { GOARCH: "arm64", CGO_ENABLED: "1", CC: "gcc" };
  expect(run(workspace, [...MGO, "-mgo.cgo-march", "-o", "x"], env)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^mgo: -mgo\.cgo-march: gcc does not take -march=armv8\.1-a: .+\nhint: CC .+ linux\/arm64\n$/,
    ),
  });
});
