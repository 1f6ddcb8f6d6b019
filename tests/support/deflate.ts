/** launcher/deflate.zig, compiled to WebAssembly. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findZig } from "../../src/launcher/compile.ts";
import { scratch } from "./scratch.ts";
import { root } from "./variants.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  /** All in bytes; -1 for output that does not fit. */
  readonly mgo_deflate: (input: number, inputSize: number, output: number, outputSize: number) => number;
}

const PAGE_SIZE = 65536;

/** The zlib stream of the input, or undefined if it is larger than `sizeMax` bytes. */
export type Deflate = (input: Uint8Array, sizeMax: number) => Uint8Array | undefined;

export async function buildDeflate(): Promise<Deflate> {
  const command = [findZig(process.env), "build", "deflate", "--prefix", scratch];
  const { success, stderr } = Bun.spawnSync(command, { cwd: root });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString()}`);
  const module = readFileSync(join(scratch, "bin", "mgo-deflate.wasm"));
  const { instance } = await WebAssembly.instantiate(module);
  const { memory, mgo_deflate } = instance.exports as unknown as Exports;
  const start = memory.buffer.byteLength;
  return (input, sizeMax) => {
    const missing = start + input.length + sizeMax - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_SIZE));
    new Uint8Array(memory.buffer).set(input, start);
    const output = start + input.length;
    const size = mgo_deflate(start, input.length, output, sizeMax);
    return size < 0 ? undefined : new Uint8Array(memory.buffer).slice(output, output + size);
  };
}
