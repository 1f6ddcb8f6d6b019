/** A run of mgo that ended with another status than 0. */
export class MgoFailure extends Error {
  override readonly name = "MgoFailure";
  /** The first line that mgo printed, without its name. */
  readonly reason: string;

  constructor(args: readonly string[], stderr: string) {
    super(`mgo ${args.join(" ")}: ${stderr.trim()}`);
    this.reason = (stderr.trim().split("\n")[0] ?? "").replace(/^mgo: /, "");
  }
}
