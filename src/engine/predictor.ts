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
  readonly #architecture: Architecture;

  private constructor(engine: Engine, { bytes, imageSize }: Base, architecture: Architecture) {
    this.#engine = engine;
    this.#architecture = architecture;
    this.#base = new Piece(engine, bytes);
    this.#imageSize = imageSize;
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
   * @throws RangeError if there is no memory for it
   */
  prepare(variant: Uint8Array, correspondence: Correspondence): Prepared {
    const bytes = new Piece(this.#engine, variant);
    try {
      const prepared =
        this.#tryPrepare(bytes, correspondence) ?? this.#tryPrepare(bytes, { ...correspondence, pairs: [] });
      if (prepared === undefined) throw new RangeError("no memory for a recipe");
      return prepared;
    } finally {
      bytes.release();
    }
  }

  #tryPrepare(variant: Piece, correspondence: Correspondence): Prepared | undefined {
    const engine = this.#engine;
    const base = this.#base;
    const request = new Piece(engine, writeRequest(correspondence, this.#architecture));
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
    const opened = this.#engine.openRecipe(stored.address, stored.size, address, size, this.#imageSize);
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
   */
  predict(offset: number, size: number): Uint8Array {
    const output = this.#output;
    this.#engine.predictRange(this.#architecture, this.#opened, BigInt(offset), output.address, size);
    return output.read(size);
  }

  close(): void {
    this.#engine.closeRecipe(this.#opened);
    this.#recipe.release();
    this.#output.release();
  }
}
