/** Errors of what mgo was given, or of its surroundings. Any other exception is a bug in mgo. */
import { getSystemErrorMap } from "node:util";

/** Thrown anywhere, printed by src/cli/report-error.ts. */
export class MgoError extends Error {
  override readonly name = "MgoError";
  /** Something that the user can do or type, printed after `hint:`. */
  readonly hint: string | undefined;
  /** mgo's exit status. */
  readonly status: number;

  /**
   * @param message one line, without `mgo:`: what is wrong and why, with the file or flag that it is about
   */
  constructor(message: string, options: { hint?: string; cause?: unknown; status?: number } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.status = options.status ?? 1;
  }
}

/** The reason of a system error, such as "no such file or directory"; else the value's message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("errno" in error) || typeof error.errno !== "number") return error.message;
  // process.execve gives the number with the other sign.
  return getSystemErrorMap().get(-Math.abs(error.errno))?.[1] ?? error.message;
}

/** Tells whether the value is a system error with one of these codes (`ENOENT`, …). */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
