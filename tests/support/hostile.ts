/** Payloads that were changed by somebody who knows the format: their checksums are right. */
import { DETACHED, FRAME, HEADER, VARIANT } from "../../src/engine/format.ts";
import { readStruct, writeStruct } from "../../src/engine/struct.ts";

/** Starts of the directory's parts, in bytes from the start of the payload. */
export interface Places {
  readonly variants: readonly number[];
  readonly frames: readonly number[];
  readonly detached: readonly number[];
  /** End of the directory. */
  readonly end: number;
}

export function findPlaces(payload: Uint8Array): Places {
  const header = readStruct(HEADER, payload, 0);
  let end = HEADER.size;
  const take = (size: number, count: number): readonly number[] => {
    const starts = Array.from({ length: count }, (_, index) => end + index * size);
    end += count * size;
    return starts;
  };
  const variants = take(VARIANT.size, header.variant_count);
  const frames = take(FRAME.size, header.frame_count);
  const detached = take(DETACHED.size, header.detached_count);
  return { variants, frames, detached, end };
}

/** A payload's directory after this change, with its checksum made right again. */
export function forgeDirectory(payload: Uint8Array, change: (directory: Uint8Array) => void): Uint8Array {
  const bytes = Uint8Array.from(payload.subarray(0, findPlaces(payload).end));
  change(bytes);
  const end = HEADER.fields.directory_checksum.offset;
  const covered = Buffer.concat([bytes.subarray(0, end), bytes.subarray(HEADER.size)]);
  writeStruct(HEADER, bytes, 0, { directory_checksum: Bun.hash.xxHash64(covered) });
  return bytes;
}

/**
 * Directories in which one field of one struct has a value at which a reader may stumble.
 *
 * @param without fields of frames that are left alone
 */
export function forgeFields(payload: Uint8Array, without: readonly string[] = []): readonly Uint8Array[] {
  const { variants, frames, detached } = findPlaces(payload);
  const frameFields = Object.entries(FRAME.fields).flatMap(([name, field]) =>
    without.includes(name) ? [] : field,
  );
  const structs = [
    { fields: Object.values(HEADER.fields), starts: [0] },
    { fields: Object.values(VARIANT.fields), starts: variants },
    { fields: frameFields, starts: frames },
    { fields: Object.values(DETACHED.fields), starts: detached },
  ];
  return structs.flatMap(({ fields, starts }) =>
    starts.flatMap((start) =>
      fields.flatMap(({ offset, size }) => {
        const at = start + offset;
        const values = limits(payload.subarray(at, at + size));
        return values.map((value) => forgeDirectory(payload, (bytes) => bytes.set(value, at)));
      }),
    ),
  );
}

/** Nothing, one, all bits, the sign bit alone, powers of two, one more and one less. */
function limits(value: Uint8Array): readonly Uint8Array[] {
  const top = new Uint8Array(value.length);
  top[value.length - 1] = 0x80;
  const number = value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const near = [number + 1n, number - 1n, number * 2n, 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 63n - 1n];
  const others = near.map((other) =>
    Uint8Array.from(value, (_, index) => Number((other >> BigInt(8 * index)) & 0xffn)),
  );
  return [new Uint8Array(value.length), new Uint8Array(value.length).fill(0xff), top, ...others];
}
