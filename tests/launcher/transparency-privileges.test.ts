/** Privileges that a file gives and those of its starter: as in a plain start, or refused. */
import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { PREFIX } from "../support/emulated.ts";
import { expectSame, type Report } from "../support/mirror.ts";
import { AT_SECURE, asUser, copyFor, entryOf, isRoot, setcap } from "../support/privileges.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { both, makeFolder, type Start, startIn, startsOf } from "../support/starts.ts";
import { able, confined, NO_MEMFD, type Wrap } from "../support/surroundings.ts";
import { kinds } from "../support/variants.ts";

const USER = "setpriv --reuid=65534 --regid=65534 --clear-groups";
const dynamic = kinds.includes("cgo") ? await startsOf("mirror", "cgo") : [];
const starts = [...(await startsOf("mirror")), ...dynamic];
const ports = await startsOf("port");
const drops = await startsOf("drop");

/** The ways in which a file is started: from memory, or from a private file. */
const SURROUNDINGS: readonly (readonly [string, Wrap])[] = [
  ["", (command) => command],
  [" without memfd_create", confined(NO_MEMFD)],
];

/** Variables that the dynamic linker and libc heed in an environment that they trust. */
const UNTRUSTED = { LD_PRELOAD: "/nowhere.so", LD_LIBRARY_PATH: "/nowhere", MALLOC_TRACE: "/nowhere" };

/** Starts a copy of each file, with that mode, as an ordinary user. */
function startCopies(
  start: Start,
  mode: number,
  command: string,
  env: Readonly<Record<string, string>> = {},
  capabilities = "",
) {
  return both(start.bundle, start.plain, (file) => {
    const folder = makeFolder();
    const path = join(folder, "program");
    copyFileSync(file, path);
    chmodSync(path, mode);
    if (capabilities !== "") expectSuccess(runProgram([setcap ?? "", capabilities, path]));
    return startIn(folder, command, { GOAMD64: start.level, ...env });
  });
}

/**
 * Leaves out what differs if the environment is not trusted. The best variant starts, whatever the plain one
 * is. A variant from memory never had the variables that ld.so removes: Go's runtime, which looks for the
 * auxiliary vector behind the first null, finds AT_SECURE then, and sets GOTRACEBACK.
 */
function sameButLevel({ exe: _, auxv, ...rest }: Report): object {
  const env = rest.env.filter((variable) => variable !== "GOTRACEBACK=none");
  return { ...rest, files: { ...rest.files, environ: "" }, env, secure: entryOf(auxv, AT_SECURE) };
}

describe.skipIf(!isRoot).each(starts)("$title", (start) => {
  test.each([
    ["set-user-ID", 0o4755],
    ["set-group-ID", 0o2755],
    ["set-user-ID and set-group-ID", 0o6755],
    ["set-user-ID and unreadable", 0o4711],
  ])("by %s has the privileges of a plain program, and trusts as little", (_what, mode) => {
    const { ours, plain } = startCopies(start, mode, `${USER} ./program one`, UNTRUSTED);
    expect({ ...ours, stdout: "" }).toEqual({ ...plain, stdout: "" });
    const seen: Report = JSON.parse(ours.stdout);
    expect(sameButLevel(seen)).toEqual(sameButLevel(JSON.parse(plain.stdout)));
    // Under set-group-ID alone the program may not read its own auxiliary vector.
    if (mode & 0o4000) expect(entryOf(seen.auxv, AT_SECURE)).toBe(1);
  });

  test("by set-user-ID gains nothing under no_new_privs", () => {
    const { ours, plain } = startCopies(start, 0o4755, `${USER} --no-new-privs ./program`);
    expect(expectSame(start, ours, plain).status).toContain("Uid:\t65534\t65534\t65534\t65534");
  });

  test("keeps ambient capabilities of its starter", () => {
    const ambient = "--inh-caps=+net_bind_service --ambient-caps=+net_bind_service";
    const { ours, plain } = startCopies(start, 0o755, `${USER} ${ambient} ./program`);
    const { status, auxv } = expectSame(start, ours, plain);
    expect(status).toContain("CapAmb:\t0000000000000400");
    expect(entryOf(auxv, AT_SECURE)).toBe(0);
  });

  test("starts for users who may not read it", () => {
    // setpriv itself can still read everything when it executes a program, which the kernel takes note of.
    const { ours, plain } = startCopies(start, 0o711, `${USER} sh -c 'exec ./program'`);
    expectSame(start, ours, plain);
  });
});

describe.skipIf(!isRoot || !able).each(drops)("$title", (start) => {
  test.each(SURROUNDINGS)("starts itself again%s after giving up privileges", (_name, wrap) => {
    const { ours, plain } = both(start.bundle, start.plain, (file) => {
      const path = copyFor(file, 0o755, `drop-${start.level}`);
      return runProgram(wrap([path, "65534"]), { GOAMD64: start.level });
    });
    expect(plain.stdout).toBe("read: <nil>\nuser 65534: <nil>\n");
    expect(ours).toEqual(plain);
  });

  test.each(SURROUNDINGS)("hides its contents%s from users who may only execute it", (_name, wrap) => {
    const { ours, plain } = both(start.bundle, start.plain, (file) => {
      const path = copyFor(file, 0o711, `hidden-${start.level}`);
      return runProgram(asUser(wrap([path])), { GOAMD64: start.level });
    });
    expect(plain.stdout).toBe("read: open /proc/self/exe: permission denied\n");
    expect(ours).toEqual(plain);
    const hidden = copyFor(start.bundle, 0o711, "hidden");
    const env = { GOAMD64: start.level, MGODEBUG: "extract" };
    expect(runProgram(asUser(wrap([hidden])), env)).toMatchObject({
      status: 118,
      stdout: "",
      stderr: `${PREFIX}bundle not read: EACCES\n`,
    });
  });
});

describe.skipIf(!isRoot || setcap === null).each(ports)("$title, with file capabilities,", (start) => {
  const command = `unshare -n sh -c 'ip link set lo up 2>/dev/null; exec ${USER} ./program'`;

  test("binds a port as a plain program does, or is refused", () => {
    const granted = startCopies(start, 0o755, command, {}, "cap_net_bind_service+ep");
    expect(granted.plain).toMatchObject({ status: 0, stdout: "bound\n" });
    if (start.layout === "direct") {
      expect(granted.ours).toEqual(granted.plain);
    } else {
      expect(granted.ours).toMatchObject({ status: 117, stdout: "" });
      expect(granted.ours.stderr).toMatch(
        /^\[mgo\] launcher: file capabilities refused: [^\n]*-mgo\.layout=direct\n$/,
      );
    }
  });

  test("binds none without them", () => {
    const { ours, plain } = startCopies(start, 0o755, command);
    expect(plain.status).toBe(1);
    expect(ours).toEqual(plain);
  });

  test("is refused in the packed layout even if its starter gives it the same", () => {
    const ambient = "--inh-caps=+net_bind_service --ambient-caps=+net_bind_service";
    const both = `unshare -n ${USER} ${ambient} ./program`;
    const { ours, plain } = startCopies(start, 0o755, both, {}, "cap_net_bind_service+ep");
    expect(plain).toMatchObject({ status: 0, stdout: "bound\n" });
    if (start.layout === "direct") expect(ours).toEqual(plain);
    else expect(ours).toMatchObject({ status: 117, stdout: "" });
  });
});
