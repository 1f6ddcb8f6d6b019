/** Lines that Go prints and that mgo shows while it still runs. */
import { isApart, QUIET, type Verbosity } from "./verbosity.ts";

const DOWNLOAD = /^go: (?:downloading|extracting|finding|upgraded|added) /;
/** -v prints import paths, one a line. */
const PACKAGE = /^[\w.~+-]+(?:\/[\w.~+-]+)*$/;

/** Takes a line of standard error, and returns whether it has printed it, now or before. */
export type LiveFilter = (line: string) => boolean;

/**
 * Makes a filter that prints what Go downloads, and with -v the packages that it compiles: each line once,
 * whichever level it comes from. With -n, -x and -work the packages stay in their level's output.
 */
export function createLiveFilter(print: (line: string) => void, verbosity: Verbosity = QUIET): LiveFilter {
  const seen = new Set<string>();
  const showsNames = verbosity.names && !isApart(verbosity);
  return (line) => {
    const live = DOWNLOAD.test(line) || (showsNames && PACKAGE.test(line));
    if (live && !seen.has(line)) {
      seen.add(line);
      print(line);
    }
    return live;
  };
}
