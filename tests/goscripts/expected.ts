/** The scripts of Go's that end otherwise with mgo than with go, and why. */
import groups from "./expected.json" with { type: "json" };

/** The reason why a script may fail with mgo; undefined if it must not. */
export function expectedReason(name: string): string | undefined {
  return groups.find(({ scripts }) => scripts.includes(name))?.reason;
}

export function expectedNames(): readonly string[] {
  return groups.flatMap(({ scripts }) => scripts);
}
