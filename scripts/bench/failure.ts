/** mgo ended with another status than 0. */
export class MgoFailure extends Error {
  override readonly name = "MgoFailure";
  /** The first line that it printed, without its own name. */
  readonly reason: string;

  constructor(args: readonly string[], stderr: string) {
    super(`mgo ${args.join(" ")}: ${stderr.trim()}`);
    this.reason = (stderr.trim().split("\n")[0] ?? "").replace(/^mgo: /, "");
  }
}

/** What to print of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
