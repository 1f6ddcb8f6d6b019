/** JSON that `go` prints. */
import { MgoError } from "../system/error.ts";

/**
 * Reads one object.
 *
 * @param command the command that printed it, for messages
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

/** Makes the error for a `go` that does not answer as Go does, such as a wrapper that fails. */
export function notGo(command: string, cause?: unknown): MgoError {
  return new MgoError(`${command} printed something that mgo cannot read`, {
    hint: "command -v go shows which go is in PATH",
    cause,
  });
}
