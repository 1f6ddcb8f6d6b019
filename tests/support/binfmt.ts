/**
 * Programs that the kernel gives to an emulator (binfmt_misc), as it does with those for another CPU than the
 * machine's. A mark in the ELF header tells them from this machine's own programs.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { ARCHITECTURES } from "../../src/engine/levels.ts";
import type { Architecture } from "../../src/levels/level.ts";
import type { Emulated } from "./architectures.ts";
import { qemu } from "./emulated.ts";
import { type Outcome, runProgram } from "./run.ts";

/** The last byte of e_ident is padding, which nobody reads. */
const MARK_OFFSET = 15;
const MARK = "M";

const MOUNT = "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc";
const MAGIC = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00${MARK}`;

/** In namespaces of its own: Linux has a binfmt_misc for each user namespace from 6.7 on. */
const NAMESPACES = ["unshare", "--map-root-user", "--mount"];

/** Whether there is an emulator, and a kernel that can be told to use it. */
export const hasBinfmt =
  qemu !== null &&
  Bun.which("unshare") !== null &&
  runProgram([...NAMESPACES, "sh", "-c", MOUNT]).status === 0;

/** Marks an ELF file, in place. */
export function mark(path: string): void {
  const bytes = readFileSync(path);
  bytes.write(MARK, MARK_OFFSET);
  writeFileSync(path, bytes);
}

/** Runs a program where all that is marked is given to qemu, as a CPU of that model. */
export function runWithBinfmt(
  model: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  return runRegistered(`:mgo:M::${MAGIC}::${qemu}:`, path, { QEMU_CPU: model, ...env });
}

/** Runs a program where the kernel has a rule of binfmt_misc (Documentation/admin-guide/binfmt-misc.rst). */
export function runRegistered(
  rule: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const register = `printf %s '${rule}' >/proc/sys/fs/binfmt_misc/register`;
  const script = `${MOUNT} && ${register} && exec "$0"`;
  return runProgram([...NAMESPACES, "sh", "-c", script, path], env);
}

/** The first bytes of an executable's ELF header, up to e_machine, and which bits of them count. */
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/** ET_EXEC and ET_DYN differ in a bit that does not count. */
function magicOf(architecture: Architecture): string {
  const { elfClass, elfMachine } = ARCHITECTURES[architecture];
  return String.raw`\x7fELF\x0${elfClass}\x01\x01${String.raw`\x00`.repeat(9)}\x02\x00\x${elfMachine.toString(16)}\x00`;
}

/** Runs a program of another architecture that the kernel gives to its emulator, as a CPU of that model. */
export function runByKernel(
  { architecture, qemu: emulator }: Emulated,
  cpu: string,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const rule = `:mgo:M::${magicOf(architecture)}:${MASK}:${emulator}:`;
  return runRegistered(rule, path, { QEMU_CPU: cpu, ...env });
}
