/**
 * Standalone mgos as they are released: the downloads, and those for machines that this one is not.
 * tests/pipeline/compiled.test.ts tests what one does.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { compileStandalone } from "../../scripts/release/standalone.ts";
import { findTarget } from "../../scripts/release/targets.ts";
import { HELLO } from "../support/programs.ts";
import { makeRelease, makeStandalone, STANDALONE, SUMS } from "../support/release.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

beforeAll(makeRelease);

const place = makeWorkspace({ "linux-arm64/": "", "linux-x64-musl/": "" });

/** @returns the path of an mgo for another machine */
async function compileFor(name: string): Promise<string> {
  const output = join(place.folder, name, "mgo");
  if (!existsSync(output)) await compileStandalone(findTarget(name), output);
  return output;
}

describe("a download", () => {
  test("has the sum that SHA256SUMS names", () => {
    const { stdout } = expectSuccess(
      run(place, ["sh", "-c", 'cd "$1" && sha256sum --check SHA256SUMS', "sh", join(SUMS, "..")]),
    );
    expect(stdout).toBe(
      ["-linux-x64.tar.gz: OK", ".tgz: OK", ""]
        .map((rest) => rest && `mgo-${packageJson.version}${rest}`)
        .join("\n"),
    );
  });

  test("unpacks to a folder with mgo and the licenses, without owner and date of this machine", () => {
    const listed = expectSuccess(
      run(place, ["tar", "--list", "--verbose", "--utc", "--file", STANDALONE]),
    ).stdout;
    const folder = `mgo-${packageJson.version}-linux-x64`;
    expect(
      listed
        .trim()
        .split("\n")
        .map((line) => line.replace(/\s+\d+ 1985/, " 1985")),
    ).toEqual(
      [
        "-rw-r--r-- LICENSE",
        "-rw-r--r-- LICENSE.zstd",
        "-rw-r--r-- README.md",
        "-rw-r--r-- THIRD-PARTY",
        "-rwxr-xr-x mgo",
      ].map((line) => {
        const [mode, name] = line.split(" ");
        return `${mode} 0/0 1985-10-26 08:15 ${folder}/${name}`;
      }),
    );
  });

  test("has the program that npm run build makes", () => {
    const unpack = 'tar --extract --to-stdout --file "$1" "$2" | cmp - "$3"';
    const member = `mgo-${packageJson.version}-linux-x64/mgo`;
    expectSuccess(run(place, ["sh", "-c", unpack, "sh", STANDALONE, member, makeStandalone()]));
  });

  test("builds a program where there is nothing but go", () => {
    const workspace = makeWorkspace(HELLO);
    const mgo = makeStandalone();
    const PATH = join(Bun.which("go") ?? "", "..");
    expectSuccess(run(workspace, [mgo, "-mgo.levels=v1,v3", "-o", "x"], { PATH }));
    expect(run(workspace, ["./x"], { GOAMD64: "v1" }).stdout).toBe("level v1\n");
  });
});

const qemu = Bun.which("qemu-aarch64");
const SYSROOT = "/usr/aarch64-linux-gnu";

describe.skipIf(qemu === null || !existsSync(SYSROOT))(
  "for arm64 (needs qemu-user and libc6-arm64-cross)",
  () => {
    const env = { QEMU_LD_PREFIX: SYSROOT };

    test("runs, and no variable makes Bun of it", async () => {
      const mgo = [qemu ?? "", await compileFor("linux-arm64")];
      for (const steering of [{}, { BUN_BE_BUN: "1" }, { BUN_OPTIONS: "--print 1" }]) {
        expect(run(place, [...mgo, "--version"], { ...env, ...steering })).toMatchObject({
          status: 0,
          stdout: `mgo ${packageJson.version}\n`,
          stderr: "",
        });
      }
    });

    test("makes the same bundle as on x64", async () => {
      const workspace = makeWorkspace(HELLO);
      const bundles = [[qemu ?? "", await compileFor("linux-arm64")], MGO].map((mgo, index) => {
        const build = [...mgo, "-mgo.levels=v1,v3", "-trimpath", "-o", `x${index}`];
        const MGOCACHE = makeWorkspace().cache;
        expectSuccess(run(workspace, build, { ...env, MGOCACHE, GOARCH: "amd64" }));
        return readFileSync(join(workspace.folder, `x${index}`));
      });
      expect(bundles[0]?.equals(bundles[1] ?? Buffer.alloc(0))).toBe(true);
      expectSuccess(run(workspace, [qemu ?? "", await compileFor("linux-arm64"), "verify", "x0"], env));
    });
  },
);

test("for musl it is loaded by musl, and needs libstdc++ beside it", async () => {
  const mgo = await compileFor("linux-x64-musl");
  const header = expectSuccess(
    run(place, ["readelf", "--wide", "--program-headers", "--dynamic", mgo]),
  ).stdout;
  expect(header).toContain("[Requesting program interpreter: /lib/ld-musl-x86_64.so.1]");
  const needed = [...header.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name);
  expect(needed.toSorted()).toEqual(["libc.musl-x86_64.so.1", "libstdc++.so.6"]);
});
