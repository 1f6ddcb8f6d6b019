/** Bundles of programs that other linkers than GNU's have linked. */
import { describe, expect, test } from "bun:test";
import { MgoError } from "../../src/system/error.ts";
import { PREFIX } from "../support/emulated.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, type Linkage } from "../support/variants.ts";

const LINKERS = [
  ["mold", "mold"],
  ["lld", "ld.lld"],
] as const;

describe.each(LINKERS)("programs that %s has linked", (name, program) => {
  const linked = (...flags: readonly string[]): Linkage => ({
    name,
    flags: [`-ldflags=-s -w -linkmode=external -extldflags=-fuse-ld=${name}`, ...flags],
    cgo: true,
  });
  const isMissing = Bun.which(program) === null || Bun.which("gcc") === null;
  const started = (path: string) => runProgram([path, "x"], { GOAMD64: "v1", MGODEBUG: "log" });

  test.skipIf(isMissing)("start from memory without their name, and the log says so", async () => {
    for (const kind of [linked(), linked("-buildmode=pie")]) {
      expect(started(await buildBundle({ levels: ["v1", "v2"], kind }))).toMatchObject({
        status: 0,
        stdout: "[v1 x]\n",
        stderr:
          `${PREFIX}starting variant GOAMD64=v1\n` +
          `${PREFIX}process name not kept: no padding in the variant\n`,
      });
    }
  });

  test.skipIf(isMissing)("start in place as the base of a direct bundle", async () => {
    const wanted = { levels: ["v1", "v2"], base: "v1", layout: "direct", kind: linked() } as const;
    expect(started(await buildBundle(wanted))).toMatchObject({
      status: 0,
      stdout: "[v1 x]\n",
      stderr: `${PREFIX}starting variant GOAMD64=v1\n`,
    });
  });

  test.skipIf(isMissing)("are refused as direct bundles if they are position-independent", async () => {
    const kind = linked("-buildmode=pie");
    const bundle = buildBundle({ levels: ["v1", "v2"], base: "v1", layout: "direct", kind });
    const error = await bundle.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MgoError);
    expect(String(error)).toContain("has no room for the program header that the direct layout adds");
  });
});
