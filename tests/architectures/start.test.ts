/** Bundles of other architectures than this machine's, started by qemu-user. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { defaultBase, defaultLevelsOf, type Level, variableOf } from "../../src/levels/level.ts";
import { buildEmulated, buildPlain, emulated, reportOf } from "../support/architectures.ts";
import { runOn } from "../support/emulated.ts";
import { runForBytes } from "../support/run.ts";

for (const machine of emulated) {
  const { architecture, qemu, cpus } = machine;
  const variable = variableOf(architecture);
  const levels = defaultLevelsOf(architecture);
  const models = Object.entries(cpus);
  const [lowest = "", highest = ""] = [levels[0], levels.at(-1)];

  describe.skipIf(qemu === null).each(LAYOUTS)(`a bundle for linux/${architecture}, %s,`, (layout) => {
    const bundle = buildEmulated(architecture, layout);

    /**
     * The level that a wish leads to. Emulated by qemu-user alone, nothing can be executed from memory: of a
     * direct bundle the base runs, if it can.
     */
    const started = (wanted: Level, best: Level): Level => {
      const base = defaultBase(levels);
      return layout === "direct" && levels.indexOf(base) <= levels.indexOf(best) ? base : wanted;
    };

    test.each(models)("starts on %s the variant %s, and says so", (model, level) => {
      const command = [bundle, "argument", ""];
      const report = reportOf(runOn(machine, model, command));
      const wanted = { arch: architecture, level: started(level, level), args: command, sum: "7.48547" };
      expect(report).toMatchObject(wanted);
      const { lines } = runOn(machine, model, command, { MGODEBUG: "log" });
      // Each default level gains something outside of Go's runtime, so a better one than the base starts.
      const weighed = new RegExp(`^in place is \\w+: ${level} changes more of it than Go's runtime$`);
      expect(lines.find((line) => !weighed.test(line))).toBe(`starting variant ${variable}=${level}`);
    });

    test.each(models)("on %s gives the program's status", (model) => {
      expect(runOn(machine, model, [bundle], { STATUS: "7" }).status).toBe(7);
    });

    test.each(models)("on %s starts what is asked for, or what the CPU can run", (model, best) => {
      for (const asked of levels) {
        const { lines, stdout } = runOn(machine, model, [bundle], { [variable]: asked });
        const isRefused = levels.indexOf(asked) > levels.indexOf(best);
        expect([asked, JSON.parse(stdout).level]).toEqual([asked, started(isRefused ? best : asked, best)]);
        const warning = `${variable}=${asked} ignored: this CPU supports `;
        expect([asked, ...lines.map((line) => line.startsWith(warning))]).toEqual(
          isRefused ? [asked, true] : [asked],
        );
      }
    });

    test("writes each variant byte for byte as go builds it", () => {
      const model = models.at(-1)?.[0] ?? "";
      for (const level of levels) {
        if (levels.indexOf(level) > levels.indexOf(cpus[model] ?? level)) continue;
        const env = { [variable]: level, MGODEBUG: "extract" };
        const { status, stdout } = runForBytes([qemu ?? "", "-cpu", model, bundle], env);
        expect(status).toBe(0);
        expect(Buffer.compare(stdout, readFileSync(buildPlain(level)))).toBe(0);
      }
    });

    test("ignores other values of its variable, and words that mean nothing", () => {
      const env = { [variable]: "v99", MGODEBUG: "log,unknown" };
      const { lines } = runOn(machine, models[0]?.[0] ?? "", [bundle], env);
      expect(lines.filter((line) => line.includes("ignored"))).toEqual([
        "MGODEBUG=unknown ignored: unknown",
        expect.stringContaining(`${variable}=v99 ignored: not ${lowest}`),
      ]);
    });

    // By binfmt_misc it has its own.
    test.each(models.slice(0, 1))("has on %s its emulator's name, as a plain program", (model, level) => {
      const [own, plain] = [bundle, buildPlain(level)].map(
        (path) => reportOf(runOn(machine, model, [path])).comm,
      );
      expect([own, plain]).toEqual([basename(qemu ?? ""), basename(qemu ?? "")]);
    });
  });

  const failing = models.filter(([, level]) => level !== highest);
  describe.skipIf(qemu === null || failing.length === 0)(`a plain program for linux/${architecture}`, () => {
    test.each(failing.slice(0, 1))("dies on %s if its level is too high, where the bundle runs", (model) => {
      const plain = runOn(machine, model, [buildPlain(levels.at(-1) ?? "v1")]);
      expect(plain.status).not.toBe(0);
      for (const layout of LAYOUTS) {
        expect(runOn(machine, model, [buildEmulated(architecture, layout)]).status).toBe(0);
      }
    });
  });
}

test("there is an emulator for each architecture", () => {
  expect(emulated.every(({ qemu }) => qemu !== null) || process.env.CI === undefined).toBe(true);
});
