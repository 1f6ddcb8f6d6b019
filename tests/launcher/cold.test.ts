/** Starts of bundles that are on the disk, and not in the page cache. */
import { describe, expect, test } from "bun:test";
import { isOnDisk } from "../support/disk.ts";
import { startFile, startsOf } from "../support/starts.ts";

const starts = (await startsOf("mirror")).filter(({ inPlace }) => !inPlace);

describe.each(starts)("$title", ({ bundle, level }) => {
  test.skipIf(!isOnDisk)("is read ahead if it comes from the disk, and only then", () => {
    const { status, stderr } = startFile(bundle, {
      // A copy, because pages of a file that others have mapped stay.
      command: `cp program cold && sync cold && dd if=cold iflag=nocache count=0 status=none &&
        for run in cold warm; do
          strace -f -qq -o trace -e trace=madvise ./cold one >report || exit
          echo $run $(grep -c 'MADV_WILLNEED) *= 0' trace) >&2
        done`,
      env: { GOAMD64: level },
    });
    expect(stderr).toMatch(/^cold [1-3]\nwarm 0\n$/);
    expect(status).toBe(0);
  });
});
