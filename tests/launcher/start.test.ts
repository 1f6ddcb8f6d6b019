/** What a bundle does when it is started: which variant runs, what it says, what the program sees. */
import { describe, expect, test } from "bun:test";
import { LEVELS, type Level, levelNumber } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { runProgram } from "../support/run.ts";
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
    const [ours, plain] = [bundle, buildVariant(cpu)].map((path) =>
      runProgram([path, ...args], { STATUS: "42" }),
    );
    expect(ours).toEqual(plain);
    expect(ours?.status).toBe(42);
  });

  test.each(runnable)("starts %s where GOAMD64 asks for it", (level) => {
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
      expect(stderr.endsWith(started(cpu))).toBe(true);
      if (value !== "") expect(stderr).toMatch(/GOAMD64.*ignored/);
    },
  );

  test("takes the next lower level it has, or its lowest", async () => {
    const some = await buildBundle({ levels: ["v1", "v3"] });
    expect(runProgram([some], { GOAMD64: "v2" }).stdout).toBe("[v1]\n");
    const high = await buildBundle({ levels: ["v2", "v3"] });
    if (levelNumber(cpu) >= 2) expect(runProgram([high], { GOAMD64: "v1" }).stdout).toBe("[v2]\n");
  });

  test("knows MGODEBUG as a list and ignores what it does not know", () => {
    expect(runProgram([bundle], { MGODEBUG: "frob,log,symbols" }).stderr).toBe(started(cpu));
    expect(runProgram([bundle], { MGODEBUG: "logs" }).stderr).toBe("");
  });

  test("says that it cannot write what it extracts", () => {
    const command = ["sh", "-c", `exec ${bundle} > /dev/full`];
    const { status, stderr } = runProgram(command, { MGODEBUG: "extract" });
    expect(status).toBe(118);
    expect(stderr).toMatch(/^\[mgo\] launcher: [^\n]+: [^\n]+\n$/);
  });

  test("names its memfd after itself and the level", async () => {
    const mirror = await buildBundle({ program: "mirror" });
    const { exe } = JSON.parse(runProgram([mirror], { GOAMD64: "v1" }).stdout);
    expect(exe).toBe(`/memfd:${mirror} [GOAMD64=v1] (deleted)`);
  });

  test("gives the program the environment, folder, files, signals, limits and auxiliary vector of a plain start", async () => {
    const mirror = await buildBundle({ program: "mirror" });
    const plain = buildVariant(cpu, "mirror");
    const script = (path: string): readonly string[] => [
      "bash",
      "-c",
      // Ignored signals, an open file, a limit, another name in argv[0].
      `trap '' BUS SEGV USR1; ulimit -n 77; exec 5</dev/null; exec -a "some name" ${path} one two`,
    ];
    const [ours, wanted] = [mirror, plain].map((path) =>
      JSON.parse(runProgram(script(path), { A: "1", B: "2" }).stdout),
    );
    expect({ ...ours, exe: "" }).toEqual({ ...wanted, exe: "" });
    expect(wanted.args).toEqual(["some name", "one", "two"]);
    expect(wanted.open).toContain("5 /dev/null 0100000");
  });

  test.each(["0<&-", "1>&-", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"])(
    "leaves %s closed, and writes no log into what is opened in its place",
    async (closed) => {
      const mirror = await buildBundle({ program: "mirror" });
      const [ours, plain] = [mirror, buildVariant(cpu, "mirror")].map((path) => {
        const { status, stdout } = runProgram(["sh", "-c", `exec ${path} ${closed}`], { MGODEBUG: "log" });
        return { status, seen: stdout === "" ? "" : { ...JSON.parse(stdout), exe: "", args: [] } };
      });
      expect(ours).toEqual(plain ?? { status: null, seen: "" });
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
  ])("%s starts %s, by way of /proc/self/fd where execveat is missing", (model, level) => {
    const { status, stdout, lines } = runEmulated(model, bundle);
    expect(lines[0]).toBe(`starting variant GOAMD64=${level}`);
    expect(lines[1]).toContain("execveat");
    expect({ status, stdout }).toEqual({ status: 0, stdout: `[${level}]\n` });
  });

  test("warns where GOAMD64 asks for more than the CPU has", () => {
    const { status, stdout, lines } = runEmulated("Nehalem", bundle, { GOAMD64: "v4", MGODEBUG: "" });
    expect(lines).toEqual(["GOAMD64=v4 ignored: this CPU supports v2; starting variant GOAMD64=v2"]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "[v2]\n" });
  });

  test("names what is needed and what was found where no variant fits", async () => {
    const high = await buildBundle({ levels: ["v3", "v4"] });
    const { status, stdout, lines } = runEmulated("Nehalem", high);
    expect({ status, stdout }).toEqual({ status: 114, stdout: "" });
    expect(lines.length).toBe(1);
    expect(lines[0]).toContain("v3");
    expect(lines[0]).toContain("v2");
  });
});
