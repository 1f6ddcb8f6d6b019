/**
 * `npm run pictures`: runs the commands that the README shows, on a terminal, and writes what they print to
 * docs/terminal-light.svg and docs/terminal-dark.svg. Needs Go and script(1).
 */
import { cp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readScreen } from "./docs/screen.ts";
import { renderTerminal, type Shown } from "./docs/terminal.ts";
import { $, root, runScript } from "./script.ts";
import { withTemporary } from "./temporary.ts";

const COLUMNS = 74;

const COMMANDS = [
  "mgo -trimpath -ldflags='-s -w' -o yq \\\n  github.com/mikefarah/yq/v4",
  "MGODEBUG=log ./yq --version",
  "GOAMD64=v1 MGODEBUG=log ./yq --version",
];

/** This checkout's mgo, as a program. */
const MGO = `#!/bin/sh\nexec node '${join(root, "src", "entry", "npx.js")}' "$@"\n`;

const TITLE =
  "mgo builds yq at four levels into one file, which starts the best one, or the one that GOAMD64 names";

await runScript(import.meta.path, {}, async () => {
  await withTemporary("pictures", async (work) => {
    await cp(join(root, "examples", "yq"), work, { recursive: true });
    await writeFile(join(work, "mgo"), MGO, { mode: 0o755 });
    // Compiles the launcher and all packages. What is shown compiles nothing, but links and encodes.
    await runOnTerminal(COMMANDS[0] ?? "", work);
    for (const name of ["yq", "cache"]) await rm(join(work, name), { recursive: true });
    const shown: Shown[] = [];
    for (const command of COMMANDS) {
      shown.push({ command, lines: readScreen(await runOnTerminal(command, work)) });
    }
    for (const scheme of ["light", "dark"] as const) {
      const picture = renderTerminal(shown, { columns: COLUMNS, title: TITLE, scheme });
      await Bun.write(join(root, "docs", `terminal-${scheme}.svg`), picture);
    }
  });
});

/** Runs a shell's command on a terminal of its own. @returns what it wrote there */
async function runOnTerminal(command: string, work: string): Promise<string> {
  const env: Record<string, string | undefined> = { ...process.env };
  for (const name of ["NO_COLOR", "GOAMD64", "MGODEBUG", "MGOFLAGS"]) delete env[name];
  const place = {
    PATH: `${work}:${process.env.PATH}`,
    TERM: "xterm-256color",
    MGOCACHE: join(work, "cache"),
  };
  const sized = `stty cols ${COLUMNS} rows 40; ${command}`;
  const run = $({ cwd: work, env: { ...env, ...place } });
  const { stdout } = await run`script --quiet --return --command ${sized} /dev/null`;
  return stdout;
}
