/** Bundles that the kernel hands to qemu-user by binfmt_misc, as for x86-64 containers on other machines. */
import { describe, expect, test } from "bun:test";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LAYOUTS } from "../../src/bundle/layout.ts";
import type { VariantInput } from "../../src/bundle/variant.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { hasBinfmt, mark, runWithBinfmt } from "../support/binfmt.ts";
import { scratch } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { buildVariant, bundleFiles, type Kind, kinds } from "../support/variants.ts";

const BASE = "v3";

const cases = kinds
  .filter((kind) => ["static", "pie", "cgo"].includes(kind))
  .flatMap((kind) => LAYOUTS.map((layout) => ({ kind, layout })));

describe.skipIf(!hasBinfmt)("with qemu-user and a binfmt_misc of its own (Linux 6.7), a bundle", () => {
  test.each(cases)("starts what the emulated CPU can run: $kind, $layout", async ({ kind, layout }) => {
    const bundle = await bundleFiles(markedVariants(kind), BASE, { layout });
    mark(bundle);
    for (const [model, level] of Object.entries({ qemu64: "v1", Nehalem: "v2", max: "v3" })) {
      const { status, stdout, stderr } = runWithBinfmt(model, bundle);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(JSON.parse(stdout)).toMatchObject({ level, comm: basename(bundle) });
    }
  });

  test("starts a variant that is emulated, though the bundle is not", async () => {
    // An emulator has no path to open while the descriptor closes on exec: the kernel answers ENOENT.
    const bundle = await bundleFiles(markedVariants("static"), BASE);
    const { stdout } = expectSuccess(runWithBinfmt("max", bundle, { GOAMD64: "v1" }));
    expect(JSON.parse(stdout)).toMatchObject({ level: "v1", comm: basename(bundle) });
  });
});

function markedVariants(kind: Kind): readonly VariantInput[] {
  return LEVELS.map((level) => {
    const plain = buildVariant(level, "place", kind);
    const path = join(scratch, `${kind}-${level}`);
    copyFileSync(plain, path);
    mark(path);
    return { level, path };
  });
}
