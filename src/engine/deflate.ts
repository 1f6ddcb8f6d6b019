/**
 * Deflates as Go's linker did: engine/deflate/deflate.zig, which is part of the codec's WebAssembly module.
 */
import { xxHash64 } from "./hash.ts";
import { type Memory, Piece, sharedCodec } from "./module.ts";

interface Exports extends Memory {
  /** Gives the size of the output in bytes; negative if it does not fit. */
  deflateRange(input: number, inputSize: number, output: number, outputSize: number): number;
}

/** The zlib stream of the input, as a copy, or undefined if it is larger than `sizeMax` bytes. */
export type Deflate = (input: Uint8Array, sizeMax: number) => Uint8Array | undefined;

/** @throws MgoError if the codec cannot be had */
export async function loadDeflate(): Promise<Deflate> {
  const codec = await sharedCodec<Exports>();
  return (input, sizeMax) => {
    const contents = new Piece(codec, input);
    const output = new Piece(codec, sizeMax);
    try {
      const size = codec.deflateRange(contents.address, contents.size, output.address, output.size);
      return size < 0 ? undefined : output.read(size);
    } finally {
      output.release();
      contents.release();
    }
  };
}

/** The same, which does not deflate the same input twice: variants have sections in common, and each is also checked. */
export function remember(deflate: Deflate): Deflate {
  const known = new Map<string, Uint8Array | undefined>();
  return (input, sizeMax) => {
    const key = `${xxHash64(input)} ${input.length} ${sizeMax}`;
    if (!known.has(key)) known.set(key, deflate(input, sizeMax));
    return known.get(key);
  };
}
