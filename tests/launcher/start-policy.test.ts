/** Starts of direct bundles where nobody asks for a level, and what staying in place gains. */
import { describe, expect, test } from "bun:test";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import type { Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, kinds } from "../support/variants.ts";

const layout = "direct";
const base: Level = "v3";
const cpu = cpuLevel();
const started = (level: Level): string => `starting variant GOAMD64=${level}`;

/** The launcher's lines, and the level that started. */
function startOf(path: string, env: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = runProgram([path], { MGODEBUG: "log", ...env });
  const lines = stderr.split("\n").filter((line) => line !== "");
  return {
    status,
    lines: lines.map((line) => line.slice(PREFIX.length)),
    level: JSON.parse(stdout || "{}").level,
    executable: JSON.parse(stdout || "{}").executable,
  };
}

// Only these CPUs have a level above the base. Emulators have none.
describe.skipIf(cpu !== "v4").each(kinds)("on a CPU of v4, a direct bundle of a %s program", (kind) => {
  test("starts its base in place if v4 changes nothing outside of Go's runtime", async () => {
    const path = await buildBundle({ layout, program: "place", kind, base });
    expect(startOf(path)).toEqual({
      status: 0,
      lines: ["in place is v3: v4 changes nothing of it outside of Go's runtime", started("v3")],
      level: "v3",
      executable: path,
    });
    // No line tells more without the variable.
    expect(runProgram([path])).toMatchObject({ status: 0, stderr: "" });
    const asked = startOf(path, { GOAMD64: "v4" });
    expect(asked).toMatchObject({ status: 0, lines: [started("v4")], level: "v4" });
    expect(asked.executable).toStartWith("/memfd:");
  });

  test("starts v4 if that changes the program", async () => {
    const path = await buildBundle({ layout, program: "tuned", kind, base });
    const { status, stdout, stderr } = runProgram([path], { MGODEBUG: "log" });
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: `${PREFIX}in place is v3: v4 changes more of it than Go's runtime\n${PREFIX}${started("v4")}\n`,
    });
    expect(stdout).toStartWith("fast ");
  });

  test("starts v4 always if it was made so, and never otherwise", async () => {
    for (const [startPolicy, level, words] of [
      ["best", "v4", "the best"],
      ["base", "v3", "its base"],
    ] as const) {
      const path = await buildBundle({ layout, startPolicy, program: "place", kind, base });
      const why = `in place is v3: v4 changes nothing of it outside of Go's runtime, and the bundle was made`;
      expect(startOf(path)).toMatchObject({
        lines: [`${why} to start ${words}`, started(level)],
        level,
      });
    }
  });

  test("is a plain program to the kernel: its own file, no memfd, pages that processes share", async () => {
    const path = await buildBundle({ layout, program: "stay", kind, base });
    const running = [0, 1].map(() => Bun.spawn([path], { env: {}, stdin: "pipe", stdout: "pipe" }));
    try {
      // Their first output: both run.
      for (const child of running) await child.stdout.getReader().read();
      for (const child of running) {
        expect(readlinkSync(`/proc/${child.pid}/exe`)).toBe(path);
        expect(statSync(`/proc/${child.pid}/exe`).ino).toBe(statSync(path).ino);
        expect(readFileSync(`/proc/${child.pid}/maps`, "utf8")).not.toContain("memfd:");
        const { shared, code } = codePages(child.pid, path);
        expect(code).toBeGreaterThan(0);
        // One may have touched a page more than the other.
        expect(shared).toBeGreaterThan(code / 2);
      }
    } finally {
      for (const child of running) child.kill();
    }
  });
});

/** Resident kB of a file's code in a process, and how much of it others have as well (proc_pid_smaps(5)). */
function codePages(pid: number, path: string): { readonly shared: number; readonly code: number } {
  let [shared, code] = [0, 0];
  for (const block of readFileSync(`/proc/${pid}/smaps`, "utf8").split(/^(?=[0-9a-f]+-)/m)) {
    const [head = ""] = block.split("\n");
    if (!head.endsWith(path) || !head.includes(" r-xp ")) continue;
    const size = (name: string): number => Number(new RegExp(`^${name}: +(\\d+) kB`, "m").exec(block)?.[1]);
    code += size("Rss");
    // Dirty as long as the kernel has not written the file back.
    shared += size("Shared_Clean") + size("Shared_Dirty");
  }
  return { shared, code };
}

// Emulated CPUs have v3 at most, so the base is a lower one.
describe.skipIf(qemu === null)("on an emulated CPU, a direct bundle", () => {
  test("starts its base only where the best level for the CPU changes the program", async () => {
    const path = await buildBundle({ layout, base: "v1" });
    const found = ["Haswell", "Nehalem", "qemu64"].map((model) => runEmulated(model, path));
    // The emulator lacks execveat, which has lines of its own.
    const about = (line: string): boolean => /^(in place|starting)/.test(line);
    expect(found.map(({ lines, stdout }) => [...lines.filter(about), stdout])).toEqual([
      ["in place is v1: v3 changes more of it than Go's runtime", started("v3"), "[v3]\n"],
      ["in place is v1: v2 changes more of it than Go's runtime", started("v2"), "[v2]\n"],
      [started("v1"), "[v1]\n"],
    ]);
  });

  test("starts the best that the CPU can run if that is not the base", async () => {
    const path = await buildBundle({ layout, program: "place", base: "v4" });
    for (const [model, level] of [
      ["Haswell", "v3"],
      ["Nehalem", "v2"],
    ] as const) {
      const { lines, stdout } = runEmulated(model, path);
      expect(lines).toContain(started(level));
      expect(lines.join("\n")).not.toContain("in place");
      expect(JSON.parse(stdout).level).toBe(level);
    }
  });
});
