/**
 * MgoError: everything that can be wrong with what mgo was given or finds around it.
 *
 * Thrown anywhere, caught and printed in one place, src/cli/main.ts. Any other exception is a bug in mgo.
 */
import { getSystemErrorMap } from "node:util";

export class MgoError extends Error {
  override readonly name = "MgoError";
  /** What the user can do about it: a second line behind `hint:`. */
  readonly hint: string | undefined;
  /** The process's exit status. */
  readonly status: number;

  /**
   * @param message what is wrong and why, in one line, naming the file or flag it is about
   */
  constructor(message: string, options: { hint?: string; cause?: unknown; status?: number } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.status = options.status ?? 1;
  }
}

/**
 * The reason part of a system error ("no such file or directory"), without Node's `ENOENT:` code and
 * trailing system call; any other thrown value's message as it is.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of programs that cannot be started, Node tells the code alone: `spawn /bin/x ENOENT`.
  if ("errno" in error && typeof error.errno === "number" && /^spawn\b.* [A-Z0-9]+$/s.test(error.message)) {
    return getSystemErrorMap().get(error.errno)?.[1] ?? error.message;
  }
  // As Node has it, and as process.execve does: `ENOENT, No such file or directory '/bin/x'`.
  const match =
    /^[A-Z0-9_]+: (.+?)(?:, \w+(?: '.*')?(?: -> '.*')?)?$/s.exec(error.message) ??
    /^[A-Z0-9_]+, (.+?)(?: '.*')?$/s.exec(error.message);
  return match?.[1] ?? error.message;
}

/** Whether the value is a system error with one of these codes (`ENOENT`, …). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
