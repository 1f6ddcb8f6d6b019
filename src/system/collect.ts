/** Collects what a program prints, up to a limit. */
import type { Readable } from "node:stream";

/** Bytes kept of a stream. `go build -a -x` of 262 packages prints 0.35 MB. */
export const KEPT_MAX = 32_000_000;

/**
 * Milliseconds between two looks at a stream whose program has ended: what the program left running in the
 * background may hold it open for ever.
 */
const INTERVAL = 100;

/** Looks that find nothing new, after which the stream is closed. */
const QUIET_MAX = 3;

export interface CollectOptions {
  /** Resolves when the program has ended. */
  readonly exited: Promise<unknown>;
  /** Called once when the stream has brought more than KEPT_MAX; the rest is read and dropped. */
  readonly onFlood: () => void;
  /** Sees the text line by line; a line for which it returns true is not kept. */
  readonly onLine?: ((line: string) => boolean) | undefined;
}

/** Reads a stream to its end, or until only background children of its program hold it. */
export function collectText(stream: Readable, { exited, onFlood, onLine }: CollectOptions): Promise<string> {
  const kept: string[] = [];
  const lines = onLine === undefined ? undefined : filterLines(onLine);
  const decoder = new TextDecoder();
  let size = 0;
  stream.on("data", (piece: Uint8Array) => {
    const isFull = size > KEPT_MAX;
    size += piece.length;
    if (isFull) return;
    const text = decoder.decode(piece, { stream: true });
    kept.push(lines === undefined ? text : lines.add(text));
    if (size > KEPT_MAX) onFlood();
  });
  const stopWatching = closeWhenQuiet(stream, exited, () => size);
  const ended = Promise.withResolvers<string>();
  // The text up to an error counts.
  stream.on("error", () => stream.destroy());
  stream.once("close", () => {
    stopWatching();
    if (lines !== undefined) kept.push(lines.rest());
    ended.resolve(kept.join(""));
  });
  return ended.promise;
}

/** @returns a function that stops watching */
function closeWhenQuiet(stream: Readable, exited: Promise<unknown>, readSoFar: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  void exited.then(() => {
    if (isStopped) return;
    let before = readSoFar();
    let quiet = 0;
    timer = setInterval(() => {
      const now = readSoFar();
      quiet = now === before ? quiet + 1 : 0;
      if (quiet === QUIET_MAX || now > KEPT_MAX) stream.destroy();
      before = now;
    }, INTERVAL);
  });
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}

/** Takes lines out of a text that comes in pieces, and scans each piece once. */
function filterLines(isTaken: (line: string) => boolean) {
  let pending: string[] = [];
  return {
    /** Returns the lines that this piece completes, without those that are taken. */
    add(text: string): string {
      const end = text.lastIndexOf("\n");
      const whole = end < 0 ? "" : pending.join("") + text.slice(0, end);
      if (end >= 0) pending = [];
      pending.push(text.slice(end + 1));
      if (end < 0) return "";
      const left = whole.split("\n").filter((line) => !isTaken(line));
      return left.length === 0 ? "" : `${left.join("\n")}\n`;
    },
    /** Returns the text after the last line break. */
    rest: (): string => pending.join(""),
  };
}
