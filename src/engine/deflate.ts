/** Deflates as Go's linker did: engine/deflate/deflate.zig. */
import { xxHash64 } from "./hash.ts";
import { Piece, sharedEngine } from "./module.ts";

/** The zlib stream of the input, as a copy, or undefined if it is larger than `sizeMax` bytes. */
export type Deflate = (input: Uint8Array, sizeMax: number) => Uint8Array | undefined;

/** @throws MgoError if the engine is unavailable */
export async function loadDeflate(): Promise<Deflate> {
  const engine = await sharedEngine();
  return (input, sizeMax) => {
    const contents = new Piece(engine, input);
    const output = new Piece(engine, sizeMax);
    try {
      const size = engine.deflateRange(contents.address, contents.size, output.address, output.size);
      return size < 0 ? undefined : output.read(size);
    } finally {
      output.release();
      contents.release();
    }
  };
}

/** Deflates each input once: variants have sections in common, and each is checked as well. */
export function remember(deflate: Deflate): Deflate {
  const known = new Map<string, Uint8Array | undefined>();
  return (input, sizeMax) => {
    const key = `${xxHash64(input)} ${input.length} ${sizeMax}`;
    if (!known.has(key)) known.set(key, deflate(input, sizeMax));
    return known.get(key);
  };
}
