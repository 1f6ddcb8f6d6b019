/** The contents of tests/golden/payload-v2.bin, which launcher/decode/golden_test.zig knows, too. */
import type { Level } from "../../src/levels/level.ts";

/** The golden header's; no launcher belongs to it. */
export const IMAGE_CHECKSUM = 0x0123456789abcdefn;

/** Lines such as `v3 line 17`, more than one frame of them. */
export function goldenVariant(level: Level): Uint8Array {
  const lines = Array.from({ length: 100_000 }, (_, index) => `${level} line ${index % 5000}\n`);
  return Buffer.from(lines.join(""));
}
