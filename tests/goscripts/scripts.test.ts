/**
 * Go's script tests, with mgo as the scripts' `go`. Each passes, or is in expected.json.
 *
 *     npm test -- tests/goscripts                       a choice of them
 *     MGO_GOSCRIPTS=all npm test -- tests/goscripts     all that need no network: takes an hour
 *     MGO_GOSCRIPTS='build_n help' npm test -- …        these
 */
import { expect, test } from "bun:test";
import { makeStandalone } from "../support/release.ts";
import { compareScripts } from "./compare.ts";
import { expectedNames, expectedReason } from "./expected.ts";
import { FAST, SLOW } from "./fast.ts";
import { readScripts } from "./go-test.ts";

const asked = process.env.MGO_GOSCRIPTS ?? "";
const scripts = readScripts();
const chosen = asked === "all" ? allNames() : asked === "" ? FAST : asked.trim().split(/\s+/);
const names = chosen.filter((name) => scripts.has(name));
for (const name of chosen)
  if (!scripts.has(name)) test.skip(`${name} is not among this Go's scripts`, () => {});

// They run before tests are declared: their outcomes tell which are skipped.
const outcomes = await compareScripts(names, scripts, makeStandalone(), (name, { kind }, seconds) => {
  if (asked !== "") process.stderr.write(`${name}: ${kind}, ${seconds.toFixed(1)} s\n`);
});

for (const [name, outcome] of outcomes) {
  const left = outcome.kind === "skipped" || outcome.kind === "unable";
  // How many there are of them is the machine's affair.
  if (left && asked === "all") continue;
  const reason = expectedReason(name);
  test.skipIf(left)(reason === undefined ? name : `${name} differs: ${reason}`, () => {
    if (reason === undefined && outcome.kind === "different") throw new Error(outcome.log);
    expect(outcome.kind).toBe(reason === undefined ? "same" : "different");
  });
}

if (asked === "all") {
  test("expected.json names scripts that there are", () => {
    expect(expectedNames().filter((name) => !scripts.has(name))).toEqual([]);
  });
}

/** All that need no network. */
function allNames(): readonly string[] {
  const local = [...scripts].filter(([, text]) => !/\[!?net\b/.test(text));
  return local.map(([name]) => name).filter((name) => !SLOW.includes(name));
}
