/**
 * What Zig compiled, inside a compiled mgo. Only `scripts/build.ts` bundles this module, after it has compiled
 * them: in a checkout src/launcher/compile.ts stands in its place.
 */
import codec from "../../zig-out/bin/mgo-codec.wasm" with { type: "file" };
import launcher from "../../zig-out/bin/mgo-launcher" with { type: "file" };
import type { Product } from "./compile.ts";

const PATH = { launcher, codec } as const;

/** Its bytes. */
export async function embedded(product: Product): Promise<Uint8Array> {
  return await Bun.file(PATH[product]).bytes();
}
