/**
 * mgo's own packages for distributions: installed, used and removed, in a copy of this system.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { SCRIPTS } from "../../src/cli/completion/scripts.ts";
import { manPage } from "../../src/cli/man.ts";
import { ROOT } from "../support/folders.ts";
import { USE, USED } from "../support/installed.ts";
import { hasOverlay, leftInSystem, runInOverlay } from "../support/overlay.ts";
import { HELLO } from "../support/programs.ts";
import { makeStandalone } from "../support/release.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { findTools } from "../support/tools.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

const tools = findTools("nfpm");
const overlay = hasOverlay(makeWorkspace);
const place = makeWorkspace(HELLO);
const { version } = packageJson;
const FILES = {
  deb: `mgo_${version}-1_amd64.deb`,
  rpm: `mgo-${version}-1.x86_64.rpm`,
  apk: `mgo_${version}-r1_x86_64.apk`,
  archlinux: `mgo-${version}-1-x86_64.pkg.tar.zst`,
} as const;

function packageMgo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shell: readonly string[] = [],
): Outcome {
  const path = tools === undefined ? {} : { PATH: `${tools}:${place.env.PATH}` };
  const command = [...shell, process.execPath, join(ROOT, "scripts", "package.ts"), ...args];
  return run(place, command, { ...path, ...env });
}

/** The links of installed pages that lead to no file. */
function danglingLinks(folder: string): readonly string[] {
  const pages = globSync("**/*.md", { cwd: folder });
  expect(pages).toContain("docs/README.md");
  return pages.flatMap((page) =>
    [...readFileSync(join(folder, page), "utf8").matchAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g)]
      .filter(([, target = ""]) => !existsSync(join(folder, dirname(page), target)))
      .map(([, target]) => `${page}: ${target}`),
  );
}

/** Files of every package beside the program. */
const INSTALLED = {
  "/usr/share/man/man1/mgo.1.gz": undefined,
  "/usr/share/bash-completion/completions/mgo": SCRIPTS.bash,
  "/usr/share/fish/vendor_completions.d/mgo.fish": SCRIPTS.fish,
  "/usr/share/mgo/split.sh": readFileSync(join(ROOT, "packaging", "split", "split.sh"), "utf8"),
  "/usr/share/doc/mgo/docs/bench.svg": readFileSync(join(ROOT, "docs", "bench.svg"), "utf8"),
};

describe.skipIf(tools === undefined || !overlay)("mgo's packages", () => {
  beforeAll(() => {
    expectSuccess(packageMgo(["--program", makeStandalone(), "--output", ".", "deb", "rpm"]));
  });

  test("are installed by dpkg, work, and are removed without a trace", () => {
    const { stdout } = expectSuccess(
      runInOverlay(
        place,
        `dpkg -i ${FILES.deb} >&2
        ${USE}
        zgrep -q 'mgo (${version}-1) unstable' /usr/share/doc/mgo/changelog.Debian.gz
        grep -q 'License: BSD-3-Clause' /usr/share/doc/mgo/copyright
        zgrep -q '^# Changelog' /usr/share/doc/mgo/changelog.gz
        dpkg -V mgo
        dpkg -P mgo >&2; test ! -e /usr/bin/mgo`,
      ),
    );
    expect<unknown>(stdout.split("\n").slice(0, -1)).toEqual(USED);
    expect(leftInSystem(place)).toEqual([]);
  });

  test.skipIf(Bun.which("rpm") === null)("are installed by rpm, and work", () => {
    const { stdout } = expectSuccess(
      runInOverlay(
        place,
        `rpm -i --nodeps ${FILES.rpm} >&2
        ${USE}
        grep -q '^# Changelog' /usr/share/doc/mgo/CHANGELOG.md
        rpm -V --nodeps mgo >&2
        rpm -e mgo; test ! -e /usr/bin/mgo; test ! -e /usr/share/licenses/mgo`,
      ),
    );
    expect<unknown>(stdout.split("\n").slice(0, -1)).toEqual(USED);
    expect(leftInSystem(place)).toEqual([]);
  });
});

describe.skipIf(tools === undefined)("a package", () => {
  const args = ["--program", "stand-in", "--musl", "stand-in", "--output"];

  beforeAll(() => {
    writeFileSync(join(place.folder, "stand-in"), "#!/bin/sh\nexit 0\n");
    // In another second, and with another umask.
    for (const [output, umask] of [
      ["first", "022"],
      ["second", "077"],
    ] as const) {
      const tick = 'now=$(date +%s); until [ "$(date +%s)" != "$now" ]; do :; done';
      const shell = ["sh", "-c", `umask ${umask}; ${tick}; exec "$@"`, "sh"];
      expectSuccess(packageMgo([...args, output], { SOURCE_DATE_EPOCH: "1700000000" }, shell));
    }
  });

  test.each(Object.values(FILES))("%s is the same each time", (file) => {
    expectSuccess(run(place, ["cmp", `first/${file}`, `second/${file}`]));
  });

  test.each([
    [
      "apk",
      ["tar", "-xzf"],
      /^pkgname = mgo\npkgver = [\d.]+-r1\narch = x86_64$/m,
      /^depend = libstdc\+\+$/m,
    ],
    ["archlinux", ["tar", "--zstd", "-xf"], /^pkgname = mgo$/m, /^depend = glibc$/m],
  ] as const)("for %s has the files and the facts", (format, unpack, name, depends) => {
    const folder = `${format} unpacked`;
    expectSuccess(
      run(place, [
        "sh",
        "-c",
        `mkdir '${folder}' && ${unpack.join(" ")} first/${FILES[format]} -C '${folder}'`,
      ]),
    );
    const read = (path: string) => readFileSync(join(place.folder, folder, path), "utf8");
    expect(read(".PKGINFO")).toMatch(/^pkgdesc = go build for several CPU levels in one executable$/m);
    expect(read(".PKGINFO")).toMatch(/^(?:packager|maintainer) = mgo authors <packages@mgo.invalid>$/m);
    expect(read(".PKGINFO")).not.toContain("$");
    expect(read(".PKGINFO")).toMatch(name);
    expect(read(".PKGINFO")).toMatch(depends);
    for (const [path, text] of Object.entries(INSTALLED)) {
      if (text !== undefined) expect(read(path)).toBe(text);
    }
    expect(read("/usr/share/zsh/site-functions/_mgo")).toBe(SCRIPTS.zsh);
    expect(read("/usr/share/licenses/mgo/THIRD-PARTY")).toContain("log-update");
    const page = run(place, ["gzip", "-dc", `${folder}/usr/share/man/man1/mgo.1.gz`]).stdout;
    expect(page).toBe(manPage());
    expect(danglingLinks(join(place.folder, folder, "usr/share/doc/mgo"))).toEqual([]);
  });

  test("built from source has pages whose links lead somewhere, too", () => {
    const script = join(ROOT, "scripts", "install-texts.ts");
    expectSuccess(run(place, [process.execPath, script, "texts"]));
    expect(danglingLinks(join(place.folder, "texts"))).toEqual([]);
  });

  test("for Debian recommends a Go that mgo builds with", () => {
    const facts = run(place, ["dpkg-deb", "-f", `first/${FILES.deb}`, "Recommends"]).stdout;
    expect(facts).toBe("golang-go (>= 2:1.20~)\n");
  });

  test.skipIf(Bun.which("pacman") === null)("for pacman can be read by it", () => {
    const { stdout } = expectSuccess(run(place, ["pacman", "-Qp", `first/${FILES.archlinux}`]));
    expect(stdout).toBe(`mgo ${version}-1\n`);
  });

  test("for arm64 says so", () => {
    expectSuccess(packageMgo(["--arch", "arm64", "--program", "stand-in", "--output", "arm", "deb"]));
    const { stdout } = expectSuccess(
      run(place, ["dpkg-deb", "-f", `arm/mgo_${version}-1_arm64.deb`, "Architecture"]),
    );
    expect(stdout).toBe("arm64\n");
  });

  test("needs nfpm, and the script says how to install the version that it is tested with", () => {
    const without = { PATH: "/usr/bin:/bin" };
    const { status, stderr } = packageMgo(["--program", "stand-in", "--output", "none", "deb"], without);
    expect(stderr).toMatch(/^package: nfpm is missing: .*\(go install \S+\/cmd\/nfpm@v2\.\d+\.\d+\)\n$/);
    expect(status).toBe(1);
  });

  test.each([
    [["--program", "missing"], 1, /^package: missing is missing: npm run build makes dist\/mgo$/m],
    [["apk"], 2, /^package: apk needs a program for musl: --musl FILE\nhint: npm run package -- --help$/m],
    [["msi"], 2, /^package: msi is none of deb, rpm, apk, archlinux$/m],
    [["--frobnicate"], 2, /^package: Unknown option/m],
  ])("is refused with %j", (wrong, expected, message) => {
    const { status, stderr } = packageMgo([...wrong, "--output", "none"]);
    expect(stderr).toMatch(message);
    expect(status).toBe(expected);
  });
});
