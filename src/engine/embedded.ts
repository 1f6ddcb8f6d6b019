/**
 * The products of Zig inside a compiled mgo. Only `scripts/build.ts` bundles this module, after it has
 * compiled them: in a checkout src/engine/compile.ts takes its place.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import engine from "../../zig-out/bin/mgo-engine.wasm" with { type: "file" };
import amd64 from "../../zig-out/bin/mgo-launcher" with { type: "file" };
import arm from "../../zig-out/bin/mgo-launcher-arm" with { type: "file" };
import arm64 from "../../zig-out/bin/mgo-launcher-arm64" with { type: "file" };
import ppc64le from "../../zig-out/bin/mgo-launcher-ppc64le" with { type: "file" };
import riscv64 from "../../zig-out/bin/mgo-launcher-riscv64" with { type: "file" };
import type { Product } from "./compile.ts";

const PATH: Readonly<Record<Product, string>> = {
  engine,
  "launcher-amd64": amd64,
  "launcher-arm": arm,
  "launcher-arm64": arm64,
  "launcher-riscv64": riscv64,
  "launcher-ppc64le": ppc64le,
};

/** In the npm package the paths are relative to the module that holds all of mgo. */
const HERE = import.meta.dirname;

/** Its bytes. */
export async function embedded(product: Product): Promise<Uint8Array> {
  return await readFile(resolve(HERE, PATH[product]));
}
