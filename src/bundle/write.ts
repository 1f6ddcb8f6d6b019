/**
 * Variants + launcher → bundle.
 */
import { MgoError } from "../error.ts";
import { encodeBase } from "./base.ts";
import { buildInfoSection } from "./buildinfo.ts";
import { type DirectPlan, fillDirect, payloadAddress, planDirect } from "./direct.ts";
import { writePayload } from "./directory.ts";
import {
  baseIndex,
  type EncodedVariant,
  type EncodeOptions,
  encodeExtra,
  encodePredicted,
  encodeVariants,
  loadDeflater,
  openSource,
  takeApart,
} from "./encode.ts";
import { SECTION_BUILD_INFO, SECTION_PAYLOAD } from "./format.ts";
import { fillTemplate, imageChecksum, parseTemplate, type Template } from "./image.ts";
import type { Layout } from "./layout.ts";
import { readBundle, verifyImage } from "./read.ts";
import { inPlaceReference } from "./reference.ts";
import { checkVariants, readVariant, type Variant, type VariantInput } from "./variant.ts";

export interface BundleOptions extends EncodeOptions {
  /** Default: packed. */
  readonly layout?: Layout;
}

/**
 * Makes a bundle. A single variant needs no launcher: the result is then that file itself.
 *
 * @param launcher the launcher's ELF file, as src/launcher.ts gives it
 * @returns the bundle's bytes in pieces, the same for the same variants on any machine
 * @throws MgoError if a variant cannot be read or does not fit the others, or the launcher is none
 */
export async function createBundle(
  inputs: readonly VariantInput[],
  launcher: Uint8Array,
  options: BundleOptions,
): Promise<readonly Uint8Array[]> {
  const read = await Promise.all(inputs.map(readVariant));
  const variants = checkVariants(read);
  const [lowest] = variants;
  if (variants.length === 1) return [lowest.bytes];
  const template = parseTemplate(launcher, "the launcher");
  const bundle =
    options.layout === "direct"
      ? await createDirect(variants, template, options)
      : await createPacked(variants, template, options);
  // What the reader refuses would not start. Each frame was decoded again when it was encoded.
  verifyImage(readBundle(Buffer.concat(bundle), "the new bundle"));
  return bundle;
}

/**
 * The bundle carries the Go build info of its lowest variant, so that `go version -m` and scanners see the
 * program.
 */
async function createPacked(
  variants: readonly [Variant, ...Variant[]],
  template: Template,
  options: BundleOptions,
): Promise<readonly Uint8Array[]> {
  const [lowest] = variants;
  const buildInfo = buildInfoSection(lowest.elf);
  if (buildInfo === undefined) throw new MgoError(`${lowest.path} has no Go build information`);
  const { encoded, base } = await encodeVariants(variants, options);
  const contents = new Map([
    [SECTION_PAYLOAD, new Uint8Array()],
    [SECTION_BUILD_INFO, buildInfo],
  ]);
  const payload = writePayload(encoded, base, imageChecksum(template.elf, "the launcher", contents));
  return fillTemplate(template, payload, buildInfo);
}

/** The bundle is the base; the others are stored as differences from what of it is loaded. */
async function createDirect(
  variants: readonly Variant[],
  template: Template,
  options: BundleOptions,
): Promise<readonly Uint8Array[]> {
  const inPlace = baseIndex(variants, options.base);
  const base = variants[inPlace];
  if (base === undefined) throw new Error("no variants");
  const plan = planDirect(base.elf, template.block.bytes, base.path);
  const deflate = await loadDeflater();
  const { reference, ...extra } = inPlaceReference(base.bytes, takeApart(base, deflate));
  const source = await openSource(reference);
  const encoded: EncodedVariant[] = [];
  for (const variant of variants) {
    encoded.push(
      variant === base
        ? await encodeInPlace(base, plan, extra, options)
        : await encodePredicted(variant, takeApart(variant, deflate), source, options),
    );
  }
  const checksum = imageChecksum(base.elf, base.path, new Map(), template.block.bytes);
  const fields = { address: payloadAddress(plan), entry: base.elf.header.entry };
  return fillDirect(plan, template.block.entry, writePayload(encoded, inPlace, checksum, fields));
}

async function encodeInPlace(
  base: Variant,
  { overwritten }: DirectPlan,
  { needed, detached }: Pick<ReturnType<typeof inPlaceReference>, "needed" | "detached">,
  options: BundleOptions,
): Promise<EncodedVariant> {
  const { level, bytes } = base;
  const extra = [
    ...(await encodeExtra(base, needed, options)),
    ...(await encodeExtra(base, detached, options, true)),
  ];
  const own = await encodeBase(level, bytes, overwritten, extra, options.compress);
  options.onProgress?.({ level, done: bytes.length, size: bytes.length, stored: bytes.length });
  return own;
}
