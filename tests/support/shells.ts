/**
 * Real, interactive shells on a terminal of `script`, with mgo's completion as a package would install it. A
 * key has them insert all that they offer, and a function in mgo's place notes the words that it is called
 * with.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCRIPTS, type Shell } from "../../src/cli/completion/scripts.ts";
import { runProgram } from "./run.ts";
import { MGO_SCRIPT, run, type Workspace, writeFiles } from "./workspace.ts";

export function hasShell(shell: Shell): boolean {
  return [shell, "script"].every((program) => Bun.which(program) !== null);
}

/** Inserts everything that is offered; bound in each shell's set-up. */
const ALL = "\x14";
/** Completes as far as there is no choice. */
export const TAB = "\t";

const MARK = "--- called with";

/**
 * Returns the words that mgo is called with after each line was typed and completed.
 *
 * @param lines what is typed; ends in TAB, or everything that is offered is inserted at its end
 */
export function typeLines(
  workspace: Workspace,
  shell: Exclude<Shell, "fish">,
  lines: readonly string[],
): readonly (readonly string[])[] {
  const home = prepare(workspace);
  const called = join(home, "called");
  writeFileSync(called, "");
  const typed = lines.map((line) => `${line.includes(TAB) ? line : line + ALL}\n`).join("");
  const command = shell === "bash" ? bash(home) : zsh(home);
  const env = { ...workspace.env, PATH: `${home}/bin:${workspace.env.PATH}`, CALLED: called, TERM: "vt100" };
  const { stdout, stderr } = runProgram(["script", "-qec", command, "/dev/null"], env, {
    cwd: workspace.folder,
    input: `${typed}exit\n`,
  });
  const calls = readFileSync(called, "utf8").split(`${MARK}\n`).slice(1);
  if (calls.length !== lines.length) throw new Error(stdout + stderr);
  return calls.map((call) => call.split("\n").slice(0, -1));
}

/** Returns what fish offers for a line, each with its description behind a tab. */
export function askFish(workspace: Workspace, line: string): readonly string[] {
  const home = prepare(workspace);
  const script = "source $argv[1]; complete -C $argv[2]";
  const { stdout, stderr } = run(workspace, ["fish", "-c", script, join(home, "mgo.fish"), line], {
    PATH: `${home}/bin:${workspace.env.PATH}`,
    HOME: home,
  });
  if (stderr !== "") throw new Error(stderr);
  return stdout.split("\n").slice(0, -1);
}

/** mgo and its completions, beside the workspace's folder. */
function prepare(workspace: Workspace): string {
  const home = join(workspace.folder, "..", "home");
  if (existsSync(home)) return home;
  writeFiles(home, { "bin/mgo": MGO_SCRIPT });
  for (const [shell, text] of Object.entries(SCRIPTS)) writeFileSync(join(home, `mgo.${shell}`), text);
  return home;
}

const FUNCTION = `
mgo() {
  if [ "$1" = __complete ]; then command mgo "$@"; return; fi
  printf '%s\\n' '${MARK}' "$@" >> "$CALLED"
}
`;

function bash(home: string): string {
  const rc = `source '${home}/mgo.bash'\nbind '"\\C-t": insert-completions'\n${FUNCTION}`;
  writeFileSync(join(home, "bashrc"), rc);
  return `bash --noprofile --rcfile '${home}/bashrc' -i`;
}

function zsh(home: string): string {
  mkdirSync(join(home, "functions"), { recursive: true });
  writeFileSync(join(home, "functions", "_mgo"), SCRIPTS.zsh);
  const rc = `
fpath=('${home}/functions' $fpath)
autoload -Uz compinit
compinit -u -d '${home}/zcompdump'
zle -C all complete-word _generic
zstyle ':completion:all::::' completer _all_matches _complete
zstyle ':completion:all:*' insert yes
bindkey '^T' all
bindkey '^I' complete-word
setopt no_list_beep
${FUNCTION}`;
  writeFileSync(join(home, ".zshrc"), rc);
  return `env ZDOTDIR='${home}' zsh -i`;
}
