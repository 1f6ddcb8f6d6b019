/** A bundle is found, named and executed in every way in which a plain program is. */
import { describe, expect, test } from "bun:test";
import { expectSame } from "../support/mirror.ts";
import { isRoot } from "../support/privileges.ts";
import { startBoth, startFile, startsOf } from "../support/starts.ts";
import { buildVariant, kinds } from "../support/variants.ts";

const prepare = buildVariant("v1", "prepare");
const names = await startsOf("name");
const mirrors = await startsOf("mirror");
const dynamic = kinds.includes("cgo") ? await startsOf("mirror", "cgo") : [];

/** Ways to execute a file. */
const WAYS: readonly (readonly [string, string])[] = [
  ["a relative path", "./program one"],
  ["a path through folders and back", "mkdir a; a/../././program"],
  ["PATH", "PATH=$PWD:$PATH; program"],
  ["a symbolic link", "ln -s program link; ./link"],
  ["a link in a link", "mkdir a; ln -s ../program a/link; ln -s a b; b/link"],
  ["a hard link", "ln program other; rm program; ./other"],
  [
    "a script that names it",
    "printf '#!FOLDER/program an argument\\n' >script; chmod +x script; ./script one",
  ],
  ["a link in a script", "ln -s program l; printf '#!FOLDER/l\\n' >script; chmod +x script; ./script"],
  ["no environment", "env -i ./program"],
  ["a descriptor", `${prepare} fexecve -- ./program one`],
  ["a descriptor that is closed then", `${prepare} fexecve-cloexec -- ./program one`],
  ["a descriptor of a removed file", `${prepare} fexecve-deleted -- ./program one`],
  ["a descriptor in /proc", "exec 7<program; /proc/self/fd/7"],
  ["a folder's descriptor", `mkdir a; mv program a; ${prepare} execveat=a -- program`],
  ["a path from a removed folder", "mkdir a; cd a; rm -r ../a; FOLDER/program"],
];

describe.each([...mirrors, ...dynamic])("$title", (start) => {
  test.each(WAYS.filter(([way]) => way !== "no environment"))("starts by %s", (_way, command) => {
    const { ours, plain } = startBoth(start, { command });
    expectSame(start, ours, plain);
  });

  test.skipIf(!isRoot || Bun.which("sudo") === null)("starts by sudo", () => {
    // sudo passes on only the variables that it is told.
    const command = `sudo -n GOAMD64=${start.level} FOLDER/program one`;
    const { ours, plain } = startBoth(start, { command });
    expect(expectSame(start, ours, plain).env.join("\n")).toContain("SUDO_UID=0");
  });

  test.skipIf(!isRoot)("starts without /proc", () => {
    for (const way of ["--", "fexecve --", "fexecve-cloexec --"]) {
      const command = `unshare -m sh -c 'mount -t tmpfs none /proc; ${prepare} ${way} ./program one'`;
      const { ours, plain } = startBoth(start, { command });
      expectSame(start, ours, plain);
    }
  });
});

describe.each(names)("$title", (start) => {
  test.each(WAYS)("has the name and the path of a plain start by %s", (_way, command) => {
    const { ours, plain } = startBoth(start, { command });
    const report = (stdout: string): unknown => {
      // Without an environment a variant of another level runs, with another entry.
      const { entry: _, ...rest } = JSON.parse(stdout);
      return rest;
    };
    expect({ ...ours, stdout: report(ours.stdout) }).toEqual({ ...plain, stdout: report(plain.stdout) });
  });
});

/** Ways in which a program executes its own file, or a copy of it. */
const AGAIN: readonly (readonly [string, string])[] = [
  ["/proc/self/exe", "AGAIN=/proc/self/exe ./program one"],
  ["a copy of it, in another process", "COPY=other ./program; ./other one"],
  ["a copy of it, in the same process", "COPY=other AGAIN=./other ./program one"],
];

describe.each(names)("$title", (start) => {
  test.each(AGAIN)("has the name and the path of a plain start after %s", (_way, command) => {
    const { ours, plain } = startBoth(start, { command });
    expect(plain.status).toBe(0);
    expect(ours).toEqual(plain);
  });
});

const longName = "n".repeat(255);

describe.each(mirrors.filter(({ inPlace }) => !inPlace))("the file in memory of a $title", (start) => {
  const suffix = ` [GOAMD64=${start.level}]`;

  test.each([
    ["spaces", "a b  c", "a b  c"],
    ["a line feed, a tab and an escape", "a\nb\tc\x1b[2J", "a\nb\tc\x1b[2J"],
    ["text like the suffix", "x [GOAMD64=v4] (deleted)", "x [GOAMD64=v4] (deleted)"],
    ["letters of other scripts", "naïve 程序", "naïve 程序"],
  ])("is named after a path with %s", (_what, name, shown) => {
    const { stdout, stderr } = startFile(start.bundle, {
      command: `exec './${name}'`,
      name,
      env: { GOAMD64: start.level, MGODEBUG: "log" },
    });
    // The name is whole, and breaks no line.
    expect(JSON.parse(stdout).exe).toBe(`/memfd:FOLDER/${shown}${suffix} (deleted)`);
    expect(stderr).toBe(`[mgo] launcher: starting variant GOAMD64=${start.level}\n`);
  });

  test("is named after a path that is not UTF-8", () => {
    const command = `mv program "$(printf 'a\\377\\200')"; exec ./a*`;
    const { status, stdout } = startFile(start.bundle, { command, env: { GOAMD64: start.level } });
    expect(status).toBe(0);
    // Go writes such bytes to JSON as replacement characters.
    expect(JSON.parse(stdout).exe).toBe(`/memfd:FOLDER/a\ufffd\ufffd${suffix} (deleted)`);
  });

  test("is named after the end of a path that is too long", () => {
    const name = longName;
    const { stdout } = startFile(start.bundle, {
      command: `./${name}`,
      name,
      env: { GOAMD64: start.level },
    });
    const { exe } = JSON.parse(stdout);
    const kept = 249 - suffix.length - "...".length;
    expect(exe).toBe(`/memfd:...${name.slice(-kept)}${suffix} (deleted)`);
  });
});

describe.each(mirrors)("$title", (start) => {
  test.each([4095, 4096])("starts by a path of %d bytes, or is refused as a plain program", (size) => {
    // PATH_MAX includes a final zero.
    const slashes = "/".repeat(size - "./program".length);
    const { ours, plain } = startBoth(start, { command: `exec ./${slashes}program` });
    if (size === 4096) expect(plain.status).not.toBe(0);
    if (plain.status === 0) expectSame(start, ours, plain);
    else expect(ours).toEqual(plain);
  });

  test("starts below folders whose names are longer than any path may be", () => {
    const { ours, plain } = startBoth(start, { command: `${prepare} deep=program -- ./program` });
    // The file has no path: readlink of /proc/PID/exe fails.
    expect(expectSame(start, ours, plain).exe).toBe("");
  });

  test("goes on while another program takes its name and is started", () => {
    const next = buildVariant("v1");
    const command = `mkfifo input; WAIT=1 ./program <input >seen & exec 8>input
      cp ${next} next; mv next program; ./program >second
      exec 8>&-; wait $! && grep -q '^\\[v1\\]$' second && cat seen`;
    const { ours, plain } = startBoth(start, { command });
    expect(expectSame(start, ours, plain).exe).toBe("FOLDER/program (deleted)");
  });
});
