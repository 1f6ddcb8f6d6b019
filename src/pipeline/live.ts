/**
 * Lines of Go that are worth seeing while it still runs.
 */
import type { Verbosity } from "./plan.ts";

const DOWNLOAD = /^go: (?:downloading|extracting|finding|upgraded|added) /;
/** -v prints import paths, one a line. */
const PACKAGE = /^[\w.~+-]+(?:\/[\w.~+-]+)*$/;

/**
 * Makes a filter for standard error that prints such lines at once, each only the first time, whichever level it
 * comes from: what Go downloads, and with -v the packages that it compiles. With -n, -x and -work these lines stay
 * in their level's output.
 *
 * @returns a function that tells whether it has taken care of a line
 */
export function createLiveFilter(
  verbosity: Verbosity,
  print: (line: string) => void,
): (line: string) => boolean {
  const seen = new Set<string>();
  const whole = verbosity.dryRun || verbosity.commands || verbosity.work;
  return (line) => {
    const live = DOWNLOAD.test(line) || (!whole && verbosity.names && PACKAGE.test(line));
    if (live && !seen.has(line)) {
      seen.add(line);
      print(line);
    }
    return live;
  };
}
