/** The disk of temporary files. */
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** TMPFS_MAGIC of <linux/magic.h>. */
const TMPFS = 0x01021994;

/** Whether files that tests write can be read from a disk: those of a tmpfs are in memory. */
export const isOnDisk = statfsSync(tmpdir()).type !== TMPFS;
