#!/usr/bin/env node
// The command of the npm package: runs mgo in this runtime if that can do what mgo needs, else on the Bun in
// PATH. Plain JavaScript for any Node, so that an old one can say what is wrong.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { startBun } from "./start.js";

const self = fileURLToPath(import.meta.url);
if (hasDictionaries()) {
  // Node reads process.stderr whenever a pipe to another program ends, which makes its pipe non-blocking for
  // all programs that share it. mgo writes through the descriptor: see src/system/streams.ts.
  if (process.versions.bun === undefined && !isatty(2))
    Object.defineProperty(process, "stderr", { value: undefined });
  await import("./main.js");
} else {
  const bun = process.versions.bun === undefined ? findInPath("bun") : undefined;
  if (bun === undefined) refuse();
  else startBun(bun, self, join(dirname(self), "bunfig.toml"));
}

/** Tells whether zstd takes dictionaries: the first versions of Node with zstd ignored them. */
function hasDictionaries() {
  if (zlib.zstdCompressSync === undefined) return false;
  const words = Buffer.from("bytes that a dictionary holds are not stored again");
  return zlib.zstdCompressSync(words, { dictionary: words }).length < zlib.zstdCompressSync(words).length;
}

/**
 * @param {string} name
 * @returns {string | undefined}
 */
function findInPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

function refuse() {
  const { bun, node } = process.versions;
  const found =
    bun === undefined ? `Node ${node} is too old, and there is no bun in PATH` : `Bun ${bun} is too old`;
  process.stderr.write(`mgo: ${found}: mgo needs Node 22.19, 24.6 or newer, or Bun 1.4 or newer\n`);
  process.exitCode = 1;
}
