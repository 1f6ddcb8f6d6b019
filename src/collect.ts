/** What a program prints, as much of it as fits. */

/** How much is kept of a stream, in bytes. All of Kubernetes, built with -a and -x, prints about as much. */
export const KEPT_MAX = 64_000_000;

/**
 * How long a stream may bring nothing after its program has ended, in milliseconds: what the program has left
 * running in the background may hold it open for ever.
 */
const LINGER = 300;

export interface CollectOptions {
  /** Resolves when the program has ended. */
  readonly exited: Promise<unknown>;
  /** Called once when the stream has brought more than KEPT_MAX: the rest is read and left out. */
  readonly onFlood: () => void;
  /** Sees the text line by line; a line for which it returns true is not kept. */
  readonly onLine?: ((line: string) => boolean) | undefined;
}

/** Reads a stream to its end, or until only the program's children in the background hold it. */
export async function collectText(
  stream: ReadableStream<Uint8Array>,
  { exited, onFlood, onLine }: CollectOptions,
): Promise<string> {
  const reader = stream.getReader();
  const kept: string[] = [];
  const take = (text: string): void => void kept.push(text);
  const lines = onLine === undefined ? undefined : splitLines((line) => onLine(line) || take(`${line}\n`));
  const decoder = new TextDecoder();
  let size = 0;
  const stopWaiting = cancelWhenQuiet(reader, exited, () => size);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const isFull = size > KEPT_MAX;
    size += value.length;
    if (isFull) continue;
    (lines?.add ?? take)(decoder.decode(value, { stream: true }));
    if (size > KEPT_MAX) onFlood();
  }
  stopWaiting();
  if (lines !== undefined) take(lines.rest());
  return kept.join("");
}

/** @returns a function that ends it */
function cancelWhenQuiet(
  reader: { cancel(): Promise<void> },
  exited: Promise<unknown>,
  readSoFar: () => number,
): () => void {
  let timer: Timer | undefined;
  let isOver = false;
  void exited.then(() => {
    if (isOver) return;
    let before = readSoFar();
    timer = setInterval(() => {
      const now = readSoFar();
      if (now === before || now > KEPT_MAX) void reader.cancel();
      before = now;
    }, LINGER);
  });
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}

/** Cuts text that comes in pieces into lines, without looking at any piece twice. */
function splitLines(onLine: (line: string) => void) {
  let pending: string[] = [];
  return {
    add(text: string): void {
      const end = text.lastIndexOf("\n");
      if (end >= 0) {
        const whole = pending.join("") + text.slice(0, end);
        for (const line of whole.split("\n")) onLine(line);
        pending = [];
      }
      pending.push(text.slice(end + 1));
    },
    rest: (): string => pending.join(""),
  };
}
