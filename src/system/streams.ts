/**
 * Standard output and standard error, written by system calls of mgo's own.
 *
 * Nothing here touches process.stdout or process.stderr unless it is a terminal: Bun makes a pipe non-blocking as
 * soon as one of them is read, for all programs that share the pipe, and those lose what they then write
 * (`(mgo version; cat file) | slow`).
 *
 * Writes happen in the background, in their order, so that a reader that does not read keeps no signal from being
 * heard. Only a terminal is written to at once, as the live lines are.
 */
import { write, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { hasCode, MgoError, reasonOf } from "./error.ts";

const STDOUT = 1;
const STDERR = 2;
type Descriptor = typeof STDOUT | typeof STDERR;

/** How long to wait for room in a pipe that somebody else has made non-blocking, in milliseconds. */
const PAUSE = 5;

/** The reader of one of the streams has gone. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

const writeSome = promisify(write);
/** Nobody wakes who waits for it: a pause. */
const nobody = new Int32Array(new SharedArrayBuffer(4));
const failed = Promise.withResolvers<never>();
// Without anyone who waits for it yet, a failure is no unhandled one.
failed.promise.catch(() => {});
let queue: Promise<void> = Promise.resolve();

/** Rejects when a stream can no longer be written: with a BrokenPipe, or with an MgoError that says why. */
export const failure: Promise<never> = failed.promise;

export function writeStdout(text: string | Uint8Array): void {
  writeTo(STDOUT, text);
}

export function writeStderr(text: string): void {
  writeTo(STDERR, text);
}

/** Whether somebody may be watching: both are terminals. */
export function areTerminals(): boolean {
  return isatty(STDOUT) && isatty(STDERR);
}

/** The width of the terminal that standard error is; undefined where it is none, or does not tell. */
export function columnsOfStderr(): number | undefined {
  if (!isatty(STDERR)) return undefined;
  const columns = process.stderr.columns;
  return columns > 0 ? columns : undefined;
}

/** Waits until everything is written, or has failed to be. */
export async function flushStreams(): Promise<void> {
  await queue;
}

function writeTo(file: Descriptor, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  if (bytes.length === 0) return;
  if (isatty(file)) writeNow(file, bytes);
  else queue = queue.then(() => writeAll(file, bytes));
}

async function writeAll(file: Descriptor, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += (await writeSome(file, bytes, offset, bytes.length - offset)).bytesWritten;
    } catch (error) {
      if (!hasCode(error, "EAGAIN", "EINTR")) {
        fail(file, error);
        return;
      }
      await sleep(PAUSE);
    }
  }
}

function writeNow(file: Descriptor, bytes: Uint8Array): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(file, bytes, offset, bytes.length - offset);
    } catch (error) {
      if (!hasCode(error, "EAGAIN", "EINTR")) {
        fail(file, error);
        return;
      }
      Atomics.wait(nobody, 0, 0, PAUSE);
    }
  }
}

/** What cannot be said on standard error is lost, as it is for `go`; a result on standard output is not. */
function fail(file: Descriptor, error: unknown): void {
  if (hasCode(error, "EPIPE")) failed.reject(new BrokenPipe());
  else if (file === STDOUT) {
    failed.reject(new MgoError(`cannot write standard output: ${reasonOf(error)}`, { cause: error }));
  }
}
