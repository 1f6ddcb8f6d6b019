/** Starts mgo on a Bun, from Node. Plain JavaScript for any Node. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { isatty } from "node:tty";

/**
 * Runs a script on Bun, with this process's arguments, streams, signals and exit status.
 *
 * @param {string} program Bun's path
 * @param {string} script
 * @param {string} config Bun's configuration file
 * @returns {void}
 */
export function startBun(program, script, config) {
  // Bun would end with a page about a crash.
  if (process.platform === "linux" && !existsSync("/proc/self/exe")) {
    process.stderr.write("mgo: Bun cannot run: /proc is not mounted\nhint: mount -t proc proc /proc\n");
    process.exitCode = 1;
    return;
  }
  // Files for Bun in the user's folder (.env, bunfig.toml) are not for mgo.
  const flags = ["--no-env-file", `--config=${config}`, "--no-install"];
  // Bun drops a -- that follows the script, which would otherwise be the user's.
  const command = [program, ...flags, script, "--", ...process.argv.slice(2)];
  const { BUN_OPTIONS: _, ...env } = process.env;
  // Newer versions of Node can become Bun; then nothing has to be passed on.
  if (process.execve !== undefined && process.platform !== "win32") process.execve(program, command, env);

  const child = spawn(program, command.slice(1), { stdio: "inherit", env });
  // A terminal sends Ctrl-C and Ctrl-\ to mgo as well; other signals reach this process only.
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
    // This process may not die of the signal, for example as init of a container.
    process.exitCode = 128 + constants.signals[signal];
  });
}
