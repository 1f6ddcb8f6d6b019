/** Finds the command that mgo's arguments name. */
import packageJson from "../../package.json" with { type: "json" };
import { loadHash } from "../engine/hash.ts";
import { chdirLength } from "../go/flags.ts";
import { MgoError } from "../system/error.ts";
import type { Context } from "../system/process.ts";
import { quoteForShell } from "../system/shell.ts";
import { writeStdout } from "../system/streams.ts";
import { checkArguments } from "../system/utf8.ts";
import { findNearest } from "./nearest.ts";
import { printHelp } from "./print-help.ts";
import { COMMANDS, type CommandName } from "./reference/commands.ts";
import { GO_COMMANDS } from "./reference/go-commands.ts";
import type { CommandEntry } from "./reference/types.ts";

/** @returns the exit status */
export type Command = (context: Context) => Promise<number>;

/** @param args what follows the command's name */
type Run = (args: readonly string[], context: Context) => number | Promise<number>;

/** Loads each command when it runs: many starts of mgo only hand something on to `go`. */
const LOADERS: Readonly<Record<CommandName, () => Promise<Run>>> = {
  build: async () => (await import("./commands/build.ts")).run,
  install: async () => (await import("./commands/build.ts")).install,
  run: async () => (await import("./commands/run.ts")).run,
  pack: async () => (await import("./commands/pack.ts")).run,
  inspect: async () => (await import("./commands/inspect.ts")).run,
  extract: async () => (await import("./commands/extract.ts")).run,
  verify: async () => (await import("./commands/verify.ts")).run,
  bench: async () => (await import("./commands/bench.ts")).run,
  completion: async () => (await import("./commands/completion.ts")).run,
  man: async () => (await import("./commands/man.ts")).run,
  license: async () => (await import("./commands/license.ts")).run,
};

const HELP_FLAG = /^--?(?:h|help)$/;

/** @param args mgo's arguments, without its own name */
export function findCommand(args: readonly string[]): Command {
  const [word = "", ...rest] = args;
  if (/^--?version$/.test(word)) return printVersion;
  if (word === "help" && (rest[0] === undefined || findEntry(rest[0]) !== undefined)) {
    return () => printHelp(findEntry(rest[0]));
  }
  if (HELP_FLAG.test(word)) return () => printHelp();
  if (word === "__complete") {
    return async (context) => (await import("./commands/completion.ts")).answer(rest, context);
  }
  const entry = findEntry(word);
  if (entry !== undefined) {
    // Builds look for help themselves: among their flags, some have values.
    if (!entry.isBuild && rest.some((arg) => HELP_FLAG.test(arg))) return () => printHelp(entry);
    return runOwn(entry.name, rest);
  }
  // Go takes `go -C dir build` as well as `go build -C dir`.
  const chdir = chdirLength(args);
  const name = args[chdir] ?? "";
  if (GO_COMMANDS.has(name)) return handOn(args);
  const build = findEntry(name);
  if (build?.isBuild) return runOwn(build.name, [...args.slice(0, chdir), ...args.slice(chdir + 1)]);
  const nearest = /^[a-z]+$/.test(name)
    ? findNearest(name, [...COMMANDS.map((known) => known.name), ...GO_COMMANDS])
    : undefined;
  if (nearest === undefined) return runOwn("build", args);
  const meant = [...args.slice(0, chdir), nearest, ...args.slice(chdir + 1)];
  return async (context) => {
    const { isPackage } = await import("../go/list.ts");
    // `mgo PACKAGE` builds it.
    if (await isPackage(name, args.slice(0, chdir), context)) return await runOwn("build", args)(context);
    throw new MgoError(`unknown command ${name}`, {
      hint: ["mgo", ...meant].map(quoteForShell).join(" "),
      status: 2,
    });
  };
}

function findEntry(name: string | undefined): (CommandEntry & { readonly name: CommandName }) | undefined {
  return COMMANDS.find((known) => known.name === name);
}

async function printVersion(): Promise<number> {
  writeStdout(`mgo ${packageJson.version}\n`);
  return 0;
}

function runOwn(name: CommandName, args: readonly string[]): Command {
  return async (context) => {
    checkArguments(args);
    await loadHash();
    const run = await LOADERS[name]();
    return run(args, context);
  };
}

function handOn(args: readonly string[]): Command {
  return async (context) => {
    const { run } = await import("./commands/passthrough.ts");
    return run(args, context);
  };
}
