/**
 * XXH64 with seed 0, the checksum of the bundle format: Bun's own where mgo runs in Bun, the codec's elsewhere.
 */
import type { Memory } from "./module.ts";

/** What engine/main.zig exports for it. */
interface Exports extends Memory {
  hashStart(): void;
  hashPiece(address: number, size: number): void;
  /** 64 bits, which WebAssembly passes as a signed number. */
  hashValue(): bigint;
}

/** What the codec is given at once, in bytes. */
const PIECE = 256 * 1024;

let hash: ((bytes: Uint8Array) => bigint) | undefined = globalThis.Bun?.hash.xxHash64;

/**
 * Has to be waited for once before anything is hashed.
 *
 * @throws MgoError if the codec is needed and cannot be had
 */
export async function loadHash(): Promise<void> {
  if (hash !== undefined) return;
  const { Piece, sharedCodec } = await import("./module.ts");
  const codec = await sharedCodec<Exports>();
  const { address } = new Piece(codec, PIECE);
  hash = (bytes) => {
    codec.hashStart();
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      new Uint8Array(codec.memory.buffer).set(piece, address);
      codec.hashPiece(address, piece.length);
    }
    return BigInt.asUintN(64, codec.hashValue());
  };
}

/** XXH64 of all bytes. */
export function xxHash64(bytes: Uint8Array): bigint {
  if (hash === undefined) throw new Error("loadHash was not waited for");
  return hash(bytes);
}
