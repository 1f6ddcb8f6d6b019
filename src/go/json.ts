/** What `go` prints for programs to read. */
import { MgoError } from "../system/error.ts";

/**
 * @param command that printed it, for messages
 * @throws MgoError if the text is no JSON object
 */
export function readJsonObject(text: string, command: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notGo(command, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw notGo(command);
}

/** The error for a `go` that does not answer as Go does: a wrapper that fails, perhaps. */
export function notGo(command: string, cause?: unknown): MgoError {
  return new MgoError(`${command} printed something that mgo cannot read`, {
    hint: "is the go in PATH the real one?",
    cause,
  });
}
