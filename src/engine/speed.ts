/**
 * What decoding costs at each start, weighed against what it saves: engine/speed.zig and literals.zig.
 */
import { type Memory, Piece, sharedCodec } from "./module.ts";

interface Exports extends Memory {
  simplifyFrame(
    frame: number,
    size: number,
    decodedSize: number,
    price: number,
    output: number,
    outputSize: number,
  ): number;
  decodingTime(frame: number, size: number, decodedSize: number): number;
}

/** A zstd frame as it is stored, and what it costs: its size and its decoding, in bytes. */
export interface Priced {
  readonly bytes: Uint8Array;
  readonly cost: number;
}

/**
 * Gives a frame's literals Huffman codes only where these are worth their decoding, and tells what it costs then. A
 * frame of a kind that the codec does not know stays as it is, and costs more than any other.
 */
export type Price = (frame: Uint8Array, decodedSize: number) => Priced;

/**
 * @param price how many bytes larger a frame may be for each microsecond that it decodes faster
 * @throws MgoError if the codec cannot be had
 */
export async function loadPrice(price: number): Promise<Price> {
  const codec = await sharedCodec<Exports>();
  return (frame, decodedSize) => {
    const input = new Piece(codec, frame);
    // Where all literals lose their codes, they take no more than what they are decoded to.
    const output = new Piece(codec, frame.length + decodedSize);
    try {
      const size = codec.simplifyFrame(
        input.address,
        input.size,
        decodedSize,
        price,
        output.address,
        output.size,
      );
      if (size === 0) return { bytes: frame, cost: Number.POSITIVE_INFINITY };
      const nanoseconds = codec.decodingTime(output.address, size, decodedSize);
      return { bytes: output.read(size), cost: size + (price * nanoseconds) / 1000 };
    } finally {
      output.release();
      input.release();
    }
  };
}
