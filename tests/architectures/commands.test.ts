/** Commands of mgo on bundles of other architectures than this machine's. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { defaultBase, defaultLevelsOf, lowestOf, variableOf } from "../../src/levels/level.ts";
import { buildEmulated, buildPlain, emulated, reportOf } from "../support/architectures.ts";
import { changeFrame } from "../support/damage.ts";
import { runOn } from "../support/emulated.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run } from "../support/workspace.ts";

const workspace = makeWorkspace();
copyFileSync(join(ROOT, "tests", "programs", "variant", "main.go"), join(workspace.folder, "main.go"));
copyFileSync(join(ROOT, "tests", "programs", "variant", "go.mod"), join(workspace.folder, "go.mod"));

for (const machine of emulated) {
  const { architecture, qemu, cpus } = machine;
  const levels = defaultLevelsOf(architecture);
  const variable = variableOf(architecture);
  const [model = "", level = lowestOf(architecture)] = Object.entries(cpus)[0] ?? [];
  const target = { GOOS: "linux", GOARCH: architecture, CGO_ENABLED: "0" };

  describe.each(LAYOUTS)(`a bundle for linux/${architecture}, %s,`, (layout) => {
    const bundle = buildEmulated(architecture, layout);

    test("is inspected, extracted and verified on this machine", () => {
      const report = JSON.parse(expectSuccess(run(workspace, [...MGO, "inspect", "--json", bundle])).stdout);
      expect(report).toMatchObject({
        layout,
        base: defaultBase(levels),
        variants: levels.map((name) => ({ level: name })),
      });
      for (const name of levels) {
        expectSuccess(run(workspace, [...MGO, "extract", bundle, "--level", name, "-o", "variant"]));
        expect(run(workspace, ["cmp", "variant", buildPlain(name)])).toMatchObject({ status: 0, stdout: "" });
      }
      const { stdout } = expectSuccess(run(workspace, [...MGO, "verify", bundle]));
      expect(stdout).toBe(`${bundle}: whole, with ${levels.join(", ")}\n`);
    });

    test("has the build info of its program", () => {
      const { stdout } = expectSuccess(run(workspace, ["go", "version", "-m", bundle]));
      expect(stdout).toContain(`GOARCH=${architecture}`);
    });

    test("is smaller than two plain builds", () => {
      const plain = readFileSync(buildPlain(defaultBase(levels))).length;
      expect(readFileSync(bundle).length / plain).toBeLessThan(2);
    });

    test.skipIf(qemu === null)("packs the same from files", () => {
      const files = levels.map((name) => buildPlain(name));
      const flags = ["--layout", layout, "--compress", "fast"];
      expectSuccess(run(workspace, [...MGO, "pack", ...flags, "-o", "packed", ...files]));
      expect(run(workspace, ["cmp", "packed", bundle])).toMatchObject({ status: 0, stdout: "" });
      expect(reportOf(runOn(machine, model, [join(workspace.folder, "packed")])).level).toBe(level);
    });

    test("is refused by mgo when it is damaged", async () => {
      const damaged = await changeFrame(bundle, level);
      expect(run(workspace, [...MGO, "verify", damaged])).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^mgo: \S+ is a damaged bundle: [^\n]+\n$/),
      });
    });
  });

  test.skipIf(qemu === null)(
    `a bundle for linux/${architecture}, packed, is refused when it starts what is damaged`,
    async () => {
      const damaged = await changeFrame(buildEmulated(architecture, "packed"), level);
      const { status, stdout, lines } = runOn(machine, model, [damaged]);
      expect({ status, stdout, lines }).toEqual({
        status: 112,
        stdout: "",
        lines: ["bundle damaged: wrong checksum of a stored frame"],
      });
    },
  );

  test(`mgo install for linux/${architecture} puts a bundle where go install would`, () => {
    const GOPATH = join(workspace.temporary, "..", `gopath-${architecture}`);
    expectSuccess(run(workspace, [...MGO, "install", "."], { ...target, GOPATH, GOFLAGS: "-modcacherw" }));
    const path = join(GOPATH, "bin", `linux_${architecture}`, "variant");
    expect(existsSync(path)).toBe(true);
    expectSuccess(run(workspace, [...MGO, "verify", path]));
  });

  describe.skipIf(qemu === null)(`mgo run for linux/${architecture}`, () => {
    const exec = `${qemu} -cpu ${model}`;

    test("runs the lowest level under an emulator, or the one that is asked for", () => {
      const words = [...MGO, "run", `-exec=${exec}`, ".", "argument"];
      const report = reportOf(run(workspace, words, target));
      expect(report).toMatchObject({ level: lowestOf(architecture), args: [expect.anything(), "argument"] });
      // The highest is more than some emulators have.
      const asked = levels[1] ?? "";
      const best = [...MGO, "run", `-exec=${qemu}`, "."];
      expect(reportOf(run(workspace, best, { ...target, [variable]: asked })).level).toBe(asked);
    });

    test("says what go run says where no emulator is found", () => {
      const words = ["run", "."];
      const PATH = workspace.env.PATH ?? "";
      const [ours, theirs] = [MGO, ["go"]].map((program) =>
        run(workspace, [...program, ...words], { ...target, PATH }),
      );
      const reason = (stderr = ""): string => stderr.replaceAll(/\/\S+\/variant/g, "variant");
      expect(ours?.status).toBe(theirs?.status);
      expect(reason(ours?.stderr)).toBe(reason(theirs?.stderr));
    });

    test("finds the emulator as go does, by its name", () => {
      const wrapper = `#!/bin/sh\nexec ${exec} "$@"\n`;
      const place = makeWorkspace({ [`go_linux_${architecture}_exec`]: wrapper });
      const PATH = `${place.folder}:${workspace.env.PATH}`;
      expect(reportOf(run(workspace, [...MGO, "run", "."], { ...target, PATH })).level).toBe(
        lowestOf(architecture),
      );
    });
  });

  test(`a launcher for another architecture than ${architecture} is refused`, () => {
    const launcher = buildEmulated(architecture, "packed");
    const result = run(workspace, [...MGO, `-mgo.launcher=${launcher}`, "-o", "x", "."], { GOARCH: "amd64" });
    expect(result).toMatchObject({
      status: 1,
      stderr: `mgo: ${launcher} is for linux/${architecture}, and the variants are for linux/amd64\n`,
    });
  });
}

const [first, second] = [...emulated.map(({ architecture }) => architecture), "amd64" as const];

test.skipIf(second === undefined)("a bundle of two architectures is refused, and nothing is written", () => {
  if (first === undefined || second === undefined) return;
  const files = [first, second].map((architecture) => buildPlain(lowestOf(architecture)));
  const result = run(workspace, [...MGO, "pack", "-o", "both", ...files]);
  expect(result).toMatchObject({
    status: 1,
    stderr:
      `mgo: a bundle is for one architecture: ${files[0]} is for linux/${first}, ` +
      `${files[1]} is for linux/${second}\nhint: make a bundle for each architecture\n`,
  });
  expect(listFiles(workspace.folder).filter((line) => line.endsWith(" both"))).toEqual([]);
});
