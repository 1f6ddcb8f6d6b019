/**
 * Follows a page of documentation word by word: writes the files that it shows and runs its commands in one
 * folder, as its reader would in one shell. The page's marks are those of tests/support/pages.ts.
 */
import { describe, expect, test } from "bun:test";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Action, actionOf, type Block, blocksOf, matches, type Step } from "./pages.ts";
import { LIMIT, runProgram } from "./run.ts";
import { type Files, MGO_SCRIPT, makeWorkspace, type Workspace, writeFiles } from "./workspace.ts";

export interface Surroundings {
  /** Files that are there before the page's first command. */
  readonly files?: Files;
  /** More variables; PATH goes in front of the one that has `mgo` and the system's programs. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the page cannot be followed here. */
  readonly skip?: boolean;
  /** Needs of blocks that are no programs ("needs core-dumps"), and whether this machine meets them. */
  readonly abilities?: Readonly<Record<string, boolean>>;
}

/**
 * Registers a test for each block of a page that is marked for it. A block starts with the variables and in
 * the folder where the last one ended; programs left in the background are killed. A block that fails ends
 * the page.
 *
 * @param page the page's path from the repository's root
 */
export function followPage(page: string, surroundings: Surroundings = {}): void {
  describe.skipIf(surroundings.skip ?? false)(`${page} can be followed`, () => {
    const reader = newReader(surroundings);
    let broken = false;
    for (const block of blocksOf(page)) {
      const action = actionOf(block);
      if (action === undefined) continue;
      const missing = action.kind === "run" && action.needs.some((tool) => !reader.has(tool));
      const follow = async (): Promise<void> => {
        if (broken) throw new Error("a block above this one failed");
        broken = true;
        await reader.follow(action, `${page}:${block.line}`);
        broken = false;
      };
      test.skipIf(missing)(titleOf(block), follow);
    }
  });
}

function titleOf({ heading, line, language }: Block): string {
  return `${heading}, line ${line} (${language})`;
}

interface Reader {
  has(name: string): boolean;
  follow(action: Action, where: string): Promise<void>;
}

function newReader(surroundings: Surroundings): Reader {
  const { files = {}, env = {}, abilities = {} } = surroundings;
  let place: Workspace | undefined;
  const open = (): Workspace => {
    place ??= makeWorkspace(files);
    return place;
  };
  const home = (): string => dirname(open().folder);
  const path = [env.PATH, process.env.PATH].filter((part) => part !== undefined).join(":");

  async function run({ script, output }: Step, where: string): Promise<void> {
    const bin = join(home(), "bin");
    if (!existsSync(bin)) writeFiles(bin, { mgo: MGO_SCRIPT });
    const [state, log] = [join(home(), "state"), join(home(), "log")];
    // The next block starts with the variables and in the folder that this one ends with.
    const keep = `keep() { { export -p; printf 'cd %q\\n' "$PWD"; } >'${state}'; }; trap keep EXIT`;
    const load = existsSync(state) ? `. '${state}'` : ":";
    // If the page shows output, a command before the last may fail, as on a terminal.
    const options = output === undefined ? "set -aeuo pipefail" : "set -a";
    const command = `${load}\n${keep}\n${options}\n${script}`;
    const file = openSync(log, "w");
    // A session of its own, and a file to print to, so that programs in the background keep nobody waiting.
    const child = Bun.spawn(["bash", "-c", command], {
      cwd: open().folder,
      env: { ...open().env, ...env, PATH: `${bin}:${path}` },
      stdio: ["ignore", file, file],
      detached: true,
      timeout: LIMIT,
    });
    const status = await child.exited;
    killGroup(child.pid);
    closeSync(file);
    const printed = readFileSync(log, "utf8");
    if (status !== 0)
      throw new Error(
        `${where}: status ${status}, ${child.signalCode ?? "no signal"}\n${script}\n${printed}`,
      );
    if (output !== undefined && !matches(printed, output)) {
      // For the difference that the message shows.
      expect(`${where}: $ ${script}${printed}`).toBe(`${where}: $ ${script}${output}`);
    }
  }

  return {
    has: (name) => abilities[name] ?? Bun.which(name, { PATH: path }) !== null,
    async follow(action, where) {
      if (action.kind === "file") {
        const file = join(folderNow(open().folder, join(home(), "state")), action.name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, action.text);
        return;
      }
      for (const step of action.steps) await run(step, where);
    },
  };
}

/** The folder that the last block ended in. */
function folderNow(first: string, state: string): string {
  if (!existsSync(state)) return first;
  return runProgram(["bash", "-c", `. '${state}' && pwd`]).stdout.trim();
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left of it.
  }
}
