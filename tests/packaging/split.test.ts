/**
 * A bundle's package that becomes one variant where it is installed: by dpkg, rpm and pacman, in a copy of
 * this system.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/folders.ts";
import { hasOverlay, leftInSystem, runInOverlay } from "../support/overlay.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const SPLIT = join(ROOT, "packaging", "split");
const tools = findTools("nfpm");
const overlay = hasOverlay(makeWorkspace);
const place = makeWorkspace(HELLO);

beforeAll(() => {
  expectSuccess(run(place, [...MGO, "-trimpath", "-ldflags=-s -w", "-o", "app"]));
  expectSuccess(run(place, [...MGO, "extract", "app", "--native", "-o", "native"]));
  expectSuccess(run(place, ["sh", "-c", `${MGO.join(" ")} license > LICENSE.mgo`]));
  writeScript("/usr/lib/app/app", "/usr/bin/app", "postinstall");
});

/** split.sh with its names filled in, as its head tells. */
function writeScript(bundle: string, target: string, name: string): void {
  const filled = `sed -e 's|@BUNDLE@|${bundle}|' -e 's|@TARGET@|${target}|' '${SPLIT}/split.sh' > ${name}`;
  expectSuccess(run(place, ["sh", "-c", filled]));
}

function pack(packager: string, version = "1.0.0"): string {
  copyFileSync(join(SPLIT, "nfpm.yaml"), join(place.folder, "nfpm.yaml"));
  const target = `app-${version}.${packager}`;
  const command = ["nfpm", "package", "--packager", packager, "--target", target];
  expectSuccess(
    run(place, command, { PATH: `${tools}:${place.env.PATH}`, VERSION: version, SOURCE_DATE_EPOCH: "0" }),
  );
  return target;
}

/** Compares what is installed with the variant that it should be, and starts it. */
const CHECK = `
cmp native /usr/bin/app
test ! -h /usr/bin/app
test "$(stat -c '%a %U' /usr/bin/app)" = '755 root'
cmp app /usr/lib/app/app
test "$(ls /usr/lib/app)" = app
test ! -e /usr/bin/app.mgo-split
/usr/bin/app
`;
describe.skipIf(tools === undefined || !overlay)("a package of a bundle", () => {
  test("is split by dpkg, which finds nothing changed, upgrades it, and removes all of it", () => {
    const [one, two] = [pack("deb"), pack("deb", "2.0.0")];
    const { stdout } = expectSuccess(
      runInOverlay(
        place,
        `dpkg -i ${one} >&2; ${CHECK} dpkg -V app; ln -sf ../lib/app/app /usr/bin/app; /usr/bin/app
        dpkg -i ${two} >&2; ${CHECK} dpkg -P app >&2; test ! -e /usr/bin/app; test ! -e /usr/lib/app`,
      ),
    );
    expect(stdout).toMatch(/^(level v\d\n)\1\1$/);
    expect(leftInSystem(place)).toEqual([]);
  });

  test.skipIf(Bun.which("rpm") === null)("is split by rpm, which upgrades it, and removes all of it", () => {
    const [one, two] = [pack("rpm"), pack("rpm", "2.0.0")];
    const { stdout } = expectSuccess(
      runInOverlay(
        place,
        `rpm -i --nodeps ${one} >&2; ${CHECK} rpm -V app | grep -v /usr/bin/app && exit 1
        rpm -U --nodeps ${two} >&2; ${CHECK} test "$(rpm -q app)" = app-2.0.0-1.x86_64
        rpm -e app; test ! -e /usr/bin/app; test ! -e /usr/lib/app/app`,
      ),
    );
    expect(stdout).toMatch(/^(level v\d\n)\1$/);
    expect(leftInSystem(place)).toEqual([]);
  });

  test.skipIf(Bun.which("pacman") === null)(
    "is split by pacman, which upgrades it, and removes all of it",
    () => {
      const [one, two] = [pack("archlinux"), pack("archlinux", "2.0.0")];
      const { stdout } = expectSuccess(
        runInOverlay(
          place,
          // As on Arch, for whose shell nfpm writes its functions.
          `ln -sf bash /bin/sh; pacman -U --noconfirm -dd ${one} >&2; ${CHECK}
        pacman -U --noconfirm -dd ${two} >&2; ${CHECK}
        pacman -R --noconfirm app >&2; test ! -e /usr/bin/app; test ! -e /usr/lib/app`,
        ),
      );
      expect(stdout).toMatch(/^(level v\d\n)\1$/);
      expect(leftInSystem(place).filter((path) => !path.endsWith("/bin/sh"))).toEqual([]);
    },
  );

  test("carries the script for apk, after upgrades too", () => {
    const script = readFileSync(join(place.folder, "postinstall"), "utf8");
    const apk = `tar -xzOf ${pack("apk")} .post-install .post-upgrade`;
    expect(expectSuccess(run(place, ["sh", "-c", apk])).stdout).toBe(script + script);
  });
});

describe("the script", () => {
  const local = (name: string) => join(place.folder, name);

  test("puts the variant into the bundle's place, with its mode, and does nothing when it runs again", () => {
    copyFileSync(local("app"), local("in place"));
    writeScript(local("in place"), local("in place"), "script");
    const { stdout } = expectSuccess(
      run(place, ["sh", "-c", "chmod 750 'in place'; sh script && sh script && stat -c %a 'in place'"], {
        GOAMD64: "v1",
      }),
    );
    expect(stdout).toBe("750\n");
    expectSuccess(run(place, ["cmp", "in place", "native"]));
    expect(run(place, ["./in place"]).stdout).toStartWith("level v");
  });

  test.each([
    ["is no bundle, and is not started", "cp native x"],
    ["is a script", "printf '#!/bin/sh\\ntouch started\\n' > x; chmod +x x"],
    ["is missing", "rm -f x"],
    ["is for another machine", "cp app x; export DPKG_ROOT=/nowhere"],
  ])("leaves alone without a word what %s", (_, prepare) => {
    writeScript(local("x"), local("x"), "script");
    const compare = "status=$?; test ! -e x || cmp x before; echo $status";
    const script = ["sh", "-c", `${prepare}; cp x before 2>/dev/null; sh script; ${compare}`];
    expect(expectSuccess(run(place, script))).toMatchObject({ stdout: "0\n", stderr: "" });
    expectSuccess(run(place, ["sh", "-c", "test ! -e started && test ! -e x.mgo-split"]));
  });

  test.each([
    [
      "is damaged",
      "cp app x; head -c 300000 /dev/zero | dd of=x bs=1000 seek=120 conv=notrunc status=none; cp x before",
      "stays a bundle",
    ],
    ["cannot be written out", "cp app x; cp x before; ulimit -f 100", "stays a bundle"],
    ["cannot be executed", "cp app x; chmod 644 x; cp x before", "stays a bundle"],
    ["is setgid", "cp app x; chmod g+s x; cp x before", "setuid or setgid"],
    ["is setuid", "cp app x; chmod u+s x; cp x before", "setuid or setgid"],
  ])("keeps the bundle, and says so, where it %s", (_, prepare, said) => {
    writeScript(local("x"), local("x"), "script");
    const script = `rm -f x before; ${prepare}; sh script; status=$?; cmp x before && echo $status`;
    const { stdout, stderr } = run(place, ["sh", "-c", script]);
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: expect.stringContaining(said) });
    expectSuccess(run(place, ["sh", "-c", "test ! -e x.mgo-split"]));
  });

  test.skipIf(Bun.which("setcap") === null || process.getuid?.() !== 0)(
    "keeps a bundle with file capabilities, which the variant would not have",
    () => {
      writeScript(local("x"), local("x"), "script");
      const script = "rm -f x; cp app x; setcap cap_net_bind_service+ep x; sh script; cmp x app";
      const { status, stderr } = run(place, ["sh", "-c", script], {
        PATH: `${place.env.PATH}:/usr/sbin:/sbin`,
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining("file capabilities") });
    },
  );

  test("works in the shells that package managers have", () => {
    const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(
      ([shell = ""]) => Bun.which(shell) !== null,
    );
    for (const shell of shells) {
      copyFileSync(local("app"), local("x"));
      writeScript(local("x"), local("x"), "script");
      expectSuccess(run(place, [...shell, "-eu", "script"]));
      expectSuccess(run(place, ["cmp", "x", "native"]));
    }
  });
});
