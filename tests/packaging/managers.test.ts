/** Package managers, which read executables with their own tools. */
import { describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PT_LOAD, PT_NOTE, parseElf } from "../../src/bundle/elf.ts";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { cpuLevel } from "../support/cpu.ts";
import { ROOT, scratch } from "../support/folders.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, kinds } from "../support/variants.ts";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const missing = (...tools: readonly string[]): boolean => tools.some((tool) => Bun.which(tool) === null);

/** An extension of the GNU ABI (include/elf/common.h of binutils). */
const PT_GNU_STACK = 0x6474e551;

/** With the settings of Fedora, RHEL and openSUSE: executables must have a build ID. */
const SPEC = `%global _missing_build_ids_terminate_build 1
%global _build_id_links compat
%global __debug_package 1
%global _unpackaged_files_terminate_build 0
Name: app
Version: 1
Release: 1
Summary: A program
License: MIT
%description
A program.
%install
install -D %{program} %{buildroot}/usr/bin/app
%files
/usr/bin/app
`;

describe.skipIf(missing("rpmbuild", "rpm2cpio", "cpio", "eu-strip", "debugedit"))("rpmbuild", () => {
  test.each(LAYOUTS)("packs a %s bundle where build IDs are asked for, and it runs", (layout) => {
    const workspace = makeWorkspace(HELLO);
    const { folder } = workspace;
    expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1,v3", `-mgo.layout=${layout}`, "-o", "app"]));
    writeFileSync(join(folder, "app.spec"), SPEC);
    const defines = [`_topdir ${folder}/top`, `program ${folder}/app`].flatMap((text) => ["--define", text]);
    expectSuccess(run(workspace, ["rpmbuild", "-bb", ...defines, "app.spec"]));
    mkdirSync(join(folder, "root"));
    const unpack = "rpm2cpio ../top/RPMS/x86_64/app-1-1.x86_64.rpm | cpio -id";
    expectSuccess(run(workspace, ["sh", "-c", `cd root && ${unpack} && ls usr/lib/.build-id/*/*`]));
    const app = join(folder, "root", "usr", "bin", "app");
    for (const level of ["v1", "v3"].filter((one) => one <= cpuLevel())) {
      const { stderr } = runProgram([app], { GOAMD64: level, MGODEBUG: "log" });
      expect(stderr).toContain(`starting variant GOAMD64=${level}\n`);
      expect(stderr).not.toContain("instead");
    }
    expectSuccess(run(workspace, [...MGO, "verify", app]));
  });
});

/** Returns what a shell command prints, with "$1" for a file. */
function printed(workspace: Workspace, command: string, file: string): string {
  return expectSuccess(run(workspace, ["sh", "-c", command, "sh", file])).stdout;
}

describe.skipIf(!kinds.includes("cgo"))("libraries that a packed bundle needs", () => {
  const ELFDEPS = "/usr/lib/rpm/elfdeps";
  const tools = [
    { tool: "dpkg-shlibdeps", command: 'dpkg-shlibdeps -O -e"$1"' },
    { tool: ELFDEPS, command: `echo "$1" | ${ELFDEPS} --requires` },
    { tool: "objdump", command: 'objdump -p "$1" | sed -n "/NEEDED/p; /^Version References/,\\$p"' },
  ];

  for (const kind of kinds.filter((name) => name.startsWith("cgo"))) {
    test.each(tools)(`are those of the ${kind} program, for $tool`, async ({ tool, command }) => {
      if (missing(tool)) throw new Error(`no ${tool}`);
      const bundle = await buildBundle({ kind });
      const stripped = join(scratch, `stripped-${kind}`);
      copyFileSync(bundle, stripped);
      const workspace = makeWorkspace({ "debian/control": CONTROL });
      expectSuccess(run(workspace, ["strip", stripped]));
      const plain = printed(workspace, command, buildVariant("v1", "levels", kind));
      expect(plain).toMatch(/libc6 \(>= |libc\.so\.6/);
      for (const path of [bundle, stripped]) expect(printed(workspace, command, path)).toBe(plain);
    });

    test(`are in no program header of a ${kind} program`, async () => {
      const { programs } = parseElf(readFileSync(await buildBundle({ kind })), "bundle");
      expect(programs.map(({ type }) => type)).toEqual([PT_LOAD, PT_LOAD, PT_GNU_STACK, PT_NOTE]);
    });
  }

  test.skipIf(missing("patchelf"))("are left to patchelf, which spoils no start", async () => {
    const workspace = makeWorkspace();
    // nixpkgs runs the first on everything. The others would change copies that nothing is started from.
    for (const { flags, status } of [
      { flags: ["--shrink-rpath"], status: 0 },
      { flags: ["--set-rpath", "/opt/lib"], status: 1 },
      { flags: ["--set-interpreter", "/lib64/ld-linux-x86-64.so.2"], status: 1 },
    ]) {
      const copy = join(workspace.folder, "app");
      copyFileSync(await buildBundle({ kind: "cgo" }), copy);
      expect(run(workspace, ["patchelf", ...flags, copy]).status).toBe(status);
      expect(runProgram([copy, "x"], { GOAMD64: "v1" })).toMatchObject({ status: 0, stdout: "[v1 x]\n" });
      expectSuccess(run(workspace, [...MGO, "verify", copy]));
    }
  });

  test.skipIf(missing("dh"))("become a Debian package's by the rules in docs/packaging.md", async () => {
    const page = readFileSync(join(ROOT, "docs", "packaging.md"), "utf8");
    const rule = /^override_dh_shlibdeps:\n\t.*$/m.exec(page)?.[0] ?? "";
    const workspace = makeWorkspace({
      "debian/control": CONTROL,
      "debian/changelog":
        "app (1) unstable; urgency=low\n\n  * One.\n\n -- A <a@b.org>  Thu, 01 Jan 2026 00:00:00 +0000\n",
      "debian/install": "app usr/bin\n",
      "debian/rules": `#!/usr/bin/make -f\n%:\n\tdh $@\n\n${rule}\n`,
    });
    copyFileSync(await buildBundle({ kind: "cgo" }), join(workspace.folder, "app"));
    expectSuccess(run(workspace, ["dpkg-buildpackage", "-b", "-us", "-uc"]));
    const [file = ""] = readdirSync(join(workspace.folder, "..")).filter((name) =>
      /^app_1_.*\.deb$/.test(name),
    );
    expect(run(workspace, ["dpkg-deb", "-f", join("..", file), "Depends"]).stdout).toMatch(/libc6 \(>= /);
  });
});

const CONTROL = `Source: app
Maintainer: A <a@example.com>
Build-Depends: debhelper-compat (= 13)

Package: app
Architecture: any
Depends: \${shlibs:Depends}
Description: A program
`;

test("paths of other packages in a Nix or Guix store are readable in a packed bundle", () => {
  const nix = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-tzdata-2026a";
  const guix = "/gnu/store/zyxwvsrqpnmlkjihgfdcba9876543210-mailcap";
  const workspace = makeWorkspace({
    "go.mod": "module example.com/paths\n\ngo 1.20\n",
    "main.go": `package main\n\nfunc main() { println("${nix}/share/zoneinfo", "${guix}/etc") }\n`,
  });
  expectSuccess(run(workspace, [...MGO, "-mgo.levels=v1,v2", "-o", "app"]));
  const bytes = readFileSync(join(workspace.folder, "app"));
  for (const path of [nix, guix]) expect(bytes.includes(`${path}\0`)).toBe(true);
  expect(runProgram([join(workspace.folder, "app")]).stderr).toBe(`${nix}/share/zoneinfo ${guix}/etc\n`);
});
