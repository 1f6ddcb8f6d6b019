/** Damaged copies of bundles. */
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { openBundle } from "../../src/bundle/read.ts";
import type { Level } from "../../src/levels/level.ts";
import { scratch } from "./folders.ts";

/** Returns the path of a copy in which bytes of a variant's first stored frame are others. */
export async function changeFrame(path: string, level: Level): Promise<string> {
  const { bytes, at } = await findFrame(path, level);
  for (let offset = at; offset < at + 16; offset += 1) bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  return write(`changed-${level}-${basename(path)}`, bytes);
}

/** Returns the path of a copy that ends in a variant's first stored frame. */
export async function cutFrame(path: string, level: Level): Promise<string> {
  const { bytes, at } = await findFrame(path, level);
  return write(`cut-${level}-${basename(path)}`, bytes.subarray(0, at + 16));
}

/** Returns a bundle's bytes and the place of a variant's first stored frame in them. */
async function findFrame(path: string, level: Level): Promise<{ bytes: Buffer; at: number }> {
  const { elf, payload, directory } = await openBundle(path);
  const frame = directory.variants.find((variant) => variant.level === level)?.frames[0];
  if (frame === undefined) throw new Error(`${path} stores no frame of ${level}`);
  const bytes = Buffer.from(elf.bytes);
  return { bytes, at: bytes.indexOf(payload) + frame.offset };
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(scratch, name);
  writeFileSync(path, bytes, { mode: 0o755 });
  return path;
}
