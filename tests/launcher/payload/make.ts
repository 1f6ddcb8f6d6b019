// Writes the payload that launcher/decode_test.zig reads, and the two variants in it:
//
//   bun tests/launcher/payload/make.ts
//
// v1 is the base, in frames of 2 KiB. v3 refers to it: frame 0 to bytes that start like a
// structured zstd dictionary, frame 1 to nothing, frame 2 to the base's last bytes.

import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { CODEC, FRAME, HEADER, LAYOUT, MAGIC, VARIANT, VERSION } from "../../../src/bundle/format";

const FRAME_SIZE = 2048;
const DICTIONARY_MAGIC = [0x37, 0xa4, 0x30, 0xec]; // ZSTD_MAGIC_DICTIONARY in zstd.h
const DICTIONARY_OFFSET = 1500;

type Fields = Record<string, { offset: number; size: number; type: string }>;
type Frame = { stored: Uint8Array; values: Record<string, number | bigint> };

const v1 = words(5000, 1);
v1.set(DICTIONARY_MAGIC, DICTIONARY_OFFSET);
const v3 = v1.slice(0, 4600);
v3.set(words(700, 2), 300);
v3.set(words(700, 3), 2900);

const baseFrames = split(v1).map((piece) => frame(piece, 0, 0));
const otherFrames = split(v3).map((piece, index) =>
  index === 0
    ? frame(piece, DICTIONARY_OFFSET, 3000)
    : index === 1
      ? frame(piece, 0, 0)
      : frame(piece, 4000, 1000),
);
const frames = [...baseFrames, ...otherFrames];

const directorySize = HEADER.size + 2 * VARIANT.size + frames.length * FRAME.size;
const payloadSize = directorySize + frames.reduce((sum, one) => sum + one.stored.length, 0);
const payload = new Uint8Array(payloadSize);
payload.set(MAGIC);
put(0, HEADER.fields, {
  version: VERSION,
  layout: LAYOUT.packed,
  variant_count: 2,
  frame_count: frames.length,
  payload_size: payloadSize,
});
put(HEADER.size, VARIANT.fields, {
  level: 1,
  codec: CODEC.zstd,
  base: 0,
  size: v1.length,
  frame_first: 0,
  frame_count: baseFrames.length,
});
put(HEADER.size + VARIANT.size, VARIANT.fields, {
  level: 3,
  codec: CODEC.zstd_reference,
  base: 0,
  size: v3.length,
  frame_first: baseFrames.length,
  frame_count: otherFrames.length,
});
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
await Bun.write(join(import.meta.dir, "v1.bin"), v1);
await Bun.write(join(import.meta.dir, "v3.bin"), v3);

function split(variant: Uint8Array): Uint8Array[] {
  const count = Math.ceil(variant.length / FRAME_SIZE);
  return Array.from({ length: count }, (_, index) =>
    variant.subarray(index * FRAME_SIZE, (index + 1) * FRAME_SIZE),
  );
}

function frame(piece: Uint8Array, referenceOffset: number, referenceSize: number): Frame {
  const options = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };
  const dictionary = v1.slice(referenceOffset, referenceOffset + referenceSize);
  // The compressor must not take the first bytes for a structured dictionary, which they are not.
  // It has no such switch here, but what it makes with the magic number blanked decodes with the
  // magic number in place, as long as no match reaches it: they are the farthest bytes.
  if (referenceOffset === DICTIONARY_OFFSET) dictionary.fill(0, 0, DICTIONARY_MAGIC.length);
  const stored = zstdCompressSync(piece, referenceSize === 0 ? options : { ...options, dictionary });
  return {
    stored,
    values: {
      stored_size: stored.length,
      size: piece.length,
      stored_checksum: Bun.hash.xxHash64(stored),
      checksum: Bun.hash.xxHash64(piece),
      reference_offset: referenceOffset,
      reference_size: referenceSize,
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
  const view = new DataView(payload.buffer);
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field === undefined) throw new Error(`no field ${name}`);
    for (let byte = 0; byte < field.size; byte++) {
      view.setUint8(start + field.offset + byte, Number((BigInt(value) >> BigInt(8 * byte)) & 0xffn));
    }
  }
}
