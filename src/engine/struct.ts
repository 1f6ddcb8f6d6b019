/**
 * Reads and writes the fixed-size little-endian structs that src/engine/format.ts and
 * src/bundle/elf-structs.ts describe.
 */

export interface Field {
  readonly offset: number;
  readonly size: number;
  readonly type: "u8" | "u16" | "u32" | "u64" | "address" | "bytes";
}

export interface Struct {
  readonly size: number;
  readonly fields: Readonly<Record<string, Field>>;
}

type ValueOf<F extends Field> = F["type"] extends "u64" | "address"
  ? bigint
  : F["type"] extends "bytes"
    ? Uint8Array
    : number;

/**
 * The fields' values: u64, and addresses of 4 or 8 bytes, as bigint, byte arrays as Uint8Array, everything
 * else as number.
 */
export type Values<S extends Struct> = { readonly [K in keyof S["fields"]]: ValueOf<S["fields"][K]> };

/**
 * Reads one struct. Byte arrays are views into `bytes`, not copies.
 *
 * @param offset where the struct starts, in bytes from the start of `bytes`
 * @throws RangeError if the struct does not lie within `bytes`
 */
export function readStruct<S extends Struct>(struct: S, bytes: Uint8Array, offset: number): Values<S> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Record<string, number | bigint | Uint8Array> = {};
  for (const [name, field] of Object.entries(struct.fields)) {
    const at = offset + field.offset;
    switch (field.type) {
      case "u8":
        values[name] = view.getUint8(at);
        break;
      case "u16":
        values[name] = view.getUint16(at, true);
        break;
      case "u32":
        values[name] = view.getUint32(at, true);
        break;
      case "u64":
        values[name] = view.getBigUint64(at, true);
        break;
      case "address":
        values[name] = field.size === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
        break;
      case "bytes":
        if (at + field.size > bytes.length) throw new RangeError(`${name} is out of bounds`);
        values[name] = bytes.subarray(at, at + field.size);
        break;
    }
  }
  return values as Values<S>;
}

/**
 * Writes the given fields of one struct; fields that are not given keep the bytes that are there.
 *
 * @param offset where the struct starts, in bytes from the start of `bytes`
 * @throws RangeError if the struct does not lie within `bytes`, or a byte array has another size
 */
export function writeStruct<S extends Struct>(
  struct: S,
  bytes: Uint8Array,
  offset: number,
  values: Partial<Values<S>>,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [name, field] of Object.entries(struct.fields)) {
    const value: number | bigint | Uint8Array | undefined = values[name];
    const at = offset + field.offset;
    if (value === undefined) continue;
    if (value instanceof Uint8Array) {
      if (value.length !== field.size) throw new RangeError(`${name} takes ${field.size} bytes`);
      bytes.set(value, at);
    } else if (field.type === "u64" || (field.type === "address" && field.size === 8)) {
      view.setBigUint64(at, BigInt(value), true);
    } else if (field.type === "u32" || field.type === "address") {
      view.setUint32(at, Number(value), true);
    } else if (field.type === "u16") {
      view.setUint16(at, Number(value), true);
    } else {
      view.setUint8(at, Number(value));
    }
  }
}
