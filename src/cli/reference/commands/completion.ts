import type { CommandEntry } from "../types.ts";

export const COMPLETION = {
  name: "completion",
  synopsis: "completion bash|zsh|fish",
  summary: "print a script that completes mgo's command line in a shell",
  details: [
    "Put it into `~/.local/share/bash-completion/completions/mgo` for bash, into a folder of `$fpath` " +
      "as `_mgo` for zsh, and into `~/.config/fish/completions/mgo.fish` for fish. Or have the shell read " +
      "it when it starts: `source <(mgo completion bash)`, in zsh after `compinit`.",
  ],
  flags: [],
  operands: { kind: "choice", choices: ["bash", "zsh", "fish"] },
} as const satisfies CommandEntry;
