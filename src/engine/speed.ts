/**
 * Weighs the size of a frame against the time that decoding it takes at each start: engine/encoder/speed.zig
 * and literals.zig.
 */
import { Piece, sharedEngine } from "./module.ts";

/** A zstd frame as it is stored, and what it costs: its size and its decoding, in bytes. */
export interface Priced {
  readonly bytes: Uint8Array;
  readonly cost: number;
}

/**
 * Gives a frame's literals Huffman codes only where these are worth their decoding, and returns what it costs
 * then. A frame of a kind that the engine does not know stays as it is, and costs more than any other.
 */
export type Price = (frame: Uint8Array, decodedSize: number) => Priced;

/**
 * @param price how many bytes larger a frame may be for each microsecond that it decodes faster
 * @throws MgoError if the engine is unavailable
 */
export async function loadPrice(price: number): Promise<Price> {
  const engine = await sharedEngine();
  return (frame, decodedSize) => {
    const input = new Piece(engine, frame);
    // Literals without codes take no more than what they are decoded to.
    const output = new Piece(engine, frame.length + decodedSize);
    const { address } = output;
    try {
      const size = engine.simplifyFrame(input.address, input.size, decodedSize, price, address, output.size);
      if (size === 0) return { bytes: frame, cost: Number.POSITIVE_INFINITY };
      const nanoseconds = engine.decodingTime(address, size, decodedSize);
      return { bytes: output.read(size), cost: size + (price * nanoseconds) / 1000 };
    } finally {
      output.release();
      input.release();
    }
  };
}
