/** Checks every byte of a bundle that is loaded. */
import { SECTION_PAYLOAD } from "../engine/format.ts";
import type { Level } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import { findBuildId, withBuildId } from "./build-id.ts";
import { buildInfoSection } from "./buildinfo.ts";
import { type Base, baseOf, decodeWith, findBase, readBase } from "./decode.ts";
import { withoutImageChecksum } from "./directory.ts";
import { parseElf } from "./elf.ts";
import { imageChecksum } from "./image.ts";
import type { Bundle } from "./read.ts";
import type { StoredVariant } from "./stored.ts";

/** A finding of `verifyBundle` about a bundle that is whole. */
export interface Verified {
  /**
   * The variant in place, if the file was changed since in what is not loaded or `isRewritten`, as `strip`
   * and `patchelf` do: its executable is lost.
   */
  readonly changed: Level | undefined;
}

/**
 * Checks the launcher, the build info, and each variant.
 *
 * @throws MgoError naming the first damage
 */
export async function verifyBundle(bundle: Bundle, signal?: AbortSignal): Promise<Verified> {
  verifyImage(bundle);
  let changed: Level | undefined;
  const bases = new Map<StoredVariant, Base>();
  for (const [index, variant] of bundle.directory.variants.entries()) {
    if (variant.codec === "in_place") {
      const found = await findBase(bundle, variant, signal);
      if (found === undefined || !hasBuildId(bundle, found)) changed = variant.level;
      continue;
    }
    const base = baseOf(bundle, variant);
    // Variants have their base in common: it is decoded once.
    if (base !== undefined && !bases.has(base)) bases.set(base, await readBase(bundle, base, signal));
    const bytes = await decodeWith(bundle, variant, base && bases.get(base), signal);
    if (index === 0 && bundle.directory.layout === "packed") verifyBuildInfo(bundle, bytes);
  }
  return { changed };
}

/** Whether Go's build ID is still the one that a direct bundle got in place of its base's. */
function hasBuildId({ elf, name, block, payload, directory }: Bundle, base: Uint8Array): boolean {
  const original = parseElf(base, name);
  const at = findBuildId(original);
  if (at === undefined) return true;
  const size = directory.variants[0]?.frames[0]?.offset ?? 0;
  const named = withBuildId(original, at, [block, withoutImageChecksum(payload, size)]);
  const [own, wanted] = [elf, named].map(({ bytes }) => bytes.subarray(at.offset, at.offset + at.size));
  return own !== undefined && wanted !== undefined && Buffer.compare(own, wanted) === 0;
}

/** @param lowest the variant whose build info a packed bundle has a copy of */
function verifyBuildInfo(bundle: Bundle, lowest: Uint8Array): void {
  const [own, copied] = [buildInfoSection(parseElf(lowest, bundle.name)), buildInfoSection(bundle.elf)];
  if (own !== undefined && copied !== undefined && Buffer.compare(own, copied) === 0) return;
  throw new MgoError(`${bundle.name} is a damaged bundle: its Go build info is not that of its variants`);
}

/**
 * Checks what a bundle loads beside its payload: the launcher, in the direct layout the base, too.
 *
 * @throws MgoError if it is damaged
 */
export function verifyImage({ elf, name, directory, block }: Bundle): void {
  if (imageChecksum(elf, name, new Map([[SECTION_PAYLOAD, block]])) === directory.imageChecksum) return;
  const what = directory.layout === "direct" ? "base or launcher" : "launcher";
  throw new MgoError(`${name} is a damaged bundle: the checksum of its ${what} is wrong`);
}
