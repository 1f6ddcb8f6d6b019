/**
 * Bundles that change while they start. The kernel lets nobody write to a file that it executes, but cannot
 * keep changes from a file below an overlay, on a network or on a disk that is written to directly.
 *
 * The launcher extracts the base, frame by frame, into a pipe that nobody empties. Behind the first byte the
 * file is changed, then the pipe is emptied.
 */
import { describe, expect, test } from "bun:test";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findSection, parseElf } from "../../src/bundle/elf.ts";
import { readDirectory } from "../../src/bundle/stored.ts";
import { scratch } from "../support/folders.ts";
import { findPlaces } from "../support/hostile.ts";
import { buildBundle, buildVariant } from "../support/variants.ts";

const folder = join(scratch, "changed");
mkdirSync(folder);

/** Runs "$3" in between. */
const START = `
  mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir lower upper work merged && cp "$2" lower/bundle &&
  mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && mkfifo output || exit 99
  GOAMD64=v1 MGODEBUG=extract merged/bundle > output 2> error &
  exec 3< output
  dd bs=1 count=1 status=none <&3
  eval "$3" || exit 98
  cat <&3
  wait $!
  status=$?
  cat error >&2
  exit $status
`;

const canMount = Bun.spawnSync([
  "unshare",
  "-m",
  "sh",
  "-c",
  `mount -t tmpfs tmpfs "$1" && cd "$1" && mkdir lower upper work merged &&
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged`,
  "sh",
  folder,
]).success;

// A container without the privilege cannot mount.
describe.skipIf(!canMount)("a bundle below an overlay, changed while it is extracted,", async () => {
  const bundle = await buildBundle({ levels: ["v1", "v3"], base: "v1" });
  const whole = readFileSync(buildVariant("v1"));
  const original = readFileSync(bundle);
  const payloadAt = findSection(parseElf(original, bundle), ".mgo")?.offset ?? 0;
  const payload = original.subarray(payloadAt);
  const frames = (await readDirectory(payload, bundle)).variants[0]?.frames ?? [];
  const last = frames.at(-1);
  if (last === undefined || frames.length < 2) throw new Error("a bundle of at least two frames is needed");
  const places = findPlaces(payload).frames;

  /** Returns the status and the line that follow the beginning of the variant. */
  function startChanged(change: string): { status: number | null; stderr: string } {
    const file = openSync(join(scratch, "changed.output"), "w+");
    const command = ["unshare", "-m", "sh", "-c", START, "sh", folder, bundle, change];
    const { exitCode, stderr } = Bun.spawnSync(command, { stdout: file, stderr: "pipe" });
    closeSync(file);
    const written = readFileSync(join(scratch, "changed.output"));
    expect(written.length).toBeGreaterThan(0);
    expect(written.equals(whole.subarray(0, written.length))).toBe(true);
    expect(written.length === whole.length).toBe(exitCode === 0);
    return { status: exitCode, stderr: stderr.toString() };
  }

  function overwriting(at: number, bytes: Uint8Array): string {
    const patch = join(scratch, "changed.patch");
    writeFileSync(patch, bytes);
    return `dd if=${patch} of=lower/bundle bs=1 seek=${payloadAt + at} conv=notrunc status=none`;
  }

  test("is extracted where nothing is changed", () => {
    expect(startChanged("true")).toEqual({ status: 0, stderr: "" });
  });

  test("cannot be changed where it is executed", () => {
    const { stderr, status } = startChanged("! dd if=/dev/zero of=merged/bundle count=1 conv=notrunc");
    expect({ stderr, status }).toEqual({
      status: 0,
      stderr: "dd: failed to open 'merged/bundle': Text file busy\n",
    });
  });

  test("is refused by the checksum of a frame that was changed", () => {
    const at = last.offset + (last.storedSize >> 1);
    expect(startChanged(overwriting(at, Uint8Array.of((payload[at] ?? 0) ^ 1)))).toEqual({
      status: 112,
      stderr: "[mgo] launcher: bundle damaged: wrong checksum of a stored frame\n",
    });
  });

  test("is refused where it is cut short", () => {
    // The page that the last frame starts in may be left.
    expect(startChanged(`truncate -s ${payloadAt + last.offset} lower/bundle`)).toEqual({
      status: 112,
      stderr: expect.stringMatching(
        /^\[mgo\] launcher: bundle damaged: (file is cut short|wrong checksum of a stored frame)\n$/,
      ),
    });
  });

  test("ends with a line and a status where its directory is changed behind the check", () => {
    const at = places[frames.length - 1] ?? 0;
    const end = places.at(-1) ?? 0;
    for (const byte of [0x00, 0x7f, 0x80, 0xff]) {
      const { status, stderr } = startChanged(overwriting(at, Buffer.alloc(end - at + 40, byte)));
      expect([112, 119]).toContain(status ?? 0);
      expect(stderr).toMatch(/^\[mgo\] launcher: [^:\n]+: [^\n]+\n$/);
    }
  });
});
