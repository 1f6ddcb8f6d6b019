/** Reads a payload's directory by the parser that the launcher has: engine/bundle/parse.zig. */
import { DETACHED, FRAME, HEADER, VARIANT } from "./format.ts";
import { type Engine, Piece, sharedEngine } from "./module.ts";
import { readStruct, type Struct, type Values } from "./struct.ts";
import { PARSE_ERRORS, PARSED_DIRECTORY, PARSED_VARIANT } from "./wire.ts";

export type ParseError = (typeof PARSE_ERRORS)[number];

/** Thrown by `parseDirectory`. */
export class DirectoryError extends Error {
  readonly reason: ParseError;
  /** The number that the error is about, where it is about one. */
  readonly detail: number;

  constructor(reason: ParseError, detail: number) {
    super(`${reason} ${detail}`);
    this.reason = reason;
    this.detail = detail;
  }
}

/** A directory whose fields may be believed; they are those of engine/format/format.zig and wire.zig. */
export interface ParsedDirectory {
  readonly header: Values<typeof HEADER>;
  /** Index of the variant in place, or of the one that others refer to. */
  readonly base: number;
  readonly variants: readonly ParsedVariant[];
}

export interface ParsedVariant {
  readonly fields: Values<typeof VARIANT>;
  readonly derived: Values<typeof PARSED_VARIANT>;
  readonly frames: readonly Values<typeof FRAME>[];
  readonly detached: readonly Values<typeof DETACHED>[];
}

/**
 * Only the directory is copied into the engine's memory.
 *
 * @throws DirectoryError if it is damaged; RangeError if there is no memory for it; MgoError if the engine is
 * unavailable
 */
export async function parseDirectory(payload: Uint8Array): Promise<ParsedDirectory> {
  const engine = await sharedEngine();
  const size = sizeDirectory(engine, payload);
  const start = new Piece(engine, payload.subarray(0, size));
  const parsed = new Piece(engine, PARSED_DIRECTORY.size);
  try {
    const error = engine.parseDirectory(start.address, size, BigInt(payload.length), parsed.address);
    const { detail, base, variants } = readStruct(PARSED_DIRECTORY, parsed.read(), 0);
    const reason = PARSE_ERRORS[error - 1];
    if (reason !== undefined) throw new DirectoryError(reason, detail);
    return { base, ...readTables(payload, variants) };
  } finally {
    parsed.release();
    start.release();
  }
}

/** @returns how many of the payload's first bytes are its directory, as far as its header tells */
function sizeDirectory(engine: Engine, payload: Uint8Array): number {
  const header = new Piece(engine, payload.subarray(0, HEADER.size));
  const size = engine.directorySize(header.address, header.size, BigInt(payload.length)) >>> 0;
  header.release();
  return size;
}

/** @param derived as many PARSED_VARIANT as there are variants, or more */
function readTables(payload: Uint8Array, derived: Uint8Array): Pick<ParsedDirectory, "header" | "variants"> {
  const header = readStruct(HEADER, payload, 0);
  let end = HEADER.size;
  const take = <S extends Struct>(struct: S, count: number): readonly Values<S>[] => {
    const table = Array.from({ length: count }, (_, index) =>
      readStruct(struct, payload, end + index * struct.size),
    );
    end += count * struct.size;
    return table;
  };
  const variants = take(VARIANT, header.variant_count);
  const frames = take(FRAME, header.frame_count);
  const ranges = take(DETACHED, header.detached_count);
  return {
    header,
    variants: variants.map((fields, index): ParsedVariant => {
      const of = readStruct(PARSED_VARIANT, derived, index * PARSED_VARIANT.size);
      const { frame_first, frame_count, detached_count } = fields;
      return {
        fields,
        derived: of,
        frames: frames.slice(frame_first, frame_first + frame_count),
        detached: ranges.slice(of.detached_first, of.detached_first + detached_count),
      };
    }),
  };
}
