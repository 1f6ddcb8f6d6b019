/**
 * Predicts a variant from its base: src/codec, which is compiled to WebAssembly, and the code that the launcher
 * predicts with.
 */
import { loadCodec } from "../launcher.ts";
import { FRAME_SIZE_MAX } from "./format.ts";

/** What src/codec/main.zig exports. Addresses are those of its memory; 0 is none. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(size: number): number;
  release(address: number, size: number): void;
  makePlan(base: number, baseSize: number, variant: number, variantSize: number, request: number): number;
  resultAddress(): number;
  openPlan(plan: number, planSize: number, baseSize: number): number;
  closePlan(opened: number): void;
  deflateRange(input: number, inputSize: number, output: number, outputSize: number): number;
  predictRange(
    opened: number,
    base: number,
    baseSize: number,
    offset: bigint,
    out: number,
    size: number,
  ): void;
}

/** A base, from which variants can be predicted. Both are streams, as src/bundle/detach.ts makes them. */
export class Predictor {
  readonly #codec: Exports;
  readonly #base: Piece;

  private constructor(codec: Exports, base: Uint8Array) {
    this.#codec = codec;
    this.#base = new Piece(codec, base);
  }

  /** @throws MgoError if the codec cannot be had; RangeError if there is no memory for the base */
  static async of(base: Uint8Array): Promise<Predictor> {
    const { exports } = await WebAssembly.instantiate(await loadCodec());
    return new Predictor(exports as unknown as Exports, base);
  }

  /**
   * Makes the plan by which the variant is predicted.
   *
   * @param parts the request that `writeRequest` made of both
   * @throws RangeError if there is no memory for it
   */
  plan(variant: Uint8Array, parts: Uint8Array): Uint8Array {
    const codec = this.#codec;
    const request = new Piece(codec, parts);
    const bytes = new Piece(codec, variant);
    try {
      const base = this.#base;
      const size = codec.makePlan(base.address, base.size, bytes.address, bytes.size, request.address);
      if (size === 0) throw new RangeError("no memory for a plan");
      return new Uint8Array(codec.memory.buffer, codec.resultAddress() >>> 0, size).slice();
    } finally {
      request.release();
      bytes.release();
    }
  }

  /**
   * Reads a plan.
   *
   * @returns undefined if it is damaged
   */
  open(plan: Uint8Array): Prediction | undefined {
    const stored = new Piece(this.#codec, plan);
    const opened = this.#codec.openPlan(stored.address, stored.size, this.#base.size);
    if (opened !== 0) return new Prediction(this.#codec, this.#base, stored, opened);
    stored.release();
    return undefined;
  }
}

/** One variant, as predicted. */
export class Prediction {
  readonly #codec: Exports;
  readonly #base: Piece;
  readonly #plan: Piece;
  readonly #opened: number;
  readonly #out: Piece;

  constructor(codec: Exports, base: Piece, plan: Piece, opened: number) {
    this.#codec = codec;
    this.#base = base;
    this.#plan = plan;
    this.#opened = opened;
    this.#out = new Piece(codec, FRAME_SIZE_MAX);
  }

  /**
   * What the variant's bytes are expected to be.
   *
   * @param offset in the variant, in bytes
   * @param size at most FRAME_SIZE_MAX
   */
  predict(offset: number, size: number): Uint8Array {
    const { address } = this.#out;
    const base = this.#base;
    this.#codec.predictRange(this.#opened, base.address, base.size, BigInt(offset), address, size);
    return new Uint8Array(this.#codec.memory.buffer, address, size).slice();
  }

  close(): void {
    this.#codec.closePlan(this.#opened);
    this.#plan.release();
    this.#out.release();
  }
}

/** Memory of the codec's. */
export class Piece {
  readonly #codec: Exports;
  readonly address: number;
  /** In bytes. */
  readonly size: number;

  constructor(codec: Exports, contents: Uint8Array | number) {
    this.#codec = codec;
    this.size = typeof contents === "number" ? contents : contents.length;
    // WebAssembly passes addresses as signed numbers.
    this.address = codec.allocate(this.size) >>> 0;
    if (this.address === 0) throw new RangeError(`no memory for ${this.size} bytes`);
    if (typeof contents !== "number") new Uint8Array(codec.memory.buffer).set(contents, this.address);
  }

  release(): void {
    this.#codec.release(this.address, this.size);
  }
}
