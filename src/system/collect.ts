/** What a program prints, as much of it as fits. */
import type { Readable } from "node:stream";

/** How much is kept of a stream, in bytes. `go build -a -x` of 262 packages prints 0.35 MB. */
export const KEPT_MAX = 32_000_000;

/**
 * How often a stream is looked at after its program has ended, in milliseconds: what the program has left running in
 * the background may hold it open for ever.
 */
const LINGER = 100;

/** How often it may have brought nothing. Between two looks, what was there to read has been read. */
const QUIET_MAX = 3;

export interface CollectOptions {
  /** Resolves when the program has ended. */
  readonly exited: Promise<unknown>;
  /** Called once when the stream has brought more than KEPT_MAX: the rest is read and left out. */
  readonly onFlood: () => void;
  /** Sees the text line by line; a line for which it returns true is not kept. */
  readonly onLine?: ((line: string) => boolean) | undefined;
}

/** Reads a stream to its end, or until only the program's children in the background hold it. */
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
  const stopWaiting = closeWhenQuiet(stream, exited, () => size);
  const ended = Promise.withResolvers<string>();
  // What was read before an error is what there is.
  stream.on("error", () => stream.destroy());
  stream.once("close", () => {
    stopWaiting();
    if (lines !== undefined) kept.push(lines.rest());
    ended.resolve(kept.join(""));
  });
  return ended.promise;
}

/** @returns a function that ends it */
function closeWhenQuiet(stream: Readable, exited: Promise<unknown>, readSoFar: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  void exited.then(() => {
    if (isOver) return;
    let before = readSoFar();
    let quiet = 0;
    timer = setInterval(() => {
      const now = readSoFar();
      quiet = now === before ? quiet + 1 : 0;
      if (quiet === QUIET_MAX || now > KEPT_MAX) stream.destroy();
      before = now;
    }, LINGER);
  });
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/** Takes lines out of a text that comes in pieces, without looking at any piece twice. */
function filterLines(isTaken: (line: string) => boolean) {
  let pending: string[] = [];
  return {
    /** @returns the lines that are left of those that this piece ends */
    add(text: string): string {
      const end = text.lastIndexOf("\n");
      const whole = end < 0 ? "" : pending.join("") + text.slice(0, end);
      if (end >= 0) pending = [];
      pending.push(text.slice(end + 1));
      if (end < 0) return "";
      const left = whole.split("\n").filter((line) => !isTaken(line));
      return left.length === 0 ? "" : `${left.join("\n")}\n`;
    },
    /** What follows the last line's end. */
    rest: (): string => pending.join(""),
  };
}
