/** What is in tests/golden/payload-v1.bin. The launcher's tests know the same: launcher/decode/golden_test.zig. */
import type { Level } from "../../src/levels/level.ts";

/** Stands in the golden header; no launcher belongs to it. */
export const IMAGE_CHECKSUM = 0x0123456789abcdefn;

/** Lines such as `v3 line 17`, more than one frame of them. */
export function goldenVariant(level: Level): Uint8Array {
  const lines = Array.from({ length: 100_000 }, (_, index) => `${level} line ${index % 5000}\n`);
  return Buffer.from(lines.join(""));
}
