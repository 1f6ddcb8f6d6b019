/** Trouble around mgo: a `go` that is none or misbehaves, full disks, missing folders. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HELLO } from "../support/programs.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { waitUntil } from "../support/stuck.ts";
import { listFiles, MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const GO = Bun.which("go") ?? "go";

/** A workspace whose first `go` in PATH is this. */
function withGo(text: string): Workspace {
  const workspace = makeWorkspace({ ...HELLO, "bin/go": text });
  Bun.spawnSync(["chmod", "+x", join(workspace.folder, "bin", "go")]);
  return { ...workspace, env: { ...workspace.env, PATH: `${workspace.folder}/bin:${workspace.env.PATH}` } };
}

function shown({ folder }: Workspace, { stderr }: Outcome): string {
  return stderr.replaceAll(folder, "$DIR");
}

describe("a misbehaving go", () => {
  test.each([
    [
      "a silent go",
      "#!/bin/sh\nexit 0\n",
      1,
      "mgo: go env printed something that mgo cannot read\nhint: command -v go shows which go is in PATH\n",
    ],
    [
      "a go that answers something else",
      "#!/bin/sh\necho '[1]'\n",
      1,
      "mgo: go env printed something that mgo cannot read\nhint: command -v go shows which go is in PATH\n",
    ],
    ["a go that fails", "#!/bin/sh\necho 'out of order' >&2\nexit 3\n", 3, "out of order\n"],
    ["a go that is killed", "#!/bin/sh\nkill -KILL $$\n", 1, "go env: killed by SIGKILL\n"],
    [
      "an empty go",
      "",
      1,
      "mgo: cannot start $DIR/bin/go: exec format error\n" +
        "hint: it is neither a program for this machine nor a script that begins with #!\n",
    ],
    [
      "a go without its interpreter",
      "#!/no/such/sh\n",
      1,
      "mgo: cannot start $DIR/bin/go: no such file or directory\n" +
        "hint: the file is there, but not the interpreter that it names\n",
    ],
    [
      "a go that floods",
      "#!/bin/sh\nexec yes\n",
      1,
      "mgo: go env stopped: more than 32.0 MB of output\nhint: is $DIR/bin/go the real one?\n",
    ],
    [
      "a go that floods standard error without an end of line",
      "#!/bin/sh\nexec cat /dev/zero >&2\n",
      1,
      "mgo: go env stopped: more than 32.0 MB of output\nhint: is $DIR/bin/go the real one?\n",
    ],
  ])("%s gives one clear line", (_, text, status, stderr) => {
    const workspace = withGo(text);
    const outcome = run(workspace, MGO);
    expect({ status: outcome.status, stderr: shown(workspace, outcome) }).toEqual({ status, stderr });
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("a folder, or a file that may not be executed, is not taken for go", () => {
    const workspace = makeWorkspace({ ...HELLO, "a/go/": "", "b/go": "" });
    const PATH = `${workspace.folder}/a:${workspace.folder}/b:${workspace.env.PATH}`;
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1"], { PATH }));
  });

  test("a flood during a build is not kept in memory, and its rest is left out", () => {
    // Lines are long, as those of linkers.
    const line = `github.com/x: note ${"x".repeat(1000)}`;
    const flood = `[ "$1" != build ] || yes '${line}' | head -c 1000000000 >&2`;
    const workspace = withGo(`#!/bin/sh\n${flood}\nexec ${GO} "$@"\n`);
    const child = Bun.spawnSync([...MGO, "-mgo.levels=v1", "-o", "x"], {
      cwd: workspace.folder,
      env: workspace.env,
      stderr: "pipe",
    });
    expect(child.exitCode).toBe(0);
    expect(child.stderr.toString().split("\n")[0]).toBe(
      "mgo: go build for v1 prints more than 32.0 MB: the rest is left out",
    );
    // In bytes. Kept whole, what it prints alone would be more.
    expect(child.resourceUsage.maxRSS).toBeLessThan(900_000_000);
    expect(run(workspace, ["./x"]).stdout).toBe("level v1\n");
  });

  test("a go that leaves something running in the background keeps nobody waiting", async () => {
    const pids = "$(dirname $0)/pids";
    const workspace = withGo(`#!/bin/sh\nsleep 600 &\necho $! >> ${pids}\nexec ${GO} "$@"\n`);
    const outcome = run(workspace, [...MGO, "-mgo.levels=v1,v3", "-o", "x"]);
    const background = readFileSync(join(workspace.folder, "bin", "pids"), "utf8")
      .trim()
      .split("\n");
    // They are not mgo's to end.
    for (const pid of background) process.kill(Number(pid), "SIGKILL");
    expectSuccess(outcome);
    expect(background).toHaveLength(5);
  });

  test("Ctrl-C ends a go that hangs", async () => {
    const workspace = withGo(`#!/bin/sh\necho > ${"$(dirname $0)/started"}\nsleep 600\n`);
    const child = Bun.spawn([...MGO], { cwd: workspace.folder, env: workspace.env, stderr: "pipe" });
    await waitUntil(() => existsSync(join(workspace.folder, "bin", "started")), child);
    child.kill("SIGINT");
    await child.exited;
    expect(String(child.signalCode)).toBe("SIGINT");
  });
});

/** Whether the tests may mount a small disk for themselves. */
const mayMount = Bun.spawnSync(["unshare", "-rm", "true"]).exitCode === 0;

/** Runs mgo with a disk of this many bytes, or as other options of tmpfs say, in the folder `disk`. */
function runWithDisk(
  workspace: Workspace,
  options: string,
  {
    args,
    env = {},
    prepare = ":",
    check = ":",
  }: { args: readonly string[]; env?: Readonly<Record<string, string>>; prepare?: string; check?: string },
): Outcome {
  mkdirSync(join(workspace.folder, "disk"), { recursive: true });
  const steps = `{ "$@"; status=$?; ${check}; exit $status; }`;
  const script = `mount -t tmpfs -o ${options} disk disk && ${prepare} && ${steps}`;
  return run(workspace, ["unshare", "-rm", "sh", "-c", script, "sh", ...MGO, ...args], env);
}

describe.skipIf(!mayMount)("disks (needs user namespaces)", () => {
  test("a full disk for the output leaves the old one, and nothing else", () => {
    const workspace = makeWorkspace(HELLO);
    const outcome = runWithDisk(workspace, "size=256k", {
      args: ["-o", "disk/x"],
      prepare: "head -c 5000 /bin/true > disk/x && cp disk/x old",
      check: "ls -A disk; cmp disk/x old",
    });
    expect(outcome).toMatchObject({ status: 1, stdout: "x\n" });
    expect(shown(workspace, outcome)).toBe("mgo: cannot write $DIR/disk/x: no space left on device\n");
  });

  test("a full disk for the cache has the build do without it", () => {
    const workspace = makeWorkspace(HELLO);
    const env = { MGOCACHE: join(workspace.folder, "disk", "cache") };
    const outcome = runWithDisk(workspace, "size=256k", {
      args: ["-mgo.levels=v1,v3", "-o", "x"],
      env,
      check: "find disk -name 'x'; ls disk/cache/build",
    });
    expect(outcome).toMatchObject({ status: 0, stdout: "" });
    expect(shown(workspace, outcome)).toBe(
      "mgo: the cache in $DIR/disk/cache/build may be full: building again without it\n",
    );
    expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("a disk without room for the cache's folder has the build do without it", () => {
    const workspace = makeWorkspace(HELLO);
    const env = { MGOCACHE: join(workspace.folder, "disk", "cache") };
    const outcome = runWithDisk(workspace, "nr_inodes=2", { args: ["-mgo.levels=v1", "-o", "x"], env });
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
  });

  test("a full disk for temporary files is reported by go", () => {
    const workspace = makeWorkspace(HELLO);
    const env = { TMPDIR: join(workspace.folder, "disk"), MGOCACHE: "off" };
    const outcome = runWithDisk(workspace, "size=64k", {
      args: ["-mgo.levels=v1,v3", "-o", "x"],
      env,
      check: "ls -A disk",
    });
    expect(outcome).toMatchObject({ status: 1, stdout: "" });
    expect(outcome.stderr).toContain(": no space left on device\n");
  });

  test("a read-only disk is named, but for the cache", () => {
    const workspace = makeWorkspace(HELLO);
    const disk = join(workspace.folder, "disk");
    const [cache, temporary, output] = [
      { env: { MGOCACHE: disk }, args: ["-o", "x"] },
      { env: { TMPDIR: disk }, args: ["-o", "x"] },
      { env: {}, args: ["-o", "disk/x"] },
    ].map(({ env, args }) => runWithDisk(workspace, "ro", { args: ["-mgo.levels=v1", ...args], env }));
    expect(cache).toMatchObject({ status: 0, stderr: "" });
    expect(temporary && shown(workspace, temporary)).toBe(
      "mgo: cannot make a temporary folder in $DIR/disk: read-only file system\n",
    );
    expect(output && shown(workspace, output)).toBe("mgo: cannot write $DIR/disk/x: read-only file system\n");
  });
});

describe("TMPDIR", () => {
  test.each([
    [
      "a missing folder",
      "/no/such/folder",
      "mgo: cannot make a temporary folder in /no/such/folder: no such file or directory\n",
    ],
    ["a file", "/dev/null", "mgo: cannot make a temporary folder in /dev/null: not a directory\n"],
    [
      "a path with a line end",
      "/no\nsuch",
      "mgo: cannot make a temporary folder in /no\\nsuch: no such file or directory\n",
    ],
  ])("%s in it is named", (_, TMPDIR, stderr) => {
    const workspace = makeWorkspace(HELLO);
    expect(run(workspace, MGO, { TMPDIR })).toMatchObject({ status: 1, stderr });
  });

  test("without it the system's place is taken", () => {
    const workspace = makeWorkspace(HELLO);
    expectSuccess(run(workspace, ["env", "-u", "TMPDIR", ...MGO, "-mgo.levels=v1"]));
  });

  // Line ends are more than Go's own linker can bear.
  test("quotes and blanks may be in its path", () => {
    const workspace = makeWorkspace(HELLO);
    const TMPDIR = join(workspace.folder, "-a 'b' \"c\" $d");
    mkdirSync(TMPDIR);
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1,v3"], { TMPDIR }));
    expect(listFiles(TMPDIR)).toEqual([]);
  });
});

test("two runs with different programs into one output leave one of them whole", async () => {
  const workspaces = ["one", "two"].map((greeting) => {
    const workspace = makeWorkspace(HELLO);
    const text = `package main\n\nfunc init() { greeting = "${greeting}" }\n`;
    writeFileSync(join(workspace.folder, "greeting.go"), text);
    return workspace;
  });
  const output = join(makeWorkspace().folder, "x");
  const start = ({ folder, env }: Workspace) =>
    Bun.spawn([...MGO, "-mgo.levels=v1,v3", "-o", output], { cwd: folder, env, stderr: "inherit" });
  const children = [...workspaces, ...workspaces].map(start);
  expect(await Promise.all(children.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  const [one] = workspaces;
  if (one === undefined) throw new Error("unreachable");
  expect(run(one, [output], { GOAMD64: "v1" }).stdout).toMatch(/^(?:one|two) v1\n$/);
  expectSuccess(run(one, [...MGO, "verify", output]));
  expect(listFiles(join(output, ".."))).toHaveLength(1);
});
