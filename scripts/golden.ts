/**
 * Writes tests/golden/payload-v2.bin: a payload in format version 2 that the tests of both languages read.
 *
 * Only for a new format version. The golden file of a released version never changes: it stands for the
 * bundles that people have.
 */
import { join } from "node:path";
import { writePayload } from "../src/bundle/directory.ts";
import { encodeVariants } from "../src/bundle/encode.ts";
import { VERSION } from "../src/engine/format.ts";
import { goldenVariant, IMAGE_CHECKSUM } from "../tests/support/golden.ts";
import { root } from "./script.ts";

const variants = (["v1", "v3"] as const).map((level) => ({
  level,
  variant: Promise.resolve({ level, bytes: goldenVariant(level) }),
}));
const { encoded, base } = await encodeVariants(variants, { compress: "best" });
const payload = Buffer.concat(
  writePayload(encoded, base, { imageChecksum: IMAGE_CHECKSUM, origin: false, asksForOwnFile: false }),
);
await Bun.write(join(root, "tests", "golden", `payload-v${VERSION}.bin`), payload);
