/** The flags of `go build` in completions, and in help where several builds make a difference to them. */
import { flagsOf } from "../../go/flag-table.ts";
import type { FlagEntry } from "./types.ts";

const table = [...flagsOf("build").values()];

/** Those that are documented. Values as words are rare: `-o x`, `-C dir`, `-p 4`. */
export const GO_FLAGS: readonly FlagEntry[] = table.flatMap(({ name, value, summary }) =>
  summary === undefined
    ? []
    : [
        {
          name,
          ...(name.length === 1 ? { short: name } : { style: "go" as const }),
          ...(value === undefined ? {} : { value }),
          summary,
        },
      ],
);

/** Flags that do more, or other, where there are several builds: how they are written, and what they do. */
export const GO_FLAG_NOTES: readonly { readonly flags: string; readonly note: string }[] = [
  ...Map.groupBy(table, ({ note }) => note),
].flatMap(([note, rows]) => (note === undefined ? [] : [{ flags: rows.map(formatName).join(", "), note }]));

function formatName({ name, shown }: { readonly name: string; readonly shown?: string | undefined }): string {
  return `\`-${name}${shown === undefined ? "" : ` ${shown}`}\``;
}
