/** Patches of predictions: engine/format/recipe.zig. */
import { type Engine, Piece, sharedEngine } from "./module.ts";

/** Makes patches, and applies them. */
export class Patches {
  readonly #engine: Engine;

  private constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @throws MgoError if the engine is unavailable */
  static async load(): Promise<Patches> {
    return new Patches(await sharedEngine());
  }

  /**
   * Returns the patches that make a prediction right.
   *
   * @param actual as many bytes as the prediction has
   * @param all whether to replace what is right, too: with the prediction as dictionary, that may take less
   * @throws RangeError if there is no memory
   */
  make(prediction: Uint8Array, actual: Uint8Array, all = false): Uint8Array {
    const engine = this.#engine;
    const [left, right] = [new Piece(engine, prediction), new Piece(engine, actual)];
    const size = engine.makePatches(left.address, right.address, actual.length, all);
    left.release();
    right.release();
    if (size === 0) throw new RangeError("no memory for patches");
    return new Uint8Array(engine.memory.buffer, engine.resultAddress() >>> 0, size).slice();
  }

  /** Returns a prediction that was made right; undefined if the patches are damaged. */
  apply(prediction: Uint8Array, patches: Uint8Array): Uint8Array | undefined {
    const engine = this.#engine;
    const [target, found] = [new Piece(engine, prediction), new Piece(engine, patches)];
    const isRight = engine.applyPatches(target.address, target.size, found.address, found.size);
    const result = isRight ? target.read() : undefined;
    target.release();
    found.release();
    return result;
  }

  /** The most that patches of so many bytes take, in bytes. */
  sizeMax(size: number): number {
    return this.#engine.patchesSizeMax(size);
  }
}
