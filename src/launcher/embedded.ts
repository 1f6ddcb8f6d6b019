/**
 * The launcher inside a compiled mgo. Only `scripts/build.ts` bundles this module, after it has compiled the
 * launcher: in a checkout src/launcher/compile.ts stands in its place.
 */
import path from "../../zig-out/bin/mgo-launcher" with { type: "file" };

/** The launcher's ELF file. */
export async function embeddedLauncher(): Promise<Uint8Array> {
  return await Bun.file(path).bytes();
}
