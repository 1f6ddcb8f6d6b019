/** Prints what ended mgo: `mgo: what: why`, and a hint on a line of its own. */
import { inspect } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import { MgoError } from "../system/error.ts";
import { BrokenPipe, columnsOfStderr, writeStderr } from "../system/streams.ts";

/** A shell's status for death by SIGPIPE (128 + 13): a reader that has gone ends mgo without a word. */
const STATUS_BROKEN_PIPE = 141;

/** @returns the exit status */
export async function reportError(error: unknown): Promise<number> {
  if (error instanceof BrokenPipe) return STATUS_BROKEN_PIPE;
  const trace = (process.env.MGODEBUG ?? "").split(",").includes("trace");
  if (error instanceof MgoError) {
    await writeLine("mgo: ", escapeControls(error.message));
    if (error.hint !== undefined) await writeLine("hint: ", error.hint);
  } else {
    const message = error instanceof Error ? error.message : String(error);
    writeStderr(`mgo: this is a bug in mgo: ${message}\n`);
    if (!trace) writeStderr(`hint: please report it with what MGODEBUG=trace shows: ${packageJson.bugs}\n`);
  }
  if (trace) writeStderr(`${inspect(error)}\n`);
  return error instanceof MgoError ? error.status : 1;
}

/** On a terminal, wraps a line below its text; elsewhere keeps it one line, for scripts. */
async function writeLine(label: string, text: string): Promise<void> {
  const columns = columnsOfStderr();
  let line = label + text;
  // The output of another program has line breaks of its own.
  if (columns !== undefined && !text.includes("\n")) {
    const { wrapText } = await import("../system/text.ts");
    line = wrapText(text, label, columns).join("\n");
  }
  writeStderr(`${line}\n`);
}

/** Escapes control characters, which names of files may hold, as Go does in its messages. */
function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (found) =>
    found === "\n" ? "\\n" : `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}
