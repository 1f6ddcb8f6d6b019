/**
 * Predicts a variant from its base: engine, which is compiled to WebAssembly, and the code that the launcher
 * predicts with.
 */

import { withoutPairs } from "../bundle/correspondence.ts";
import type { Reference } from "../bundle/reference.ts";
import { FRAME_SIZE_MAX } from "./format.ts";
import { instantiate, type Memory, Piece } from "./module.ts";

/** What engine/main.zig exports for predicting. */
interface Exports extends Memory {
  makePlan(base: number, baseSize: number, variant: number, variantSize: number, request: number): number;
  resultAddress(): number;
  openPlan(plan: number, planSize: number, base: number, imageSize: number, baseSize: number): number;
  closePlan(opened: number): void;
  predictRange(opened: number, offset: bigint, out: number, size: number): void;
}

type Known = Pick<Reference, "bytes" | "imageSize">;

/** A plan as it is stored, and as it was read. */
export interface Planned {
  readonly plan: Uint8Array;
  readonly prediction: Prediction;
}

/** A base, from which variants can be predicted. */
export class Predictor {
  readonly #codec: Exports;
  readonly #base: Piece;
  readonly #imageSize: number;

  private constructor(codec: Exports, { bytes, imageSize }: Known) {
    this.#codec = codec;
    this.#base = new Piece(codec, bytes);
    this.#imageSize = imageSize;
  }

  /** @throws MgoError if the codec cannot be had; RangeError if there is no memory for the base */
  static async of(base: Known): Promise<Predictor> {
    return new Predictor(await instantiate<Exports>(), base);
  }

  /**
   * Makes the plan by which the variant is predicted. Files whose headers lie about what is in them may be more
   * than the codec can deal with: then nothing is predicted, which costs room only.
   *
   * @param parts the request that `writeRequest` made of both
   * @returns the plan, and what is predicted by it
   * @throws RangeError if there is no memory for it
   */
  plan(variant: Uint8Array, parts: Uint8Array): Planned {
    const bytes = new Piece(this.#codec, variant);
    try {
      const planned = this.#tryPlan(bytes, parts) ?? this.#tryPlan(bytes, withoutPairs(parts));
      if (planned === undefined) throw new RangeError("no memory for a plan");
      return planned;
    } finally {
      bytes.release();
    }
  }

  #tryPlan(variant: Piece, parts: Uint8Array): Planned | undefined {
    const codec = this.#codec;
    const base = this.#base;
    const request = new Piece(codec, parts);
    try {
      const size = codec.makePlan(base.address, base.size, variant.address, variant.size, request.address);
      if (size === 0) return undefined;
      const plan = new Uint8Array(codec.memory.buffer, codec.resultAddress() >>> 0, size).slice();
      const prediction = this.open(plan);
      return prediction && { plan, prediction };
    } catch (error) {
      // One of its checks.
      if (error instanceof WebAssembly.RuntimeError) return undefined;
      throw error;
    } finally {
      request.release();
    }
  }

  /**
   * Reads a plan.
   *
   * @returns undefined if it is damaged
   */
  open(plan: Uint8Array): Prediction | undefined {
    const stored = new Piece(this.#codec, plan);
    const { address, size } = this.#base;
    const opened = this.#codec.openPlan(stored.address, stored.size, address, this.#imageSize, size);
    if (opened !== 0) return new Prediction(this.#codec, stored, opened);
    stored.release();
    return undefined;
  }
}

/** One variant, as predicted. */
export class Prediction {
  readonly #codec: Exports;
  readonly #plan: Piece;
  readonly #opened: number;
  readonly #out: Piece;

  constructor(codec: Exports, plan: Piece, opened: number) {
    this.#codec = codec;
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
    this.#codec.predictRange(this.#opened, BigInt(offset), address, size);
    return new Uint8Array(this.#codec.memory.buffer, address, size).slice();
  }

  close(): void {
    this.#codec.closePlan(this.#opened);
    this.#plan.release();
    this.#out.release();
  }
}
