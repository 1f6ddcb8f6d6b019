// Writes the payload that launcher/decode/decode_test.zig reads, and the two variants in it:
//
//   bun tests/launcher/payload/make.ts
//
// v1 is the base, in frames of 2 KiB. v3 is predicted from it: frame 0 by bytes that start like a
// structured zstd dictionary, frame 1 by nothing of its frame of the base, frame 2 by the skeleton's last
// bytes. Its recipe, made here by hand, has two frames. v1 has a detached range, from which one of v3 is
// predicted; another of v3 is stored inflated.

import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { joinStream, type Stream } from "../../../src/bundle/stream.ts";
import { loadDeflate } from "../../../src/engine/deflate.ts";
import {
  AREA,
  CODEC,
  DETACHED,
  FRAME,
  HEADER,
  KIND,
  LAYOUT,
  MAGIC,
  RECIPE,
  VARIANT,
  VERSION,
} from "../../../src/engine/format.ts";
import { Patches } from "../../../src/engine/patches.ts";

const FRAME_SIZE = 2048;
const DICTIONARY_MAGIC = [0x37, 0xa4, 0x30, 0xec]; // ZSTD_MAGIC_DICTIONARY in zstd.h
const DICTIONARY_OFFSET = 1500;

type Fields = Record<string, { offset: number; size: number; type: string }>;
type Frame = { stored: Uint8Array; values: Record<string, number | bigint> };

const deflate = await loadDeflate();
const patches = await Patches.load();
const skeleton1 = words(5000, 1);
skeleton1.set(DICTIONARY_MAGIC, DICTIONARY_OFFSET);
const skeleton3 = skeleton1.slice(0, 4600);
skeleton3.set(words(700, 2), 300);
skeleton3.set(words(700, 3), 2900);
const symbols = words(100, 4);
const inflated = words(3000, 5);
const deflatedSize = deflate(inflated, inflated.length)?.length ?? 0;

const v1: Stream = {
  bytes: Buffer.concat([skeleton1, symbols]),
  skeletonSize: skeleton1.length,
  detached: [{ offset: 1000, size: symbols.length, streamSize: symbols.length }],
};
/** The second range ends the file. */
const v3: Stream = {
  bytes: Buffer.concat([skeleton3, symbols, inflated]),
  skeletonSize: skeleton3.length,
  detached: [
    { offset: 2000, size: symbols.length, streamSize: symbols.length },
    { offset: skeleton3.length + symbols.length, size: deflatedSize, streamSize: inflated.length },
  ],
};
const [file1, file3] = [v1, v3].map((stream) => joinStream(stream, deflate) ?? nothing());
if (file1 === undefined || file3 === undefined) throw new Error("unreachable");

/** Ranges of v3's stream that v1's predicts: where they start in v3 and in v1, and their size. */
const ENTRIES = [
  [0, DICTIONARY_OFFSET, FRAME_SIZE],
  [2 * FRAME_SIZE, 4000, skeleton3.length - 2 * FRAME_SIZE],
  [skeleton3.length, skeleton1.length, symbols.length],
] as const;
/** The frames of v1 that those of v3 are predicted from, counted from 1. */
const BASE_FRAMES = [1, 2, 3, 4, 0];

const recipe = makeRecipe();
const basePieces = split(v1);
const baseFrames = basePieces.map(({ piece }) => frame(piece, nothing()));
const recipeFrames = [frame(recipe.subarray(0, 50), nothing()), frame(recipe.subarray(50), nothing())];
const otherFrames = split(v3).map(({ piece, offset }, index) =>
  predicted(piece, offset, BASE_FRAMES[index] ?? 0),
);
const frames = [...baseFrames, ...recipeFrames, ...otherFrames];

const tablesSize = HEADER.size + 2 * VARIANT.size + frames.length * FRAME.size;
const ranges = [...v1.detached, ...v3.detached];
const directorySize = tablesSize + ranges.length * DETACHED.size;
const payloadSize = directorySize + frames.reduce((sum, one) => sum + one.stored.length, 0);
const payload = new Uint8Array(payloadSize);
payload.set(MAGIC);
put(0, HEADER.fields, {
  version: VERSION,
  layout: LAYOUT.packed,
  variant_count: 2,
  frame_count: frames.length,
  payload_size: payloadSize,
  detached_count: ranges.length,
});
put(HEADER.size, VARIANT.fields, {
  level: 1,
  codec: CODEC.zstd,
  base: 0,
  size: file1.length,
  frame_first: 0,
  frame_count: baseFrames.length,
  detached_count: v1.detached.length,
});
put(HEADER.size + VARIANT.size, VARIANT.fields, {
  level: 3,
  codec: CODEC.predicted,
  base: 0,
  size: file3.length,
  frame_first: baseFrames.length,
  frame_count: recipeFrames.length + otherFrames.length,
  extra_frame_count: recipeFrames.length,
  detached_count: v3.detached.length,
});
for (const [index, { offset, size, streamSize }] of ranges.entries()) {
  put(tablesSize + index * DETACHED.size, DETACHED.fields, { offset, size, stream_size: streamSize });
}
let offset = directorySize;
for (const [index, { stored, values }] of frames.entries()) {
  put(HEADER.size + 2 * VARIANT.size + index * FRAME.size, FRAME.fields, {
    ...values,
    stored_offset: offset,
  });
  payload.set(stored, offset);
  offset += stored.length;
}
const checksumOffset = HEADER.fields.directory_checksum.offset;
const covered = Buffer.concat([
  payload.subarray(0, checksumOffset),
  payload.subarray(HEADER.size, directorySize),
]);
put(0, HEADER.fields, { directory_checksum: Bun.hash.xxHash64(covered) });

await Bun.write(join(import.meta.dir, "payload.mgo"), payload);
await Bun.write(join(import.meta.dir, "v1.bin"), file1);
await Bun.write(join(import.meta.dir, "v3.bin"), file3);

function split({ bytes, skeletonSize }: Stream): { piece: Uint8Array; offset: number }[] {
  const pieces = [];
  for (let offset = 0, end = 0; offset < bytes.length; offset = end) {
    end = Math.min(offset + FRAME_SIZE, offset < skeletonSize ? skeletonSize : bytes.length);
    pieces.push({ piece: bytes.subarray(offset, end), offset });
  }
  return pieces;
}

function nothing(): Uint8Array {
  return new Uint8Array();
}

function makeRecipe(): Uint8Array {
  const columns = ENTRIES.length * 13;
  const bytes = new Uint8Array(RECIPE.size + 2 * AREA.size + columns);
  putIn(bytes, 0, RECIPE.fields, { entry_count: ENTRIES.length, base_area_count: 1, variant_area_count: 1 });
  putIn(bytes, RECIPE.size, AREA.fields, { size: v1.bytes.length });
  putIn(bytes, RECIPE.size + AREA.size, AREA.fields, { size: v3.bytes.length });
  const view = new DataView(bytes.buffer, RECIPE.size + 2 * AREA.size);
  const count = ENTRIES.length;
  let [variantEnd, baseEnd] = [0, 0];
  for (const [index, [variant, base, size]] of ENTRIES.entries()) {
    view.setUint32(index * 4, variant - variantEnd, true);
    view.setUint32((count + index) * 4, base - baseEnd, true);
    view.setUint32((2 * count + index) * 4, size, true);
    view.setUint8(12 * count + index, KIND.bytes);
    [variantEnd, baseEnd] = [variant + size, base + size];
  }
  return bytes;
}

/** A frame of patches. */
function predicted(piece: Uint8Array, offset: number, baseFrame: number): Frame {
  const prediction = predict(offset, piece.length, baseFrame);
  const { stored, values } = frame(patches.make(prediction, piece), prediction);
  const checksum = Bun.hash.xxHash64(piece);
  return { stored, values: { ...values, size: piece.length, checksum, base_frame: baseFrame } };
}

/** As engine/predict/predict.zig does. */
function predict(offset: number, size: number, baseFrame: number): Uint8Array {
  const known = new Uint8Array(v1.bytes.length);
  const base = basePieces[baseFrame - 1];
  if (base !== undefined) known.set(base.piece, base.offset);
  const whole = new Uint8Array(v3.bytes.length);
  for (const [from, to, length] of ENTRIES) whole.set(known.subarray(to, to + length), from);
  const prediction = whole.slice(offset, offset + size);
  if (DICTIONARY_MAGIC.every((byte, index) => prediction[index] === byte)) prediction.fill(0, 0, 4);
  return prediction;
}

function frame(piece: Uint8Array, dictionary: Uint8Array): Frame {
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };
  const stored = zstdCompressSync(piece, dictionary.length === 0 ? options : { ...options, dictionary });
  return {
    stored,
    values: {
      stored_size: stored.length,
      size: piece.length,
      stored_checksum: Bun.hash.xxHash64(stored),
      checksum: Bun.hash.xxHash64(piece),
    },
  };
}

/** Text-like bytes, the same on every run. */
function words(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[index] = 0x61 + ((state >>> 16) % 20);
  }
  return bytes;
}

function put(start: number, fields: Fields, values: Record<string, number | bigint>): void {
  putIn(payload, start, fields, values);
}

function putIn(
  bytes: Uint8Array,
  start: number,
  fields: Fields,
  values: Record<string, number | bigint>,
): void {
  const view = new DataView(bytes.buffer);
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field === undefined) throw new Error(`no field ${name}`);
    for (let byte = 0; byte < field.size; byte++) {
      view.setUint8(start + field.offset + byte, Number((BigInt(value) >> BigInt(8 * byte)) & 0xffn));
    }
  }
}
