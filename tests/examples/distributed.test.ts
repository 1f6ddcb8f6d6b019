/** examples/distributed/release.yml under actionlint, and its steps in bash as runners start them. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { exampleFiles, partsOf, withMgo } from "../support/examples.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

const FILE = join(ROOT, "examples", "distributed", "release.yml");
const tools = findTools("actionlint");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

interface Job {
  readonly strategy?: { readonly matrix: { readonly level: readonly string[] } };
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const read = (file: string): Workflow => Bun.YAML.parse(readFileSync(file, "utf8")) as Workflow;
const { env, jobs } = read(FILE);
const steps = Object.values(jobs).flatMap((job) => job.steps);

function step(name: string, from = steps): Step {
  const found = from.find((one) => one.name === name || one.uses?.startsWith(`${name}@`));
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
}

test.skipIf(tools === undefined)("actionlint finds nothing in the workflow", () => {
  const found = run(makeWorkspace(), [join(tools ?? "", "actionlint"), FILE]);
  expect(found).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("the page shows parts of the workflow as they are", () => {
  expect(partsOf("docs/distributed-builds.md", "yaml", "distributed/release.yml")).toEqual({
    strange: [],
    all: 2,
  });
});

test("mgo is installed as in the workflow of one machine", () => {
  const other = Object.values(read(join(ROOT, "examples/github-actions/release.yml")).jobs);
  expect(step("Install mgo")).toEqual(
    step(
      "Install mgo",
      other.flatMap((job) => job.steps),
    ),
  );
});

test("four machines build a level each, and another one joins what they have uploaded", () => {
  const gatherer = makeWorkspace();
  const levels = jobs.variant?.strategy?.matrix.level ?? [];
  expect(levels).toEqual(["v1", "v2", "v3", "v4"]);
  mkdirSync(join(gatherer.folder, "variants"));
  for (const level of levels) {
    const worker = makeWorkspace(exampleFiles("distributed"));
    const temporary = join(dirname(worker.folder), "runner");
    const values: Readonly<Record<string, string>> = {
      "matrix.level": level,
      "runner.temp": temporary,
      "env.PROGRAM": env.PROGRAM ?? "",
    };
    /** As GitHub puts values in. */
    const fill = (text: string): string =>
      text.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, name: string) => values[name] ?? "");
    const build = step("Build");
    const own = Object.entries(build.env ?? {}).map(([name, value]) => [name, fill(value)]);
    const runner = { RUNNER_TEMP: temporary, GITHUB_REF_NAME: "v1.2.3" };
    expectSuccess(
      run(worker, ["bash", "-e", "-c", build.run ?? ""], { ...env, ...runner, ...Object.fromEntries(own) }),
    );
    // Artifacts keep names and contents, and no modes.
    const path = fill(step("actions/upload-artifact").with?.path ?? "");
    const into = step("actions/download-artifact").with?.path ?? "";
    writeFileSync(join(gatherer.folder, into, path.slice(path.lastIndexOf("/") + 1)), readFileSync(path));
  }
  const outcome = run(gatherer, ["bash", "-e", "-c", step("Join").run ?? ""], {
    ...env,
    ...withMgo(gatherer),
  });
  expect(expectSuccess(outcome).stdout).toBe("dist/hello: whole, with v1, v2, v3, v4\n");
  const started = run(gatherer, ["dist/hello"], { GOAMD64: "v2", MGODEBUG: "log" });
  expect(started.stderr).toBe("[mgo] launcher: starting variant GOAMD64=v2\nhello 1.2.3\n");
});
