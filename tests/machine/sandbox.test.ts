/** Bundles in sandboxes and containers start as the plain program starts there. */
import { describe, expect, test } from "bun:test";
import { linkSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { cpuLevel } from "../support/cpu.ts";
import { scratch } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";
import { SANDBOXES, type Sandbox } from "../support/sandboxes.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const program = "place";
const runnable = LEVELS.filter((level) => level <= cpuLevel());

const bundles = {
  packed: await buildBundle({ program }),
  direct: await buildBundle({ program, layout: "direct", base: "v1" }),
};

describe.each(SANDBOXES.map((sandbox) => [sandbox.name, sandbox] as const))("in %s", (_name, sandbox) => {
  const { status } = runIn(sandbox, buildVariant("v1", program));

  describe.skipIf(status !== 0)("if plain programs run there,", () => {
    test.each(["packed", "direct"] as const)("a %s bundle starts each level as a plain program", (layout) => {
      for (const level of runnable) {
        const plain = runIn(sandbox, buildVariant(level, program));
        expect(runIn(sandbox, bundles[layout], level)).toEqual(plain);
        expect(plain.seen).toMatchObject({ level });
      }
    });
  });
});

interface Run {
  readonly status: number | null;
  readonly stderr: string;
  readonly seen?: Record<string, unknown>;
}

/** Runs a program and returns its report, without the path of its file: a memfd has another. */
function runIn({ start }: Sandbox, path: string, level?: Level): Run {
  // All go by the same name.
  const place = join(mkdtempSync(join(scratch, "sandboxed-")), "program");
  linkSync(path, place);
  const command = start(place);
  if (Bun.which(command[0]) === null) return { status: null, stderr: "" };
  const { status, stdout, stderr } = runProgram(command, {
    PATH: process.env.PATH ?? "",
    GOAMD64: level ?? "",
  });
  if (status !== 0) return { status, stderr };
  const { executable: _, mapped: __, ...seen } = JSON.parse(stdout);
  return { status, stderr, seen };
}
