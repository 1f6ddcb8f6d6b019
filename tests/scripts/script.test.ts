/** The command lines of scripts. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { ROOT } from "../support/folders.ts";
import { runProgram } from "../support/run.ts";

const NAMES = ["build", "release", "bench", "sanity", "fuzz", "package", "tidy"] as const;

function runScript(name: string, ...args: readonly string[]) {
  const script = join(ROOT, "scripts", `${name}.ts`);
  return runProgram([process.execPath, script, ...args], { PATH: process.env.PATH ?? "" });
}

test("npm test prints its usage with --help, and runs nothing", () => {
  const { status, stdout } = runScript("test", "--help");
  expect(status).toBe(0);
  expect(stdout).toStartWith("`npm test`: ");
});

describe.each(NAMES)("npm run %s", (name) => {
  test("prints its usage with --help", () => {
    expect(packageJson.scripts[name]).toBe(`node scripts/bun.js scripts/${name}.ts`);
    const { status, stdout, stderr } = runScript(name, "--output", "--help");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toStartWith(`\`npm run ${name}`);
    expect(stdout).not.toMatch(/^ \*|\/\*\*|\*\//m);
  });

  test("refuses an option that it does not know, and names the way to its usage", () => {
    const { status, stdout, stderr } = runScript(name, "--frobnicate");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toStartWith(`${name}: Unknown option '--frobnicate'`);
    expect(stderr).toEndWith(`\nhint: npm run ${name} -- --help\n`);
  });
});
