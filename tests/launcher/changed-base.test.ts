/** Direct bundles whose base is another in memory, or was changed in its file. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { openBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { cpuLevel } from "../support/cpu.ts";
import { PREFIX, qemu, runEmulated } from "../support/emulated.ts";
import { scratch } from "../support/folders.ts";
import { isRoot } from "../support/privileges.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, kinds, type Linkage } from "../support/variants.ts";

const layout = "direct";
const levels = ["v1", "v2", "v3"] as const;
const started = (level: string): string => `${PREFIX}starting variant GOAMD64=${level}\n`;
const damaged = `${PREFIX}bundle damaged: wrong checksum of a decoded frame\n`;

/** Position-independent for the linker, not for Go's compiler: ld.so relocates code. */
const TEXTREL: Linkage = {
  name: "textrel",
  flags: ["-ldflags=-s -w -linkmode=external -extldflags=-pie"],
  cgo: true,
};

describe.skipIf(!kinds.includes("cgo"))("a direct bundle with relocated code", () => {
  test("starts each variant", async () => {
    const path = await buildBundle({ layout, kind: TEXTREL, levels, base: "v2" });
    const dynamic = Bun.spawnSync(["readelf", "-d", path]).stdout.toString();
    expect(dynamic).toContain("TEXTREL");
    for (const level of ["v1", "v2"]) {
      const { stdout, stderr } = runProgram([path, "x"], { GOAMD64: level, MGODEBUG: "log" });
      expect({ stdout, stderr }).toEqual({ stdout: `[${level} x]\n`, stderr: started(level) });
    }
  });

  test("starts its base where the file is unknown", async () => {
    const path = await buildBundle({ layout, kind: TEXTREL, levels, base: "v2" });
    // /proc/self/exe is the dynamic linker.
    const command = ["/lib64/ld-linux-x86-64.so.2", path, "x"];
    expect(runProgram(command, { GOAMD64: "v1", MGODEBUG: "log" })).toMatchObject({
      status: 0,
      stdout: "[v2 x]\n",
      stderr: `${started("v1")}${damaged}${PREFIX}starting variant GOAMD64=v2 in place instead\n`,
    });
  });
});

/** Runs a command while "$2", a place in a file, has a uprobe of the name "$1". */
const PROBED = `
  mount -t tracefs tracefs "$3" && cd "$3" || exit 99
  echo "p:mgo/$1 $2" >> uprobe_events && echo 1 > events/mgo/$1/enable || exit 98
  shift 3
  "$@"
  status=$?
  echo 0 > events/mgo/probe/enable
  echo "-:mgo/probe" >> uprobe_events
  exit $status
`;

describe.skipIf(!isRoot || !existsSync("/sys/bus/event_source/devices/uprobe"))(
  "a uprobe in the base",
  () => {
    test("changes no variant", async () => {
      const path = await buildBundle({ layout, levels, base: "v2" });
      const text = findSection(parseElf(readFileSync(path), path), ".text");
      const place = `${path}:0x${((text?.offset ?? 0) + ((text?.size ?? 0) >> 1)).toString(16)}`;
      const folder = join(scratch, "tracing");
      mkdirSync(folder);
      const command = ["unshare", "-m", "sh", "-c", PROBED, "sh", "probe", place, folder, path, "x"];
      const { PATH = "" } = process.env;
      expect(runProgram(command, { PATH, GOAMD64: "v1", MGODEBUG: "log" })).toMatchObject({
        status: 0,
        stdout: "[v1 x]\n",
        stderr: started("v1"),
      });
    });
  },
);

describe("a base that was changed in its file", async () => {
  const bytes = readFileSync(await buildBundle({ layout, levels, base: "v3" }));
  // Tables of functions: a program that ends well looks at few.
  const tables = findSection(parseElf(bytes, "bundle"), ".gopclntab");
  const at = (tables?.offset ?? 0) + ((tables?.size ?? 0) >> 1);
  bytes.fill(0x90, at, at + 64);
  const path = join(scratch, "changed-base");
  writeFileSync(path, bytes, { mode: 0o755 });

  test.skipIf(cpuLevel() < "v3")("runs where others are predicted from it", async () => {
    expect(runProgram([path, "x"], { GOAMD64: "v1", MGODEBUG: "log" })).toMatchObject({
      status: 0,
      stdout: "[v3 x]\n",
      stderr: `${started("v1")}${damaged}${PREFIX}starting variant GOAMD64=v3 in place instead\n`,
    });
    expect(runProgram([path], { GOAMD64: "v1" })).toMatchObject({ status: 0, stdout: "[v3]\n", stderr: "" });
    const { status, stderr } = runProgram([path], { GOAMD64: "v1", MGODEBUG: "extract" });
    expect({ status, stderr }).toEqual({ status: 112, stderr: damaged });
    await expect(openBundle(path).then((bundle) => verifyBundle(bundle))).rejects.toThrow(
      /is a damaged bundle/,
    );
  });

  test.skipIf(qemu === null)("ends the start of others on a CPU that lacks its level", () => {
    expect(runEmulated("Nehalem", path)).toMatchObject({
      status: 112,
      stdout: "",
      stderr: `${started("v2")}${damaged}`,
    });
  });
});
