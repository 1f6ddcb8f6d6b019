/**
 * The codec's WebAssembly module (engine), and its memory.
 */
import { loadCodec } from "./products.ts";

/** What engine/main.zig exports for memory. Addresses are those of its own; 0 is none. */
export interface Memory {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  release(address: number, size: number): void;
}

/**
 * A codec with memory of its own, which is given back with it.
 *
 * @throws MgoError if the codec cannot be had
 */
export async function instantiate<T extends Memory>(): Promise<T> {
  const { exports } = await WebAssembly.instantiate(await loadCodec());
  return exports as unknown as T;
}

let shared: Promise<Memory> | undefined;

/**
 * The codec of all that leaves nothing in its memory, which stays.
 *
 * @throws MgoError if the codec cannot be had
 */
export async function sharedCodec<T extends Memory>(): Promise<T> {
  shared ??= instantiate();
  return (await shared) as T;
}

/** A piece of the codec's memory. */
export class Piece {
  readonly #codec: Memory;
  readonly address: number;
  /** In bytes. */
  readonly size: number;

  /** @throws RangeError if there is no memory */
  constructor(codec: Memory, contents: Uint8Array | number) {
    this.#codec = codec;
    this.size = typeof contents === "number" ? contents : contents.length;
    // WebAssembly passes addresses as signed numbers.
    this.address = codec.allocate(this.size) >>> 0;
    if (this.address === 0) throw new RangeError(`no memory for ${this.size} bytes`);
    if (typeof contents !== "number") new Uint8Array(codec.memory.buffer).set(contents, this.address);
  }

  /** A copy of what is in it, or of its first bytes. */
  read(size = this.size): Uint8Array {
    return new Uint8Array(this.#codec.memory.buffer, this.address, size).slice();
  }

  release(): void {
    this.#codec.release(this.address, this.size);
  }
}
