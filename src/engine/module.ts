/**
 * The engine: the WebAssembly module that engine/engine.zig is compiled to, and its memory.
 *
 * Addresses are those of the module's own memory; 0 is none. WebAssembly passes them as signed numbers.
 */
import { MgoError } from "../system/error.ts";
import { loadProduct } from "./products.ts";
import { EXPORTS, type Exports } from "./wire.ts";

export type Engine = Exports & { readonly memory: WebAssembly.Memory };

let compiled: Promise<WebAssembly.Module> | undefined;

/** The module, compiled once. */
function compileEngine(): Promise<WebAssembly.Module> {
  compiled ??= loadProduct("engine", process.env, new AbortController().signal).then((bytes) =>
    WebAssembly.compile(Uint8Array.from(bytes)),
  );
  return compiled;
}

/**
 * An engine with memory of its own, which is freed with it.
 *
 * @throws MgoError if the engine is unavailable
 */
export async function instantiateEngine(): Promise<Engine> {
  const { exports } = await WebAssembly.instantiate(await compileEngine());
  if (isEngine(exports)) return exports;
  throw new MgoError("the engine's WebAssembly module is of another version of mgo");
}

function isEngine(exports: WebAssembly.Instance["exports"]): exports is Engine {
  const isFunction = ([name, parameters]: readonly [string, number]): boolean => {
    const found = exports[name];
    return typeof found === "function" && found.length === parameters;
  };
  return exports.memory instanceof WebAssembly.Memory && Object.entries(EXPORTS).every(isFunction);
}

let shared: Promise<Engine> | undefined;

/**
 * The engine for all that leaves nothing in its memory, which never shrinks.
 *
 * @throws MgoError if the engine is unavailable
 */
export function sharedEngine(): Promise<Engine> {
  shared ??= instantiateEngine();
  return shared;
}

/** A piece of an engine's memory. */
export class Piece {
  readonly #engine: Engine;
  readonly address: number;
  /** In bytes. */
  readonly size: number;

  /**
   * @param contents what to copy into it, or its size in bytes
   * @throws RangeError if there is no memory
   */
  constructor(engine: Engine, contents: Uint8Array | number) {
    this.#engine = engine;
    this.size = typeof contents === "number" ? contents : contents.length;
    this.address = engine.allocate(this.size) >>> 0;
    if (this.address === 0) throw new RangeError(`no memory for ${this.size} bytes`);
    if (typeof contents !== "number") this.write(contents);
  }

  /** Copies bytes to its start. */
  write(contents: Uint8Array): void {
    new Uint8Array(this.#engine.memory.buffer).set(contents, this.address);
  }

  /** Returns a copy of its contents, or of its first bytes. */
  read(size = this.size): Uint8Array {
    return new Uint8Array(this.#engine.memory.buffer, this.address, size).slice();
  }

  release(): void {
    this.#engine.release(this.address, this.size);
  }
}
