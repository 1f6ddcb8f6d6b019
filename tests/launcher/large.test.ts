/** A program so large that its base is decoded and given back piece by piece. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LEVELS } from "../../src/levels/level.ts";
import { scratch } from "../support/folders.ts";
import { expectSuccess, runForBytes, runProgram } from "../support/run.ts";
import { bundleFiles } from "../support/variants.ts";

const MiB = 1 << 20;

/** Returns data like a program's: no two parts are alike, and they compress to a quarter. */
function data(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 30;
  }
  return bytes;
}

const SOURCE = `package main

import _ "embed"

//go:embed data
var data string

func main() { println(len(data), data[len(data)-1]) }
`;

test("a predicted variant decodes and starts from a base that is never whole in memory", async () => {
  const folder = join(scratch, "large");
  mkdirSync(folder);
  const embedded = data(24 * MiB);
  writeFileSync(join(folder, "data"), embedded);
  writeFileSync(join(folder, "main.go"), SOURCE);
  writeFileSync(join(folder, "go.mod"), "module large\n\ngo 1.20\n");
  const inputs = LEVELS.map((level) => {
    const path = join(folder, level);
    const env = { ...process.env, GOAMD64: level, GOFLAGS: "", CGO_ENABLED: "0" };
    const command = ["go", "build", "-ldflags=-s -w", "-o", path, "."];
    expectSuccess(runProgram(command, env, { cwd: folder }));
    return { level, path };
  });
  const bundle = await bundleFiles(inputs, "v3");
  const line = `${embedded.length} ${embedded.at(-1)}\n`;
  for (const { level, path } of inputs.slice(0, 2)) {
    const { stdout } = runForBytes([bundle], { GOAMD64: level, MGODEBUG: "extract" });
    expect(stdout.equals(readFileSync(path))).toBe(true);
    expect(runProgram([bundle], { GOAMD64: level }).stderr).toBe(line);
  }
});
