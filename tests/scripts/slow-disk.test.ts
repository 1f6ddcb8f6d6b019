/** Disks that the bench makes slow. */
import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSlowDisk } from "../../scripts/bench/slow-disk.ts";
import { newFolder, scratch } from "../support/folders.ts";
import { isRoot } from "../support/privileges.ts";
import { runProgram } from "../support/run.ts";

const canMake = isRoot && ["nbdkit", "nbdfuse", "mkfs.ext4"].every((tool) => Bun.which(tool) !== null);

test.skipIf(!canMake)("a slow disk has the files, and is there for its command alone", async () => {
  const folder = newFolder(join(scratch, "slow-"));
  const contents = randomBytes(300_000);
  writeFileSync(join(folder, "file"), contents);
  const { paths, command } = await makeSlowDisk(
    newFolder(join(folder, "disk-")),
    [join(folder, "file")],
    100,
  );
  const [path = ""] = paths;
  const copy = join(folder, "copy");
  const run = `cp ${path} ${copy} && stat -f -c %T ${path} && ! touch ${path} 2>/dev/null`;
  const { status, stdout, stderr } = runProgram([...command, "sh", "-c", run], {
    PATH: process.env.PATH ?? "",
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "ext2/ext3\n", stderr: "" });
  expect(await Bun.file(copy).bytes()).toEqual(new Uint8Array(contents));
  expect(existsSync(path)).toBe(false);
});
