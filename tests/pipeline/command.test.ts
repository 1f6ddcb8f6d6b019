/**
 * mgo as a command: its own words, go's commands, its entry for npm, terminals and closed pipes.
 */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { formatHelp } from "../../src/cli/help.ts";
import { GO_COMMANDS } from "../../src/cli/reference/go-commands.ts";
import { ROOT } from "../support/folders.ts";
import { changesPipe } from "../support/pipes.ts";
import { goMod, HELLO, program, SEVERAL } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const NPX = join(ROOT, "src", "entry", "npx.js");

describe("help and version", () => {
  test.each([[["--version"]], [["-version"]]])("mgo %j prints the version", (args) => {
    expect(expectSuccess(run(makeWorkspace(), [...MGO, ...args])).stdout).toBe(
      `mgo ${packageJson.version}\n`,
    );
  });

  test.each([
    [["--help"]],
    [["-h"]],
    [["help"]],
    [["build", "-h"]],
    [["build", "--help"]],
    [["-v", "-help"]],
    [["help", "build"]],
  ])("mgo %j prints mgo's help", (args) => {
    expect(expectSuccess(run(makeWorkspace(), [...MGO, ...args])).stdout).toBe(formatHelp());
  });
});

describe("commands of go", () => {
  test.each([
    [["env", "GOOS", "GOVERSION"]],
    [["version"]],
    [["list", "-m"]],
    [["vet", "./..."]],
    [["list", "./missing"]],
    [["tool", "missing"]],
    [["mod", "missing"]],
    [["help", "buildmode"]],
    [["-C", "cmd/one", "list"]],
    [["-C", "cmd/one", "run", "."]],
    [["list", "-json=ImportPath,GoFiles", "./..."]],
    [["test", "./..."]],
    [["test", "-run=None", "./missing"]],
    [["vet", "./missing"]],
  ])("mgo %j is go's", (args) => {
    const workspace = makeWorkspace(SEVERAL);
    const ours = run(workspace, [...MGO, ...args], { GOAMD64: "v2" });
    expect(ours).toEqual(run(workspace, ["go", ...args], { GOAMD64: "v2" }));
  });

  test("are all that go help lists, but build, install and run", () => {
    const { stdout } = expectSuccess(run(makeWorkspace(), ["go", "help"]));
    const commands = stdout.split("Additional help topics")[0] ?? "";
    const listed = [...commands.matchAll(/^\t([a-z]+) {2,}/gm)].map(([, name]) => name ?? "");
    expect([...GO_COMMANDS, "build", "install", "run"].toSorted()).toEqual([...listed, "help"].toSorted());
  });

  test("get the process as mgo was given it", () => {
    const workspace = makeWorkspace({
      "bin/go": '#!/bin/sh\necho "$@"\ngrep Sig[PBIC] /proc/self/status\nexit 3\n',
    });
    const env = { PATH: `${workspace.folder}/bin:/usr/bin:/bin`, BUN_OPTIONS: "" };
    const ours = run(workspace, [...MGO, "tool", "-x", "a b"], env);
    expect(ours).toEqual(run(workspace, ["go", "tool", "-x", "a b"], env));
    expect(ours.status).toBe(3);
  });

  test("and files with absolute paths need no working directory", () => {
    const workspace = makeWorkspace();
    const gone = 'mkdir d && cd d && rmdir ../d && exec "$@"';
    const there = run(workspace, ["sh", "-c", gone, "sh", "go", "version"]);
    expect(run(workspace, ["sh", "-c", gone, "sh", ...MGO, "version"])).toEqual(there);
    const { stderr } = run(workspace, ["sh", "-c", gone, "sh", ...MGO]);
    expect(stderr).toBe("mgo: the working directory is gone or cannot be read\n");
    const absolute = run(workspace, ["sh", "-c", gone, "sh", ...MGO, "inspect", "/bin/true"]);
    expect(absolute.stderr).not.toContain("bug in mgo");
  });

  test.each([
    [["isntall", "./..."], "isntall", "mgo install ./..."],
    [["-C", "a b", "buid"], "buid", "mgo -C 'a b' build"],
    [["verfy", "x"], "verfy", "mgo verify x"],
    [["tst"], "tst", "mgo test"],
  ])("a command that is mistyped gets the nearest one as a hint: %j", (words, name, hint) => {
    const workspace = makeWorkspace({ ...HELLO, "a b/": "" });
    const { status, stderr } = run(workspace, [...MGO, ...words]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `mgo: unknown command ${name}\nhint: ${hint}\n`,
    });
  });

  test("a package that is named like a mistyped command is built, and other words are go's", () => {
    const workspace = makeWorkspace({ ...goMod("buld"), ...program("") });
    expectSuccess(run(workspace, [...MGO, "buld"]));
    expect(run(workspace, ["./buld"], { GOAMD64: "v2" }).stdout).toBe("level v2\n");
    expect(run(workspace, [...MGO, "frobnicate"]).stderr).toContain("package frobnicate is not in std");
  });

  test("names that are not UTF-8 are refused, and not changed to others", () => {
    const workspace = makeWorkspace(SEVERAL);
    const named = run(workspace, ["sh", "-c", 'exec "$@" -o "$(printf "x\\377")" ./cmd/one', "sh", ...MGO]);
    expect(named).toMatchObject({ status: 2, stdout: "" });
    expect(named.stderr).toMatch(/^mgo: argument "x\uFFFD": not UTF-8\n$/);
    const folder = 'd=$(printf "d\\377") && mkdir "$d" && cd "$d" && exec "$@" .';
    expect(run(workspace, ["sh", "-c", folder, "sh", ...MGO]).stderr).toContain("its path is not UTF-8");
    const whole = run(workspace, [...MGO, "-mgo.levels=v1", "-o", "\uFFFD", "./cmd/one"]);
    expect(whole.status).toBe(0);
  });

  test("arguments that are not UTF-8 reach go unchanged", () => {
    const workspace = makeWorkspace({ "bin/go": "#!/bin/sh\nprintf '<%s>' \"$@\" | od -c\n" });
    const env = { PATH: `${workspace.folder}/bin:/usr/bin:/bin` };
    const script =
      'exec "$@" "$(printf "x\\377\\nx\\001")" "a $(printf "\\303x")\n\n" \uFFFD "" \'"%s$0\' last';
    const words = ["sh", "-c", script, "sh"];
    const ours = run(workspace, [...words, ...MGO, "vet"], env);
    expect(ours).toMatchObject({ status: 0, stderr: "" });
    expect(ours.stdout).toContain("377");
    expect(ours).toEqual(run(workspace, [...words, "go", "vet"], env));
  });

  test("go -C dir build is build", () => {
    const workspace = makeWorkspace(SEVERAL);
    expectSuccess(run(workspace, [...MGO, "-C", "cmd/one", "build", "-o", "../../x"]));
    expect(run(workspace, ["./x"], { GOAMD64: "v2" }).stdout).toBe("one v2\n");
  });
});

describe("the entry for npm", () => {
  test("reads nothing of Bun's from the folder that it is used in", () => {
    const workspace = makeWorkspace({
      ".env": "MGOFLAGS=-mgo.levels=none\nGOOS=plan9\n",
      "bunfig.toml": 'preload = ["./preload.ts"]\n',
      "preload.ts": 'throw new Error("preloaded");\n',
      "tsconfig.json": "{",
      "package.json": "{",
    });
    const { stdout, stderr } = run(workspace, ["node", NPX, "env", "GOOS"], {
      BUN_OPTIONS: "--preload ./preload.ts",
    });
    expect({ stdout, stderr }).toEqual({ stdout: "linux\n", stderr: "" });
  });

  test("works through a link, and passes arguments and exit status on", () => {
    const workspace = makeWorkspace({ ...HELLO, "bin/": "" });
    symlinkSync(NPX, join(workspace.folder, "bin", "mgo"));
    const { status, stderr } = run(workspace, ["bin/mgo", "build", "./no such folder"]);
    expect(stderr).toContain("no such folder");
    expect(status).toBe(1);
    expect(run(workspace, ["bin/mgo", "-frobnicate"]).status).toBe(2);
  });

  test("becomes mgo where its runtime can, as newer versions of Node", () => {
    const workspace = makeWorkspace();
    // Bun has process.execve as well.
    const { stdout, stderr, status } = run(workspace, [process.execPath, NPX, "--version"]);
    expect({ stdout, stderr, status }).toEqual({
      stdout: `mgo ${packageJson.version}\n`,
      stderr: "",
      status: 0,
    });
  });

  test("says in one line when Bun is not there", () => {
    const workspace = makeWorkspace({ "package.json": '{"type":"module"}', "launcher.zig": "" });
    mkdirSync(join(workspace.folder, "src", "entry"), { recursive: true });
    for (const name of ["npx.js", "bun.js", "start.js"]) {
      copyFileSync(join(NPX, "..", name), join(workspace.folder, "src", "entry", name));
    }
    const { status, stderr } = run(workspace, ["node", "src/entry/npx.js"]);
    expect(stderr).toMatch(
      /^mgo: Bun is not installed for linux\/x64: no package \S+\nhint: npm ci, in .*\n$/,
    );
    expect(status).toBe(1);
  });
});

/** Reads to the end in small pieces, and counts. */
async function slowly(reader: FileHandle): Promise<number> {
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await reader.read(Buffer.alloc(1024), 0, 1024);
    if (bytesRead === 0) return bytes;
    bytes += bytesRead;
  }
}

describe("streams", () => {
  test("a reader that has gone ends mgo without a word", () => {
    const workspace = makeWorkspace();
    // The FIFO's reader is gone before mgo writes.
    const script = 'mkfifo p; (exec 3<p) & exec 4>p; wait; "$@" >&4; echo "$?"';
    const { stdout, stderr } = run(workspace, ["bash", "-c", script, "sh", ...MGO, "--help"]);
    expect({ stdout, stderr }).toEqual({ stdout: "141\n", stderr: "" });
  });

  test("a reader that is slow gets everything", async () => {
    const workspace = makeWorkspace(HELLO);
    const fifo = join(workspace.folder, "fifo");
    expectSuccess(run(workspace, ["mkfifo", fifo]));
    // With -a, Go prints far more than a pipe holds.
    const child = Bun.spawn(["sh", "-c", 'exec "$@" 2> fifo', "sh", ...MGO, "-n", "-a", "-o", "x"], {
      cwd: workspace.folder,
      env: workspace.env,
      stderr: "pipe",
    });
    const reader = await open(fifo, "r");
    const bytes = await slowly(reader);
    await reader.close();
    expect(await child.exited).toBe(0);
    const whole = run(workspace, ["sh", "-c", '"$@" 2> whole', "sh", ...MGO, "-n", "-a", "-o", "x"]);
    expect(whole.status).toBe(0);
    expect(statSync(join(workspace.folder, "whole")).size).toBeGreaterThan(200_000);
    expect(bytes).toBe(statSync(join(workspace.folder, "whole")).size);
  });

  test.each([[["--version"]], [["version"]], [["-mgo.levels=v1", "-o", "x"]]])(
    "mgo %j leaves a pipe that others share as it was",
    (args) => {
      const workspace = makeWorkspace(HELLO);
      expect(changesPipe(workspace, [...MGO, ...args])).toBe(false);
    },
  );

  test.each([
    [["--help"]],
    [["inspect", "x"]],
    [["verify", "x"]],
    [["extract", "x", "--level", "v1", "-o", "-"]],
  ])("mgo %j says when standard output is full, and nothing when its reader has gone", (args) => {
    const workspace = makeWorkspace(HELLO);
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1,v3", "-o", "x"]));
    const full = run(workspace, ["sh", "-c", '"$@" > /dev/full', "sh", ...MGO, ...args]);
    expect({ status: full.status, stderr: full.stderr }).toEqual({
      status: 1,
      stderr: "mgo: cannot write standard output: no space left on device\n",
    });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the shell
    const gone = '"$@" | true; echo ${PIPESTATUS[0]}';
    const { stdout, stderr } = run(workspace, ["bash", "-c", `trap "" PIPE; ${gone}`, "sh", ...MGO, ...args]);
    expect({ stdout, stderr }).toEqual({ stdout: "141\n", stderr: "" });
  });

  test("in a pipe a build says nothing", () => {
    const { stdout, stderr } = expectSuccess(run(makeWorkspace(HELLO), MGO));
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
  });

  test.skipIf(Bun.which("script") === null)("on a terminal it shows each variant and a summary", () => {
    const workspace = makeWorkspace(HELLO);
    const show = (env: Readonly<Record<string, string>>): string => {
      const command = ["stty cols 80 rows 24;", ...MGO, "-mgo.levels=v1,v3"].join(" ");
      return expectSuccess(
        run(workspace, ["script", "-qec", command, "/dev/null"], { TERM: "xterm", CI: "", ...env }),
      ).stdout;
    };
    const live = show({});
    expect(live).toMatch(/v3 {2}(?:building|built|encoding|.*done)/);
    expect(live).toContain("\x1b[");
    expect(live).toMatch(/mgo: hello: .* one plain build of .*, 2 variants in .*\r\n/);
    expect(show({ NO_COLOR: "1" })).not.toContain("\x1b[32m");
    expect(show({ CI: "true" })).toBe("");
    expect(show({ TERM: "dumb" })).toBe("");
  });

  test.skipIf(Bun.which("script") === null)("on a terminal levels that wait say for what", () => {
    // The base is built when all others are, and a moment later.
    const real = Bun.which("go");
    const slow = `#!/bin/sh
case "$1 $GOAMD64" in
"build v3") read -r word <turn; sleep 1 ;;
"build v2") ${real} "$@"; status=$?; echo >turn; exit $status ;;
esac
exec ${real} "$@"
`;
    const workspace = makeWorkspace({ ...HELLO, "bin/go": slow });
    expectSuccess(run(workspace, ["mkfifo", "turn"]));
    const build = [...MGO, "-mgo.levels=v1,v2,v3", "-mgo.jobs=2", "-buildvcs=false"].join(" ");
    const PATH = `${workspace.folder}/bin:${workspace.env.PATH}`;
    const words = ["script", "-qec", `stty cols 80 rows 24; ${build}`, "/dev/null"];
    const live = expectSuccess(run(workspace, words, { TERM: "xterm", CI: "", NO_COLOR: "1", PATH })).stdout;
    expect(live).toContain("v2  waiting for v1 or v3");
    expect(live).toMatch(/v2 {2}built in [\d.]+ s, waiting for v3/);
  });

  test.skipIf(Bun.which("script") === null || process.env.MGO_TESTED !== undefined)(
    "on a terminal it says that it compiles the launcher",
    () => {
      // A Zig that mgo has not met yet.
      const workspace = makeWorkspace({ ...HELLO, zig: "#!/bin/sh\necho no >&2; exit 1\n" });
      const env = { ZIG: `${workspace.folder}/zig` };
      const command = `stty cols 80 rows 24; ${MGO.join(" ")}`;
      const live = run(workspace, ["script", "-qec", command, "/dev/null"], env).stdout;
      expect(live).toStartWith("mgo: compiling its launcher and its engine with Zig");
      expect(run(workspace, MGO, env).stderr).toStartWith("mgo: cannot compile the launcher with");
    },
  );
});
