/** The files of an emulated machine. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scratch } from "./folders.ts";

/** Null where it is missing. */
export const cpio = Bun.which("cpio");

/** Contents, or the path of an executable to copy, by path from the machine's root. */
export type Tree = Readonly<Record<string, { readonly text: string } | { readonly executable: string }>>;

/** Path of a new archive in the format that the kernel unpacks for its init. */
export function makeInitramfs(tree: Tree): string {
  const folder = mkdtempSync(join(scratch, "initramfs-"));
  const root = join(folder, "root");
  for (const [name, source] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if ("text" in source) writeFileSync(path, source.text);
    else copyFileSync(source.executable, path);
    chmodSync(path, 0o755);
  }
  const names = readdirSync(root, { recursive: true }).join("\n");
  const packed = Bun.spawnSync([cpio ?? "", "--create", "--format=newc", "--quiet"], {
    cwd: root,
    stdin: Buffer.from(`${names}\n`),
  });
  if (!packed.success) throw new Error(`cpio: ${packed.stderr.toString()}`);
  const archive = join(folder, "initramfs");
  writeFileSync(archive, packed.stdout);
  return archive;
}
