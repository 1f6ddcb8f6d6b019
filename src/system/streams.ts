/**
 * Standard output and standard error, written through their descriptors.
 *
 * process.stdout and process.stderr are touched only if they are terminals: as soon as a program reads one of
 * them, Bun makes its pipe non-blocking for all programs that share the pipe, and those lose output (`(mgo
 * version; cat file) | slow`).
 *
 * Writes happen in the background and in order, so that mgo still handles signals when a reader does not
 * read. Only a terminal is written to at once, as the live lines are.
 */
import { write, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import { promisify } from "node:util";
import { hasCode, MgoError, reasonOf } from "./error.ts";

const STDOUT = 1;
const STDERR = 2;
type Descriptor = typeof STDOUT | typeof STDERR;

/** Milliseconds to wait for space in a pipe that another program has made non-blocking. */
const PAUSE = 5;

/** The reader of one of the streams has gone. */
export class BrokenPipe extends Error {
  override readonly name = "BrokenPipe";
}

const writeSome = promisify(write);
/** Never notified, so `Atomics.wait` on it is a synchronous sleep. */
const never = new Int32Array(new SharedArrayBuffer(4));
const failed = Promise.withResolvers<never>();
// main.ts reports the rejection; this only keeps it from counting as unhandled.
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

/** Tells whether both streams are terminals. */
export function areTerminals(): boolean {
  return isatty(STDOUT) && isatty(STDERR);
}

/** Tells whether standard error is a terminal. */
export function isTerminal(): boolean {
  return isatty(STDERR);
}

/** Returns the terminal's width in columns; undefined if standard error is no terminal, or has no width. */
export function columnsOfStderr(): number | undefined {
  if (!isTerminal()) return undefined;
  const columns = process.stderr.columns;
  return columns > 0 ? columns : undefined;
}

/** Waits until everything is written or has failed. */
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
      Atomics.wait(never, 0, 0, PAUSE);
    }
  }
}

/** Ignores errors of standard error, as `go` does; a lost result on standard output is one. */
function fail(file: Descriptor, error: unknown): void {
  if (hasCode(error, "EPIPE")) failed.reject(new BrokenPipe());
  else if (file === STDOUT) {
    failed.reject(new MgoError(`cannot write standard output: ${reasonOf(error)}`, { cause: error }));
  }
}
