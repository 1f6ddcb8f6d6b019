/** examples/github-actions/release.yml under actionlint, and its steps in bash as a runner starts them. */
import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packMgo } from "../support/download.ts";
import { exampleFiles, partsOf } from "../support/examples.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { makeWorkspace, run, writeFiles } from "../support/workspace.ts";

const FILE = join(ROOT, "examples", "github-actions", "release.yml");
const tools = findTools("actionlint");

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly release: { readonly steps: readonly Step[] } };
}

const text = readFileSync(FILE, "utf8");
const { env, jobs } = Bun.YAML.parse(text) as Workflow;

const OWN = join(ROOT, ".github", "workflows", "ci.yml");

test.skipIf(tools === undefined).each([FILE, OWN])("actionlint finds nothing in %s", (file) => {
  const found = run(makeWorkspace(), [join(tools ?? "", "actionlint"), file]);
  expect(found).toMatchObject({ status: 0, stdout: "", stderr: "" });
});

test("the page shows parts of the workflow as they are", () => {
  const parts = partsOf("docs/github-actions.md", "yaml", "github-actions/release.yml");
  expect(parts).toEqual({ strange: [], all: 3 });
});

describe("the workflow's steps", () => {
  const workspace = makeWorkspace({ ...exampleFiles("goreleaser"), ".goreleaser.yaml": "" });
  const home = dirname(workspace.folder);
  const [temporary, path, uploads] = ["runner", "path", "uploads"].map((name) => join(home, name));
  const download = packMgo(home, env.MGO_NAME ?? "");
  const runner = {
    RUNNER_TEMP: temporary ?? "",
    GITHUB_PATH: path ?? "",
    GITHUB_REF_NAME: "v1.2.3",
    UPLOADS: uploads ?? "",
  };
  const settings = { ...env, MGO_URL: `file://${home}`, MGO_SHA256: download.sha256 };

  /** As a runner on Linux: `bash -e`, with what earlier steps have added to PATH in front. */
  function start(name: string, more: Readonly<Record<string, string>> = {}): Outcome {
    const step = jobs.release.steps.find((one) => one.name === name);
    if (step?.run === undefined) throw new Error(`no step ${name}`);
    const added = Bun.spawnSync(["cat", path ?? ""])
      .stdout.toString()
      .trim();
    const PATH = [added, join(home, "stand-ins"), workspace.env.PATH].join(":");
    return run(workspace, ["bash", "-e", "-c", step.run], {
      ...settings,
      ...runner,
      ...step.env,
      PATH,
      ...more,
    });
  }

  beforeAll(() => {
    mkdirSync(temporary ?? "");
    // Notes the arguments that the step gives to GitHub's program.
    writeFiles(join(home, "stand-ins"), { gh: '#!/bin/sh\nprintf "%s\\n" "$@" >"$UPLOADS"\n' });
  });

  test("end where the download is not the one that was chosen", () => {
    const outcome = start("Install mgo", { MGO_SHA256: env.MGO_SHA256 ?? "" });
    expect(outcome.status).not.toBe(0);
    expect(outcome.stdout).toContain("FAILED");
    expect(run(workspace, ["ls", path ?? ""]).status).not.toBe(0);
  });

  test("install mgo, build a bundle, start it at each level and attach it", () => {
    expectSuccess(start("Install mgo"));
    expectSuccess(start("Build"));
    const check = expectSuccess(start("Check"));
    expect(check.stdout).toContain("whole");
    expect(check.stdout).toContain("hello 1.2.3 on linux/amd64 v1\n");
    expect(check.stderr).toContain("[mgo] launcher: starting variant GOAMD64=v1\n");
    expectSuccess(start("Attach to the release"));
    expect(readFileSync(uploads ?? "", "utf8")).toBe(
      "release\ncreate\nv1.2.3\n--verify-tag\n--generate-notes\nhello\nLICENSE.mgo\nSHA256SUMS\n",
    );
    const sums = run(workspace, ["sha256sum", "--check", "--strict", "SHA256SUMS"], {}, "dist");
    expect(sums.stdout).toBe("hello: OK\nLICENSE.mgo: OK\n");
  });
});
