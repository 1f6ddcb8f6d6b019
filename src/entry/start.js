/**
 * Starts mgo on a Bun, from Node. Plain JavaScript for any Node, as all that comes before mgo itself.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";

/**
 * Runs a script by Bun, with this process's arguments, streams, signals and exit status.
 *
 * @param {string} program Bun's path
 * @param {string} script
 * @param {string} config Bun's configuration file
 * @returns {void}
 */
export function startBun(program, script, config) {
  // The folder that mgo is used in may hold files of its own for Bun (.env, bunfig.toml): they are not for
  // mgo.
  const flags = ["--no-env-file", `--config=${config}`, "--no-install"];
  // Bun takes the first -- out that follows the script at once, and it might be the user's.
  const command = [program, ...flags, script, "--", ...process.argv.slice(2)];
  const { BUN_OPTIONS: _, ...env } = process.env;
  // Newer versions of Node can become Bun, which leaves nobody to pass anything on.
  if (process.execve !== undefined && process.platform !== "win32") process.execve(program, command, env);

  const child = spawn(program, command.slice(1), { stdio: "inherit", env });
  // A terminal sends Ctrl-C and Ctrl-\ to mgo as well; what is sent to this process alone is passed on.
  const fromTerminal = [0, 1, 2].some((file) => isatty(file));
  for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (!fromTerminal || (signal !== "SIGINT" && signal !== "SIGQUIT")) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`mgo: cannot start ${program}: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (status, signal) => {
    if (signal === null) {
      process.exitCode = status;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal that this process cannot die of, as init of a container for example.
    process.exitCode = 128 + constants.signals[signal];
  });
}
