/**
 * The recipes that build mgo from source: run by the distributions' own tools, without a network, and what
 * they make installed and used.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT } from "../support/folders.ts";
import { USE, USED } from "../support/installed.ts";
import { hasOverlay, leftInSystem, runInOverlay } from "../support/overlay.ts";
import { HELLO } from "../support/programs.ts";
import { folderOfNode } from "../support/release.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const { version } = packageJson;
// Both need root: the copy of the system, and a namespace without network.
const canRun = hasOverlay(makeWorkspace);
const place = makeWorkspace(HELLO);
const tree = `mgo-${version}`;

/** Lays out the sources as a tarball has them, with the checkout's node_modules. */
beforeAll(() => {
  if (!canRun) return;
  const copy = `mkdir ${tree} && cd '${ROOT}' && git ls-files -z --cached --others --exclude-standard |
    xargs -0 cp --parents -t "$OLDPWD/${tree}" && ln -s '${ROOT}/node_modules' "$OLDPWD/${tree}"`;
  expectSuccess(run(place, ["sh", "-c", copy]));
  // The copy of the system has this folder, too.
  expectSuccess(run(place, ["cp", "-r", runtime, "runtime"]));
});

/** Runs a recipe without network. Zig takes what it has compiled in the checkout from the same sources. */
function build(command: string): Outcome {
  const env = {
    ZIG_GLOBAL_CACHE_DIR: join(homedir(), ".cache", "zig"),
    ZIG_LOCAL_CACHE_DIR: join(ROOT, ".zig-cache"),
    HOME: place.folder,
  };
  return expectSuccess(run(place, ["unshare", "--net", "sh", "-ec", command], env));
}

// The oldest Node that is enough; where that is unavailable, the Bun that mgo takes where Node is too old.
const runtime = folderOfNode("22.19.0") ?? `${ROOT}/node_modules/@oven/bun-linux-x64-baseline/bin`;
/** The mgo that was compiled from source makes the same bundles as the checkout. */
const SAME = `mgo -o installed.out . && cmp installed.out checkout.out`;

function install(command: string, check: string): void {
  expectSuccess(run(place, [...MGO, "-o", "checkout.out", "."]));
  const { stdout } = expectSuccess(
    runInOverlay(place, `export PATH="$PWD/runtime:$PATH"\n${command} >&2\n${USE}\n${SAME}\n${check}`),
  );
  expect<unknown>(stdout.split("\n").slice(0, -1)).toEqual([...USED]);
  // pacman removes folders that are empty, also those that others keep.
  expect(leftInSystem(place).filter((path) => !path.endsWith("/vendor_completions.d"))).toEqual([]);
}

describe.skipIf(!canRun)("mgo is built from source", () => {
  test.skipIf(Bun.which("dh") === null)("by Debian's tools", () => {
    build(`cd ${tree} && cp -r packaging/debian debian && dpkg-buildpackage -b -us -uc >&2`);
    const file = `mgo_${version}-1_all.deb`;
    install(
      `dpkg -i --force-depends ${file}`,
      `grep -q 'License: BSD-3-Clause' /usr/share/doc/mgo/copyright
      zgrep -q log-update /usr/share/doc/mgo/THIRD-PARTY*
      dpkg -V mgo; dpkg -P mgo >&2; test ! -e /usr/lib/mgo; test ! -e /usr/share/doc/mgo`,
    );
    const depends = expectSuccess(run(place, ["dpkg-deb", "-f", file, "Depends"])).stdout;
    expect(depends).toBe("nodejs, nodejs (>= 22.19~) | bun (>= 1.4)\n");
  });

  test.skipIf(Bun.which("rpmbuild") === null)("by rpmbuild", () => {
    const define = `--define "_topdir ${place.folder}/rpm"`;
    build(`cd ${tree} && rpmbuild -bb --build-in-place ${define} packaging/rpm/mgo.spec >&2`);
    const [file] = readdirSync(join(place.folder, "rpm", "RPMS", "noarch"));
    install(
      `rpm -i --nodeps rpm/RPMS/noarch/${file}`,
      "rpm -V --nodeps mgo >&2; rpm -e mgo; test ! -e /usr/lib/mgo; test ! -e /usr/share/doc/mgo",
    );
    const requires = expectSuccess(
      run(place, ["rpm", "-qp", "--requires", `rpm/RPMS/noarch/${file}`]),
    ).stdout;
    expect(requires).toContain("(nodejs >= 22.19 or bun >= 1.4)\n");
  });

  test.skipIf(["makepkg", "bsdtar", "pacman"].some((tool) => Bun.which(tool) === null))("by makepkg", () => {
    // It refuses to run as root, and takes itself for another user here.
    build(`
      mkdir -p arch/src && cp ${tree}/packaging/arch/PKGBUILD arch && ln -s ../../${tree} arch/src
      cd arch && exec unshare --user --map-user=1000 --map-group=1000 \\
        env PKGDEST=$PWD makepkg --nodeps --noextract >&2`);
    const [file] = readdirSync(join(place.folder, "arch")).filter((name) => name.includes(".pkg.tar"));
    install(
      `pacman -U --noconfirm -dd arch/${file}`,
      "pacman -R --noconfirm mgo >&2; test ! -e /usr/lib/mgo; test ! -e /usr/share/doc/mgo",
    );
    // The launcher is as it was compiled, not stripped.
    const unpack = `bsdtar -xOf arch/${file} usr/lib/mgo/mgo-launcher`;
    expectSuccess(run(place, ["sh", "-c", `${unpack} | cmp - ${tree}/zig-out/bin/mgo-launcher`]));
  });
});

describe("the recipes", () => {
  test.skipIf(Bun.which("nix-instantiate") === null)("for Nix can be read by it", () => {
    const { status, stderr } = run(place, [
      "nix-instantiate",
      "--parse",
      join(ROOT, "packaging/nix/package.nix"),
    ]);
    expect({ status, stderr: stderr.replaceAll(/^warning: .*\n/gm, "") }).toEqual({ status: 0, stderr: "" });
  });

  test("name the version of mgo", () => {
    const read = (path: string) => readFileSync(join(ROOT, "packaging", path), "utf8");
    expect(read("debian/changelog")).toStartWith(`mgo (${version}-1) `);
    expect(read("rpm/mgo.spec")).toMatch(new RegExp(`^Version: +${version}$`, "m"));
    expect(read("arch/PKGBUILD")).toContain(`\npkgver=${version}\n`);
  });
});
