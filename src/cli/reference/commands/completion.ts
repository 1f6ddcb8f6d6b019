import type { CommandEntry } from "../types.ts";

export const COMPLETION = {
  name: "completion",
  synopsis: "completion bash|zsh|fish",
  summary: "print what completes mgo's command line in a shell",
  details: [
    "For bash, put the output into `~/.local/share/bash-completion/completions/mgo`; for zsh, as `_mgo` into a folder of `$fpath`; for fish, into `~/.config/fish/completions/mgo.fish`. Or have the shell read it when it starts: `source <(mgo completion bash)`, in zsh behind `compinit`.",
  ],
  flags: [],
  operands: { kind: "choice", choices: ["bash", "zsh", "fish"] },
} as const satisfies CommandEntry;
