/** Predicts variants from their base, by the code that the launcher predicts with. */
import { ARCHITECTURE, FRAME_SIZE_MAX } from "./format.ts";
import { type Engine, instantiateEngine, Piece } from "./module.ts";
import { type Correspondence, writeRequest } from "./request.ts";

type Architecture = keyof typeof ARCHITECTURE;

/** The bytes that variants are predicted from. */
export interface Base {
  readonly bytes: Uint8Array;
  /** How many of them, from the first on, are an image in memory; 0 where they are a stream. */
  readonly imageSize: number;
  /** Whether it is no stream. */
  readonly isInPlace: boolean;
}

/** A frame of a base that is a stream. */
export interface BaseFrame {
  /** In the stream, in bytes. */
  readonly position: number;
  readonly size: number;
  /** The size of the file that its filter for code is told; 0 without a filter. */
  readonly filterSize: number;
}

/** A recipe as it is stored, and as it was read. */
export interface Prepared {
  readonly recipe: Uint8Array;
  readonly prediction: Prediction;
}

/** A base in the engine's memory. */
export class Predictor {
  readonly #engine: Engine;
  readonly #base: Piece;
  readonly #imageSize: number;
  readonly #isInPlace: boolean;
  readonly #architecture: Architecture;

  private constructor(engine: Engine, { bytes, imageSize, isInPlace }: Base, architecture: Architecture) {
    this.#engine = engine;
    this.#architecture = architecture;
    this.#base = new Piece(engine, bytes);
    this.#imageSize = imageSize;
    this.#isInPlace = isInPlace;
  }

  /** @throws MgoError if the engine is unavailable; RangeError if there is no memory for the base */
  static async of(base: Base, architecture: Architecture): Promise<Predictor> {
    return new Predictor(await instantiateEngine(), base, architecture);
  }

  /**
   * Makes the recipe by which a variant is predicted. If headers lie about a file, one of the engine's checks
   * may fail: then nothing is predicted, which only costs space.
   *
   * @param variant the variant's stream
   * @param frames of the base, if each prediction knows one of them
   * @throws RangeError if there is no memory for it
   */
  prepare(variant: Uint8Array, correspondence: Correspondence, frames: readonly BaseFrame[] = []): Prepared {
    const bytes = new Piece(this.#engine, variant);
    const starts = frames.map(({ position }) => position);
    try {
      const prepared =
        this.#tryPrepare(bytes, correspondence, starts) ??
        this.#tryPrepare(bytes, { ...correspondence, pairs: [] }, starts);
      if (prepared === undefined) throw new RangeError("no memory for a recipe");
      return prepared;
    } finally {
      bytes.release();
    }
  }

  #tryPrepare(
    variant: Piece,
    correspondence: Correspondence,
    starts: readonly number[],
  ): Prepared | undefined {
    const engine = this.#engine;
    const base = this.#base;
    const request = new Piece(engine, writeRequest(correspondence, starts, this.#architecture));
    try {
      const size = engine.makeRecipe(base.address, base.size, variant.address, variant.size, request.address);
      if (size === 0) return undefined;
      const recipe = new Uint8Array(engine.memory.buffer, engine.resultAddress() >>> 0, size).slice();
      const prediction = this.open(recipe);
      return prediction && { recipe, prediction };
    } catch (error) {
      // A check in the engine failed.
      if (error instanceof WebAssembly.RuntimeError) return undefined;
      throw error;
    } finally {
      request.release();
    }
  }

  /**
   * Reads a recipe.
   *
   * @returns undefined if it is damaged
   */
  open(recipe: Uint8Array): Prediction | undefined {
    const stored = new Piece(this.#engine, recipe);
    const { address, size } = this.#base;
    const opened = this.#engine.openRecipe(
      stored.address,
      stored.size,
      address,
      size,
      this.#imageSize,
      this.#isInPlace,
    );
    if (opened !== 0) return new Prediction(this.#engine, this.#architecture, stored, opened);
    stored.release();
    return undefined;
  }
}

/** The prediction of one variant. */
export class Prediction {
  readonly #engine: Engine;
  /** As the engine numbers it. */
  readonly #architecture: number;
  readonly #recipe: Piece;
  readonly #opened: number;
  readonly #output: Piece;

  constructor(engine: Engine, architecture: Architecture, recipe: Piece, opened: number) {
    this.#engine = engine;
    this.#architecture = ARCHITECTURE[architecture];
    this.#recipe = recipe;
    this.#opened = opened;
    this.#output = new Piece(engine, FRAME_SIZE_MAX);
  }

  /**
   * Returns what the variant's bytes are expected to be.
   *
   * @param offset in the variant's stream, in bytes
   * @param size at most FRAME_SIZE_MAX
   * @param frame of the base to predict from, if that is a stream
   */
  predict(offset: number, size: number, frame?: BaseFrame): Uint8Array {
    this.#engine.predictRange(
      this.#architecture,
      this.#opened,
      BigInt(frame?.position ?? 0),
      frame?.size ?? 0,
      BigInt(frame?.filterSize ?? 0),
      BigInt(offset),
      this.#output.address,
      size,
    );
    return this.#output.read(size);
  }

  /** The position in the variant's stream that one in the base's corresponds to, or the next that does. */
  variantPosition(position: number): number {
    return Number(BigInt.asUintN(64, this.#engine.variantPosition(this.#opened, BigInt(position))));
  }

  close(): void {
    this.#engine.closeRecipe(this.#opened);
    this.#recipe.release();
    this.#output.release();
  }
}
