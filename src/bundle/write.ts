/**
 * Variants + launcher → bundle.
 */
import { MgoError } from "../error.ts";
import { buildInfoSection } from "./buildinfo.ts";
import { writePayload } from "./directory.ts";
import { type EncodeOptions, encodeVariants } from "./encode.ts";
import { fillTemplate, imageChecksum, parseTemplate } from "./image.ts";
import { readBundle, verifyImage } from "./read.ts";
import { checkVariants, readVariant, type VariantInput } from "./variant.ts";

/**
 * Makes a bundle. A single variant needs no launcher: the result is then that file itself.
 *
 * The bundle carries the Go build info of its lowest variant, so that `go version -m` and scanners see the
 * program.
 *
 * @param launcher the launcher's ELF file, as src/launcher.ts gives it
 * @returns the bundle's bytes in pieces, the same for the same variants on any machine
 * @throws MgoError if a variant cannot be read or does not fit the others, or the launcher is none
 */
export async function createBundle(
  inputs: readonly VariantInput[],
  launcher: Uint8Array,
  options: EncodeOptions,
): Promise<readonly Uint8Array[]> {
  const read = await Promise.all(inputs.map(readVariant));
  const variants = checkVariants(read);
  const [lowest] = variants;
  if (variants.length === 1) return [lowest.bytes];
  const buildInfo = buildInfoSection(lowest.elf);
  if (buildInfo === undefined) throw new MgoError(`${lowest.path} has no Go build information`);
  const template = parseTemplate(launcher, "the launcher");
  const { encoded, base } = await encodeVariants(variants, options);
  const payload = writePayload(encoded, base, imageChecksum(template.elf, "the launcher", buildInfo));
  const bundle = fillTemplate(template, payload, buildInfo);
  // What the reader refuses would not start. Each frame was decoded again when it was encoded.
  verifyImage(readBundle(Buffer.concat(bundle), "the new bundle"));
  return bundle;
}
