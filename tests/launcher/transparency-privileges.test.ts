/** Privileges that a file gives, and those that its starter has: as in a plain start, or refused. */
import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { expectSame, type Report } from "../support/mirror.ts";
import { AT_SECURE, entryOf, isRoot, setcap } from "../support/privileges.ts";
import { makeFolder, type Start, startIn, startsOf } from "../support/starts.ts";
import { kinds } from "../support/variants.ts";

const USER = "setpriv --reuid=65534 --regid=65534 --clear-groups";
const dynamic = kinds.includes("cgo") ? await startsOf("mirror", "cgo") : [];
const starts = [...(await startsOf("mirror")), ...dynamic];
const ports = await startsOf("port");

/** What the dynamic linker and libc believe of an environment that they trust. */
const UNTRUSTED = { LD_PRELOAD: "/nowhere.so", LD_LIBRARY_PATH: "/nowhere", MALLOC_TRACE: "/nowhere" };

/** Starts a copy of each file, with that mode, as an ordinary user. */
function startCopies(
  start: Start,
  mode: number,
  command: string,
  env: Readonly<Record<string, string>> = {},
  capabilities = "",
) {
  const [ours, plain] = [start.bundle, start.plain].map((file) => {
    const path = join(makeFolder(), "program");
    copyFileSync(file, path);
    chmodSync(path, mode);
    if (capabilities !== "") expect(Bun.spawnSync([setcap ?? "", capabilities, path]).exitCode).toBe(0);
    return startIn(join(path, ".."), command, { GOAMD64: start.level, ...env });
  });
  if (ours === undefined || plain === undefined) throw new Error("unreachable");
  return { ours, plain };
}

/**
 * Where the environment is not trusted, the best variant starts, whichever is plain. And where ld.so has taken its
 * variables out of the environment, a variant from memory never had them: Go's runtime, which looks for the auxiliary
 * vector behind the first null there, finds AT_SECURE then, and says so in GOTRACEBACK.
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
  ])("with %s has the privileges and the doubts of a plain program", (_what, mode) => {
    const { ours, plain } = startCopies(start, mode, `${USER} ./program one`, UNTRUSTED);
    expect({ ...ours, stdout: "" }).toEqual({ ...plain, stdout: "" });
    const [seen, wanted] = [ours, plain].map(({ stdout }): Report => JSON.parse(stdout));
    if (seen === undefined || wanted === undefined) throw new Error("unreachable");
    expect(sameButLevel(seen)).toEqual(sameButLevel(wanted));
    // Under set-group-ID alone the program may not read its own auxiliary vector.
    if (mode & 0o4000) expect(entryOf(seen.auxv, AT_SECURE)).toBe(1);
  });

  test("with set-user-ID gives nothing where there are to be no new privileges", () => {
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
    const { ours, plain } = startCopies(start, 0o711, `${USER} ./program`);
    expectSame(start, ours, plain);
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

  test("is refused in the packed layout, too, where its starter could give it the same", () => {
    const ambient = "--inh-caps=+net_bind_service --ambient-caps=+net_bind_service";
    const both = `unshare -n ${USER} ${ambient} ./program`;
    const { ours, plain } = startCopies(start, 0o755, both, {}, "cap_net_bind_service+ep");
    expect(plain).toMatchObject({ status: 0, stdout: "bound\n" });
    if (start.layout === "direct") expect(ours).toEqual(plain);
    else expect(ours).toMatchObject({ status: 117, stdout: "" });
  });
});
