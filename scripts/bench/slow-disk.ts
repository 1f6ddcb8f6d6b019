/**
 * A disk that is as slow as wanted, for starts that read from it: nbdkit serves an image at a rate and with
 * a latency, nbdfuse makes a file of that, and a loop device a disk with a file system. All of it is in
 * namespaces of its own, and ends with the command that uses it. Takes root.
 */
import { link, mkdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { $ } from "../script.ts";

/** Added to each read. The least that nbdkit can; disks over a network, and SD cards, take about that. */
const LATENCY = "1ms";
/** Seconds that the disk may have saved up. Below, nbdkit falls short of the rate. */
const BURST = 0.01;
/** KiB: what Linux reads ahead on most disks. */
const READ_AHEAD = 128;
/** Bytes that a file system takes beside its files. */
const ROOM = 32 << 20;

const SCRIPT = `
serve="nbdkit --filter=delay --filter=rate file image"
nbdfuse -r device [ $serve rate=$1 burstiness=${BURST} rdelay=${LATENCY} ] &
until test -e device/nbd; do kill -0 $! && sleep 0.1; done
mount -o ro,loop device/nbd disk
loop=$(findmnt -no SOURCE disk)
losetup --direct-io=on $loop
echo ${READ_AHEAD} >/sys/block/\${loop#/dev/}/queue/read_ahead_kb
cd "$2"
shift 2
"$@"`;

export interface SlowDisk {
  /** The files on it, which are there for the command alone. */
  readonly paths: readonly string[];
  /** A command that runs the one which follows. */
  readonly command: readonly string[];
}

/**
 * Makes a disk with files.
 *
 * @param folder a new one
 * @param rate MB/s
 */
export async function makeSlowDisk(
  folder: string,
  files: readonly string[],
  rate: number,
): Promise<SlowDisk> {
  for (const name of ["tree", "device", "disk"]) await mkdir(join(folder, name));
  const names = files.map((file, index) => `${index}-${basename(file)}`);
  let size = ROOM;
  for (const [index, file] of files.entries()) {
    await link(file, join(folder, "tree", names[index] ?? ""));
    size += (await stat(file)).size;
  }
  await $({ cwd: folder, stdio: ["ignore", "ignore", "pipe"] })`mkfs.ext4 -q -d tree image ${size >> 10}k`;
  const own = ["unshare", "--mount", "--pid", "--fork", "--kill-child"];
  const script = `cd '${folder}'\n${SCRIPT}`;
  return {
    paths: names.map((name) => join(folder, "disk", name)),
    command: [...own, "sh", "-ec", script, "sh", String(rate * 8_000_000), folder],
  };
}
