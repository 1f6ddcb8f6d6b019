/** Variants + launcher → bundle. */

import { SECTION_BUILD_INFO, SECTION_PAYLOAD } from "../engine/format.ts";
import { architectureOf } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { encodeBase } from "./base.ts";
import { withBuildId } from "./build-id.ts";
import { buildInfoSection } from "./buildinfo.ts";
import { findAskers } from "./changes.ts";
import { dependencySections } from "./dependencies.ts";
import { type DirectPlacement, fillDirect, payloadAddress, placeDirect } from "./direct.ts";
import { writePayload } from "./directory.ts";
import { usesOrigin } from "./dynamic.ts";
import {
  type EncodedVariant,
  type EncodeOptions,
  encodeAsReady,
  encodeExtra,
  encodeVariants,
  openSource,
  type Pending,
} from "./encode.ts";
import { fillTemplate, imageChecksum, parseTemplate, type Template } from "./image.ts";
import type { Layout, StartPolicy } from "./layout.ts";
import { readBundle } from "./read.ts";
import { inPlaceReference } from "./reference.ts";
import { compareNeighbours, findRepeats, type Repeat } from "./repeats.ts";
import { splitStream } from "./stream.ts";
import { checkVariants, type PendingInput, readVariant, type Variant, type VariantInput } from "./variant.ts";
import { verifyImage } from "./verify.ts";

export interface BundleOptions extends EncodeOptions {
  /** Default: packed. */
  readonly layout?: Layout;
  /** Default: auto. The packed layout always starts the best. */
  readonly startPolicy?: StartPolicy;
}

/** A bundle, or the only variant. */
export interface Made {
  /** In pieces. */
  readonly chunks: readonly Uint8Array[];
  /** The levels that are not stored, because a lower one has the same program. */
  readonly repeats: readonly Repeat[];
}

/**
 * Makes a bundle. A single variant needs no launcher: the result is then that file itself.
 *
 * @param inputs if they are still being built, each is encoded as soon as it is ready: the base first, then
 * the others, the lowest first
 * @param launcher the launcher's ELF file, as src/engine/products.ts gives it
 * @returns the same bytes for the same variants on any machine
 * @throws MgoError if a variant cannot be read or does not fit the others, or the launcher is none
 */
export async function createBundle(
  inputs: readonly VariantInput[],
  launcher: Uint8Array,
  options: BundleOptions,
): Promise<Made> {
  const reading = inputs.map(readVariant);
  const all = Promise.all(reading).then(checkVariants);
  // `all` is awaited later: until then its rejection must not count as unhandled.
  all.catch(() => {});
  const variants = compareNeighbours(
    arePending(inputs)
      ? inputs.map(({ level }, index) => ({
          level,
          variant: reading[index] ?? all.then(([first]) => first),
        }))
      : (await all).map((variant) => ({ level: variant.level, variant: Promise.resolve(variant) })),
  );
  const [first] = variants;
  if (first === undefined || variants.length === 1) return { chunks: [(await all)[0].bytes], repeats: [] };
  const template = parseTemplate(launcher, architectureOf(first.level), "the launcher");
  const create = options.layout === "direct" ? createDirect : createPacked;
  const chunks = await create(variants, all, template, options);
  const repeats = await findRepeats(variants);
  // A bundle that the reader refuses would not start. Each frame was decoded again when it was encoded.
  if (variants.length > repeats.length + 1) {
    verifyImage(await readBundle(Buffer.concat(chunks), "the new bundle"));
  }
  return { chunks, repeats };
}

/** Files that exist already are all checked before the first is encoded. */
function arePending(inputs: readonly VariantInput[]): inputs is readonly PendingInput[] {
  return inputs.every((input) => "ready" in input);
}

type Checked = Promise<readonly [Variant, ...Variant[]]>;

/** Returns the variants that are stored, checked. */
async function storedOf(
  encoded: readonly EncodedVariant[],
  all: Checked,
): Promise<readonly [Variant, ...Variant[]]> {
  const [lowest, ...others] = await all;
  return [lowest, ...others.filter((variant) => encoded.some(({ level }) => level === variant.level))];
}

/**
 * The bundle carries the Go build info of its lowest variant, so that `go version -m` and scanners see the
 * program.
 *
 * @param all the variants, checked
 */
async function createPacked(
  variants: readonly Pending<Variant>[],
  all: Checked,
  template: Template,
  options: BundleOptions,
): Promise<readonly Uint8Array[]> {
  const { encoded, base } = await encodeVariants(variants, options);
  const [lowest, ...others] = await storedOf(encoded, all);
  if (others.length === 0) return [lowest.bytes];
  const checked = [lowest, ...others];
  const buildInfo = buildInfoSection(lowest.elf);
  if (buildInfo === undefined) throw new MgoError(`${lowest.path} has no Go build information`);
  const contents = new Map([
    [SECTION_PAYLOAD, new Uint8Array()],
    [SECTION_BUILD_INFO, buildInfo],
  ]);
  const facts = {
    imageChecksum: imageChecksum(template.elf, "the launcher", contents),
    origin: checked.some(({ elf }) => usesOrigin(elf)),
    asksForOwnFile: (await findAskers(lowest.bytes)) !== undefined,
  };
  const payload = writePayload(encoded, base, facts);
  const unloaded = dependencySections([lowest.elf, ...others.map(({ elf }) => elf)]);
  return fillTemplate(template, payload, buildInfo, unloaded);
}

/** The bundle is the base; the others are stored as differences from what of it is loaded. */
async function createDirect(
  variants: readonly Pending<Variant>[],
  all: Checked,
  template: Template,
  options: BundleOptions,
): Promise<readonly Uint8Array[]> {
  let placement: DirectPlacement | undefined;
  const { encoded, base } = await encodeAsReady(variants, options, async (variant, deflate) => {
    placement = placeDirect(variant.elf, template.block, variant.path);
    const { reference, ...extra } = inPlaceReference(variant.bytes, splitStream(variant.bytes, deflate));
    const own = await encodeInPlace(variant, placement, extra, options);
    return { own, source: await openSource(reference, variant.elf.architecture) };
  });
  const checked = await storedOf(encoded, all);
  if (checked.length === 1) return [checked[0].bytes];
  const inPlace = checked[base];
  if (inPlace === undefined || placement === undefined) throw new Error("no base");
  const { elf, path } = inPlace;
  const { block } = template;
  const fields = {
    address: payloadAddress(placement),
    entry: elf.header.entry,
    startPolicy: options.startPolicy ?? "auto",
  };
  const origin = checked.some((variant) => usesOrigin(variant.elf));
  const asksForOwnFile = (await findAskers(inPlace.bytes)) !== undefined;
  // The directory tells bundles apart. The checksum that it gets in the end covers the build ID.
  const [directory = new Uint8Array()] = writePayload(
    encoded,
    base,
    { imageChecksum: 0n, origin, asksForOwnFile },
    fields,
  );
  const named =
    placement.buildId === undefined ? elf : withBuildId(elf, placement.buildId, [block.bytes, directory]);
  const facts = { imageChecksum: imageChecksum(named, path, new Map(), block.bytes), origin, asksForOwnFile };
  return fillDirect({ ...placement, base: named }, block.entry, writePayload(encoded, base, facts, fields));
}

async function encodeInPlace(
  base: Variant,
  { overwritten }: DirectPlacement,
  { needed, detached }: Pick<ReturnType<typeof inPlaceReference>, "needed" | "detached">,
  options: BundleOptions,
): Promise<EncodedVariant> {
  const { level, bytes } = base;
  const extra = [
    ...(await encodeExtra(level, needed, options)),
    ...(await encodeExtra(level, detached, options, true)),
  ];
  const own = await encodeBase(level, bytes, overwritten, extra, options.compress);
  options.onProgress?.({ level, done: bytes.length, size: bytes.length, stored: bytes.length });
  return own;
}
