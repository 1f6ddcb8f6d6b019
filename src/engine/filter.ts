/** Filters of frames: engine/filter/filter.zig. */
import { ARCHITECTURE, type FILTER } from "./format.ts";
import { type Engine, Piece, sharedEngine } from "./module.ts";

export type Filter = keyof typeof FILTER;

/** Applies filters, and takes them off. */
export class Filters {
  readonly #engine: Engine;

  /** As the engine numbers it. */
  readonly #architecture: number;

  private constructor(engine: Engine, architecture: number) {
    this.#engine = engine;
    this.#architecture = architecture;
  }

  /** @throws MgoError if the engine is unavailable */
  static async load(architecture: keyof typeof ARCHITECTURE): Promise<Filters> {
    return new Filters(await sharedEngine(), ARCHITECTURE[architecture]);
  }

  /**
   * @param bytes of a frame
   * @param offset of the frame in its stream
   * @param size of the skeleton, in bytes
   * @returns other bytes, as many
   */
  apply(filter: Filter, bytes: Uint8Array, offset: number, size: number): Uint8Array {
    return this.#run(filter, bytes, offset, size, true);
  }

  /** The reverse of `apply`. */
  remove(filter: Filter, bytes: Uint8Array, offset: number, size: number): Uint8Array {
    return this.#run(filter, bytes, offset, size, false);
  }

  #run(filter: Filter, bytes: Uint8Array, offset: number, size: number, forward: boolean): Uint8Array {
    if (filter === "none") return bytes;
    const piece = new Piece(this.#engine, bytes);
    const { address } = piece;
    this.#engine.filterCode(this.#architecture, address, piece.size, BigInt(offset), BigInt(size), forward);
    const result = piece.read();
    piece.release();
    return result;
  }
}
