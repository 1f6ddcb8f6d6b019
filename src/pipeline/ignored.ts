/** Lines about settings that choose no level of the target, so that nobody takes them for chosen. */
import { type Architecture, architectureOf, plainLevelsOf, variableOf } from "../levels/level.ts";
import { findLevel } from "../levels/text.ts";
import type { Environment } from "../system/process.ts";
import { writeStderr } from "../system/streams.ts";
import { baseOf, type Options } from "./options.ts";

/**
 * Prints a line for each such setting.
 *
 * @param showsVariable whether that includes a variable with a level, which many environments have
 */
export function noteIgnored(
  options: Options,
  architecture: Architecture,
  env: Environment,
  showsVariable: boolean,
): void {
  const variable = variableOf(architecture);
  const value = env[variable] ?? "";
  const level = findLevel(value);
  const isKnown = level !== undefined && architectureOf(level) === architecture;
  if (value !== "" && (showsVariable || !isKnown)) {
    const reason = isKnown ? "" : `, and none of ${plainLevelsOf(architecture).join(", ")}`;
    note(`${variable}=${value} in the environment is ignored${reason}: -mgo.levels names the levels`);
  }
  for (const { where, value: named } of options.unused) {
    const instead =
      where === "-mgo.base" ? `the base is ${baseOf(options)}` : `the levels are ${options.levels.join(",")}`;
    note(`${where}=${named} has no level of linux/${architecture}: ${instead}`);
  }
}

function note(text: string): void {
  writeStderr(`mgo: ${text}\n`);
}
