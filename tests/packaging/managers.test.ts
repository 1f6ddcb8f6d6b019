/** Package managers, which read executables with their own tools. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import { cpuLevel } from "../support/cpu.ts";
import { HELLO } from "../support/programs.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const missing = (...tools: readonly string[]): boolean => tools.some((tool) => Bun.which(tool) === null);

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
