/** Pipes that several programs share, as those of a shell script do. */
import { run, type Workspace } from "./workspace.ts";

/** O_NONBLOCK of <asm-generic/fcntl.h>. */
const NONBLOCK = 0o4000;

/** Whether a command makes the pipe that it prints to non-blocking, for all that print to it then. */
export function changesPipe(workspace: Workspace, command: readonly string[]): boolean {
  const script = '("$@" 2>&1; cat /proc/self/fdinfo/3 3>&1 >&2) | cat >/dev/null';
  return isNonBlocking(run(workspace, ["sh", "-c", script, "sh", ...command]).stderr);
}

/** @param fdinfo contents of /proc/PID/fdinfo/N */
export function isNonBlocking(fdinfo: string): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1];
  if (flags === undefined) throw new Error(`no flags: ${fdinfo}`);
  return (Number.parseInt(flags, 8) & NONBLOCK) !== 0;
}
