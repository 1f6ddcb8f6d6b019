/**
 * The reference, held against what it is about: the launcher's sources, and what mgo takes.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatCommandHelp, formatHelp } from "../../src/cli/help.ts";
import { COMMANDS, LONE_FLAGS } from "../../src/cli/reference/commands.ts";
import { formatFlag, formatPlain, formatVariable } from "../../src/cli/reference/format.ts";
import { GO_FLAG_NOTES } from "../../src/cli/reference/go-flags.ts";
import { BUNDLE_STATUSES } from "../../src/cli/reference/statuses.ts";
import type { CommandEntry, FlagEntry, Value } from "../../src/cli/reference/types.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "../../src/cli/reference/variables.ts";
import { LEVELS } from "../../src/levels/level.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run } from "../support/workspace.ts";

const commands: readonly CommandEntry[] = COMMANDS;
const flags: readonly FlagEntry[] = [...MGO_FLAGS, ...commands.flatMap((command) => command.flags)];

describe("the reference", () => {
  test("has the launcher's exit statuses by the names that the launcher gives them", () => {
    const source = readFileSync(join(ROOT, "launcher", "fatal.zig"), "utf8");
    const body = /pub const Status = enum\(u8\) \{(.*?)\n\};/s.exec(source)?.[1] ?? "";
    const statuses = [...body.matchAll(/^ {4}(\w+) = (\d+),/gm)].map(([, name, status]) => [status, name]);
    expect(statuses.length).toBeGreaterThan(5);
    expect<unknown>(BUNDLE_STATUSES.map(({ status, name }) => [String(status), name])).toEqual(statuses);
  });

  test("has the words that the launcher reads in MGODEBUG", () => {
    const source = readFileSync(join(ROOT, "launcher", "select", "environment.zig"), "utf8");
    const fields = /pub const Debug = struct \{(.*?)\n\};/s.exec(source)?.[1] ?? "";
    const words = [...fields.matchAll(/^ {4}(\w+): bool/gm)].map(([, word]) => word ?? "");
    expect(words.length).toBeGreaterThan(3);
    const values = BUNDLE_VARIABLES.filter(({ name }) => name === "MGODEBUG").map(({ value }) => value);
    expect(values.toSorted()).toEqual(words.toSorted());
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    "names in the synopsis of mgo %s only flags that it has",
    (_, command) => {
      const named = [...command.synopsis.matchAll(/(?:^|[ [])--?([a-z][\w.-]*)(?=[ \]=]|$)/g)];
      const own = command.flags.flatMap(({ name, short }) => [name, short ?? name]);
      const known = command.isBuild ? [...own, "mgo"] : own;
      expect(named.map(([, name]) => name).filter((name) => !known.includes(name ?? ""))).toEqual([]);
    },
  );

  test("shows of each value what it may be", () => {
    for (const { name, value, shown } of flags) {
      expect([name, shown === undefined]).toEqual([name, value === undefined]);
      const choices = value === undefined ? undefined : choicesOf(value);
      if (choices === undefined) continue;
      for (const choice of shown?.split(/[|,]/) ?? []) expect(choices).toContain(choice);
    }
  });
});

function choicesOf(value: Value): readonly string[] | undefined {
  if (value.kind === "level" || value.kind === "levels") return LEVELS;
  return value.kind === "choice" ? value.choices : undefined;
}

describe("mgo takes what the reference has", () => {
  const takers = commands.filter((command) => !command.isBuild);

  test.each(takers.map(({ name }) => [name]))("mgo %s --help and mgo help say the same", (name) => {
    const workspace = makeWorkspace();
    const own = expectSuccess(run(workspace, [...MGO, name, "--help"])).stdout;
    expect(expectSuccess(run(workspace, [...MGO, "help", name])).stdout).toBe(own);
    expect(own).toStartWith(`usage: mgo ${name}`);
    const command = commands.find((known) => known.name === name);
    for (const flag of command?.flags ?? []) expect(own).toContain(formatFlag(flag));
  });

  test.each(takers.map(({ name }) => [name]))("mgo %s refuses a flag that it does not have", (name) => {
    const { status, stderr } = run(makeWorkspace(), [...MGO, name, "--frobnicate"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `mgo: ${name}: Unknown option '--frobnicate'\nhint: mgo help ${name}\n`,
    });
  });
});

describe("the help text", () => {
  test("tells of every command, flag and variable", () => {
    const words = [
      ...commands.map(({ synopsis }) => `mgo ${synopsis.split(" ").slice(0, 2).join(" ")}`),
      ...[...MGO_FLAGS, ...LONE_FLAGS].map(formatFlag),
      ...GO_FLAG_NOTES.map(({ flags }) => formatPlain(flags)),
      ...[...VARIABLES, ...BUNDLE_VARIABLES].map(formatVariable),
    ];
    const help = formatHelp();
    expect(words.filter((word) => !help.includes(`  ${word}`) && !help.includes(`mgo ${word}`))).toEqual([]);
  });

  test("fits into 80 columns, of each command too", () => {
    const lines = [formatHelp(), ...commands.map(formatCommandHelp)].flatMap((text) => text.split("\n"));
    expect(lines.filter((line) => line.length > 80 || line.endsWith(" "))).toEqual([]);
  });

  test("keeps together what stands in brackets, and a flag with its value", () => {
    const help = formatCommandHelp({
      name: "x",
      synopsis: `x ${"y".repeat(58)} [--base v3] -o FILE`,
      summary: "do things",
      flags: [],
    });
    expect(help.split("\n").slice(0, 3)).toEqual([
      `usage: mgo x ${"y".repeat(58)}`,
      "             [--base v3] -o FILE",
      "",
    ]);
  });
});
