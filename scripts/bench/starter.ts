/** The program that starts others and measures them (starter/main.zig), and its reports. */
import { join } from "node:path";
import { findZig } from "../../src/engine/compile.ts";
import type { Level } from "../../src/levels/level.ts";
import { $ } from "../script.ts";

/** A file to start, with GOAMD64 as this level, or as it is in the environment. */
export interface Startable {
  readonly path: string;
  readonly level?: Level;
}

export interface Start {
  readonly milliseconds: number;
  /** Bytes: wait4's ru_maxrss. */
  readonly peakResident: number;
  readonly success: boolean;
}

export interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs the starter. */
export class Starter {
  readonly #command: readonly string[];

  private constructor(command: readonly string[]) {
    this.#command = command;
  }

  /**
   * Compiles the starter.
   *
   * @param folder a folder for it
   * @param pin a command that runs the one that follows
   */
  static async compile(folder: string, pin: readonly string[]): Promise<Starter> {
    const source = join(import.meta.dir, "starter", "main.zig");
    const flags = [
      "-O",
      "ReleaseSmall",
      "-target",
      "x86_64-linux-none",
      "-mcpu=baseline",
      "-fsingle-threaded",
    ];
    const caches = ["--cache-dir", join(folder, "zig"), "--global-cache-dir", join(folder, "zig")];
    const zig = findZig(process.env);
    await $({ cwd: folder })`${zig} build-exe ${source} ${flags} ${caches} --name starter`;
    return new Starter([...pin, join(folder, "starter")]);
  }

  /** Returns a starter that another command runs. */
  behind(command: readonly string[]): Starter {
    return new Starter([...command, ...this.#command]);
  }

  /**
   * Starts the files one after the other, each to its end.
   *
   * @param schedule an index into `files` for each start
   * @param isCold whether each start reads its file from the disk
   * @returns a report of each start, and all that was written to standard error
   */
  run(
    files: readonly Startable[],
    args: readonly string[],
    schedule: readonly number[],
    place: Place,
    isCold = false,
  ): { readonly starts: readonly Start[]; readonly stderr: string } {
    const { stdout, stderr } = this.#start(
      isCold ? "cold" : "starts",
      files,
      args,
      Uint8Array.from(schedule),
      place,
    );
    const starts = stdout.split("\n").map((line): Start => {
      const [nanoseconds = Number.NaN, peak = Number.NaN, status = Number.NaN] = line.split(" ").map(Number);
      return { milliseconds: nanoseconds / 1e6, peakResident: peak * 1024, success: status === 0 };
    });
    return { starts, stderr };
  }

  /**
   * Follows a launcher until it executes the program.
   *
   * @returns bytes of its peak, and how much of that was in files in memory; undefined if it executes none
   */
  trace(
    file: Startable,
    args: readonly string[],
    place: Place,
  ): { bytes: number; files: number } | undefined {
    const { stdout } = this.#start("trace", [file], args, new Uint8Array(), place);
    const [bytes = Number.NaN, files = Number.NaN, executed = 0] = stdout.split(" ").map(Number);
    return executed > 1 ? { bytes, files } : undefined;
  }

  #start(
    mode: string,
    files: readonly Startable[],
    args: readonly string[],
    stdin: Uint8Array,
    { cwd, env }: Place,
  ) {
    const words = files.map(({ path, level }) => `${level ?? ""}=${path}`);
    const command = [...this.#command, mode, ...words, "--", ...args];
    const input = Buffer.from(stdin);
    const run = $({ sync: true, cwd, env, input, stdio: "pipe", nothrow: true });
    const { ok, stdout, stderr } = run`exec ${command}`;
    if (!ok) throw new Error(`the starter ended: ${stderr.trim()}`);
    return { stdout: stdout.trim(), stderr };
  }
}
