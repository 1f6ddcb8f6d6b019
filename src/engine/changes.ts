/** Measures what variants change of their base, by the engine. */
import { instantiateEngine, Piece } from "./module.ts";
import { type Correspondence, writeRequest } from "./request.ts";
import { readStruct } from "./struct.ts";
import { CHANGED_FUNCTION, CHANGES } from "./wire.ts";

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
  /** In bytes, with the padding behind it; 0 where there is none. */
  readonly baseSize: number;
  readonly variantSize: number;
}

/**
 * Measures what a variant changes.
 *
 * @param correspondence of all loaded sections that are compared, with offsets in the files
 * @returns undefined if it cannot be told
 * @throws MgoError if the engine is unavailable; RangeError if there is no memory
 */
export async function measureChanges(
  base: Uint8Array,
  variant: Uint8Array,
  correspondence: Correspondence,
): Promise<Changes | undefined> {
  const engine = await instantiateEngine();
  const [a, b] = [new Piece(engine, base), new Piece(engine, variant)];
  const request = new Piece(engine, writeRequest(correspondence));
  try {
    const size = engine.measureChanges(a.address, a.size, b.address, b.size, request.address) >>> 0;
    if (size === 0) return undefined;
    return readChanges(new Uint8Array(engine.memory.buffer, engine.resultAddress() >>> 0, size));
  } catch (error) {
    // Headers lie about a file, and a check in the engine failed.
    if (error instanceof WebAssembly.RuntimeError) return undefined;
    throw error;
  }
}

function readChanges(bytes: Uint8Array): Changes {
  const { function_count, data_size, ...counts } = readStruct(CHANGES, bytes, 0);
  const functions: ChangedFunction[] = [];
  let name = CHANGES.size + function_count * CHANGED_FUNCTION.size;
  for (let index = 0; index < function_count; index++) {
    const fields = readStruct(CHANGED_FUNCTION, bytes, CHANGES.size + index * CHANGED_FUNCTION.size);
    functions.push({
      name: Buffer.from(bytes.subarray(name, name + fields.name_size)).toString(),
      isRuntime: fields.is_runtime === 1,
      baseSize: fields.base_size,
      variantSize: fields.variant_size,
    });
    name += fields.name_size;
  }
  return {
    runtime: { functions: counts.runtime_functions, size: counts.runtime_size },
    program: { functions: counts.program_functions, size: counts.program_size },
    dataSize: data_size,
    functions,
  };
}
