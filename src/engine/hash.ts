/** XXH64 with seed 0, the checksum of the bundle format: Bun's own if mgo runs in Bun, else the engine's. */

/** Size of the pieces that the engine hashes, in bytes. */
const PIECE = 256 * 1024;

let hash: ((bytes: Uint8Array) => bigint) | undefined = globalThis.Bun?.hash.xxHash64;

/**
 * Must be awaited once before anything is hashed.
 *
 * @throws MgoError if the engine is needed and unavailable
 */
export async function loadHash(): Promise<void> {
  if (hash !== undefined) return;
  const { Piece, sharedEngine } = await import("./module.ts");
  const engine = await sharedEngine();
  const piece = new Piece(engine, PIECE);
  hash = (bytes) => {
    engine.hashStart();
    for (let at = 0; at < bytes.length; at += PIECE) {
      const contents = bytes.subarray(at, at + PIECE);
      piece.write(contents);
      engine.hashPiece(piece.address, contents.length);
    }
    // WebAssembly passes 64 bits as a signed number.
    return BigInt.asUintN(64, engine.hashValue());
  };
}

/** XXH64 of all bytes. */
export function xxHash64(bytes: Uint8Array): bigint {
  if (hash === undefined) throw new Error("loadHash was not awaited");
  return hash(bytes);
}
