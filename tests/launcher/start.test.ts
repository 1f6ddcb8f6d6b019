/** Starts of a bundle: the variant that runs, the lines that it prints, and what the program sees. */
import { describe, expect, test } from "bun:test";
import { LEVELS, type Level, levelNumber } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { runProgram } from "../support/run.ts";
import { both } from "../support/starts.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const started = (level: Level): string => `${PREFIX}starting variant GOAMD64=${level}\n`;
const bundle = await buildBundle();

const cpu = cpuLevel();
const runnable = LEVELS.filter((level) => level <= cpu);

describe("a bundle", () => {
  test("starts the best variant for the CPU, silently", () => {
    expect(runProgram([bundle])).toMatchObject({ status: 0, stdout: `[${cpu}]\n`, stderr: "" });
  });

  test("passes on arguments and exit status", () => {
    const args = ["a b", "", "*", "--help", "\n"];
    const { ours, plain } = both(bundle, buildVariant(cpu), (path) =>
      runProgram([path, ...args], { STATUS: "42" }),
    );
    expect(ours).toEqual(plain);
    expect(ours.status).toBe(42);
  });

  test.each(runnable)("starts %s if GOAMD64 asks for it", (level) => {
    expect(runProgram([bundle], { GOAMD64: level, MGODEBUG: "log" })).toMatchObject({
      status: 0,
      stdout: `[${level}]\n`,
      stderr: started(level),
    });
  });

  test.each(["v5", "v0", "", "v3 ", "V3", "v33", "native"])(
    "ignores GOAMD64=%p, and says so in the log",
    (value) => {
      expect(runProgram([bundle], { GOAMD64: value })).toMatchObject({ stdout: `[${cpu}]\n`, stderr: "" });
      const { stderr } = runProgram([bundle], { GOAMD64: value, MGODEBUG: "log" });
      const ignored = `${PREFIX}GOAMD64=${value} ignored: not v1, v2, v3 or v4\n`;
      expect(stderr).toBe(`${value === "" ? "" : ignored}${started(cpu)}`);
    },
  );

  test("takes the next lower level it has, or its lowest", async () => {
    const some = await buildBundle({ levels: ["v1", "v3"] });
    expect(runProgram([some], { GOAMD64: "v2" }).stdout).toBe("[v1]\n");
    const high = await buildBundle({ levels: ["v2", "v3"] });
    if (levelNumber(cpu) >= 2) expect(runProgram([high], { GOAMD64: "v1" }).stdout).toBe("[v2]\n");
  });

  test("reads MGODEBUG as a list of words, and names the first unknown one in the log", () => {
    const ignored = `${PREFIX}MGODEBUG=frob ignored: unknown\n`;
    expect(runProgram([bundle], { MGODEBUG: "frob,log,symbols,frob" }).stderr).toBe(ignored + started(cpu));
    expect(runProgram([bundle], { MGODEBUG: "logs" }).stderr).toBe("");
  });

  test("says that it cannot write what it extracts", () => {
    const command = ["sh", "-c", `exec ${bundle} > /dev/full`];
    expect(runProgram(command, { MGODEBUG: "extract" })).toMatchObject({
      status: 118,
      stderr: `${PREFIX}variant not written: ENOSPC\n`,
    });
  });

  test("names its memfd after itself and the level", async () => {
    const mirror = await buildBundle({ program: "mirror" });
    const { exe } = JSON.parse(runProgram([mirror], { GOAMD64: "v1" }).stdout);
    expect(exe).toBe(`/memfd:${mirror} [GOAMD64=v1] (deleted)`);
  });

  test("gives the program what a plain start gives it", async () => {
    const mirror = await buildBundle({ program: "mirror" });
    const script = (path: string): readonly string[] => [
      "bash",
      "-c",
      // Ignored signals, an open file, a limit, another name in argv[0].
      `trap '' BUS SEGV USR1; ulimit -n 77; exec 5</dev/null; exec -a "some name" ${path} one two`,
    ];
    const { ours, plain } = both(mirror, buildVariant(cpu, "mirror"), (path) =>
      JSON.parse(runProgram(script(path), { A: "1", B: "2" }).stdout),
    );
    expect({ ...ours, exe: "" }).toEqual({ ...plain, exe: "" });
    expect(plain.args).toEqual(["some name", "one", "two"]);
    expect(plain.open).toContain("5 /dev/null 0100000");
  });

  test.each(["0<&-", "1>&-", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"])(
    "leaves %s closed, and writes no log to a descriptor that takes its number",
    async (closed) => {
      const mirror = await buildBundle({ program: "mirror" });
      const { ours, plain } = both(mirror, buildVariant(cpu, "mirror"), (path) => {
        const { status, stdout } = runProgram(["sh", "-c", `exec ${path} ${closed}`], { MGODEBUG: "log" });
        return { status, seen: stdout === "" ? "" : { ...JSON.parse(stdout), exe: "", args: [] } };
      });
      expect(ours).toEqual(plain);
    },
  );
});

describe.skipIf(qemu === null)("a bundle on an emulated CPU", () => {
  test.each([
    ["qemu64", "v1"],
    ["Nehalem", "v2"],
    ["Haswell", "v3"],
    ["Haswell,-bmi2", "v2"],
    ["Haswell,-abm", "v2"],
    ["Haswell,-xsave", "v2"],
    ["Nehalem,-popcnt", "v1"],
    ["max", "v3"],
  ])("%s starts %s, by /proc/self/fd as execveat is missing", (model, level) => {
    const outcome = runEmulated(model, bundle);
    expect(outcome).toMatchObject({ status: 0, stdout: `[${level}]\n` });
    expect(outcome.lines.slice(0, 2)).toEqual([
      `starting variant GOAMD64=${level}`,
      "file in memory: execveat: ENOSYS",
    ]);
  });

  test("warns if GOAMD64 asks for more than the CPU has", () => {
    const { status, stdout, lines } = runEmulated("Nehalem", bundle, { GOAMD64: "v4", MGODEBUG: "" });
    expect(lines).toEqual(["GOAMD64=v4 ignored: this CPU supports v2; starting variant GOAMD64=v2"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "[v2]\n" });
  });

  test("names the level that is needed and the CPU's if no variant fits", async () => {
    const high = await buildBundle({ levels: ["v3", "v4"] });
    expect(runEmulated("Nehalem", high)).toMatchObject({
      status: 114,
      stdout: "",
      lines: ["no variant fits this CPU: the bundle begins with v3, this CPU supports v2"],
    });
  });
});
