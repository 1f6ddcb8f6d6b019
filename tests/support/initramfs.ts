/** The files of an emulated machine. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scratch } from "./folders.ts";
import { expectSuccess, runProgram } from "./run.ts";

/** Null where it is missing. */
export const cpio = Bun.which("cpio");

/** Contents, or the path of an executable to copy, by path from the machine's root. */
export type Tree = Readonly<
  Record<string, { readonly text: string } | { readonly executable: string; readonly mode?: number }>
>;

/** Path of a new archive in the format that the kernel unpacks for its init. */
export function makeInitramfs(tree: Tree): string {
  const folder = mkdtempSync(join(scratch, "initramfs-"));
  const root = join(folder, "root");
  for (const [name, source] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    if ("text" in source) writeFileSync(path, source.text);
    else copyFileSync(source.executable, path);
    chmodSync(path, ("executable" in source && source.mode) || 0o755);
  }
  const names = readdirSync(root, { recursive: true }).join("\n");
  const archive = join(folder, "initramfs");
  const command = [cpio ?? "", "--create", "--format=newc", "--quiet", `--file=${archive}`];
  expectSuccess(runProgram(command, process.env, { cwd: root, input: `${names}\n` }));
  return archive;
}
