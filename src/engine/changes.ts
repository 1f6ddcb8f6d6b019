/** Measures what variants change of their base, and what programs ask for, by the engine. */
import type { ARCHITECTURE } from "./format.ts";
import { type Engine, instantiateEngine, Piece } from "./module.ts";
import { type Correspondence, writeRequest } from "./request.ts";
import { readStruct } from "./struct.ts";
import { CHANGED_FUNCTION, MEASURED_CHANGES, OWN_FILE } from "./wire.ts";

/** Code that differs. */
export interface ChangedCode {
  /** How many functions; a stretch of code that is in none of Go's functions counts as one. */
  readonly functions: number;
  /** In bytes: for each function, of the larger one of the two. */
  readonly size: number;
}

/** How much a variant changes of its base beyond addresses. */
export interface ChangeCounts {
  /** Go's own runtime. */
  readonly runtime: ChangedCode;
  /** All other code: the program, its libraries, Go's standard library, and C. */
  readonly program: ChangedCode;
  /** Bytes of data. */
  readonly dataSize: number;
}

export interface Changes extends ChangeCounts {
  readonly functions: readonly ChangedFunction[];
}

/** A function that differs, or that only one of the two has. */
export interface ChangedFunction {
  /** As Go's table of functions has it; empty for code that is in none of them. */
  readonly name: string;
  readonly isRuntime: boolean;
  /** In bytes, without the padding behind it; 0 where there is none. */
  readonly baseSize: number;
  readonly variantSize: number;
}

/**
 * Measures what a variant changes.
 *
 * @param correspondence of all loaded sections that are compared, with offsets in the files
 * @returns undefined if it cannot be told, as where memory is short
 * @throws MgoError if the engine is unavailable
 */
export async function measureChanges(
  base: Uint8Array,
  variant: Uint8Array,
  correspondence: Correspondence,
  architecture: keyof typeof ARCHITECTURE,
): Promise<Changes | undefined> {
  const engine = await instantiateEngine();
  const bytes = readResult(engine, () => {
    const [a, b] = [new Piece(engine, base), new Piece(engine, variant)];
    const request = new Piece(engine, writeRequest(correspondence, [], architecture));
    return engine.measureChanges(a.address, a.size, b.address, b.size, request.address);
  });
  return bytes && readChanges(bytes);
}

/**
 * Finds the packages of a program that ask for its own file (os.Executable), as far as calls tell.
 *
 * @param correspondence as of `measureChanges`; the variant's side does not count
 * @returns undefined if the program does not, or it cannot be told
 * @throws as `measureChanges`
 */
export async function findOwnFile(
  file: Uint8Array,
  correspondence: Correspondence,
  architecture: keyof typeof ARCHITECTURE,
): Promise<readonly string[] | undefined> {
  const engine = await instantiateEngine();
  const bytes = readResult(engine, () => {
    const piece = new Piece(engine, file);
    const request = new Piece(engine, writeRequest(correspondence, [], architecture));
    return engine.findOwnFile(piece.address, piece.size, request.address);
  });
  if (bytes === undefined || readStruct(OWN_FILE, bytes, 0).is_asked_for === 0) return undefined;
  const packages = Buffer.from(bytes.subarray(OWN_FILE.size)).toString().split("\0").slice(0, -1);
  return packages.sort();
}

/** Returns what an engine that is used once has made; undefined if it has made nothing. */
function readResult(engine: Engine, make: () => number): Uint8Array | undefined {
  try {
    const size = make() >>> 0;
    return size === 0 ? undefined : new Uint8Array(engine.memory.buffer, engine.resultAddress() >>> 0, size);
  } catch (error) {
    // Headers lie about a file, and a check in the engine failed; or there is no memory.
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function readChanges(bytes: Uint8Array): Changes {
  const { function_count, ...counts } = readStruct(MEASURED_CHANGES, bytes, 0);
  const functions: ChangedFunction[] = [];
  const start = MEASURED_CHANGES.size;
  let name = start + function_count * CHANGED_FUNCTION.size;
  for (let index = 0; index < function_count; index++) {
    const fields = readStruct(CHANGED_FUNCTION, bytes, start + index * CHANGED_FUNCTION.size);
    functions.push({
      name: Buffer.from(bytes.subarray(name, name + fields.name_size)).toString(),
      isRuntime: fields.is_runtime === 1,
      baseSize: fields.base_size,
      variantSize: fields.variant_size,
    });
    name += fields.name_size;
  }
  return {
    runtime: { functions: counts.changes_runtime_functions, size: counts.changes_runtime_size },
    program: { functions: counts.changes_program_functions, size: counts.changes_program_size },
    dataSize: counts.changes_data_size,
    functions,
  };
}
