/** Arguments and environment reach a bundle's program as the kernel delivers them to a plain one. */
import { describe, expect, test } from "bun:test";
import { expectSame } from "../support/mirror.ts";
import { expectSuccess, type Outcome } from "../support/run.ts";
import { type Start, startBoth, startFile, startsOf } from "../support/starts.ts";
import { buildVariant, kinds } from "../support/variants.ts";

const prepare = buildVariant("v1", "prepare");
const dynamic = kinds.includes("cgo-pie") ? await startsOf("mirror", "cgo-pie") : [];
const starts = [...(await startsOf("mirror")), ...dynamic];

describe.each(starts)("$title", (start) => {
  test.each([
    ["no argument at all, not even a name", "argc0 -- ./program"],
    ["another name than the file's", "'argv0=some name' -- ./program one two"],
    ["an empty name", "argv0= -- ./program one"],
    [
      "arguments that are empty, long, or not text",
      "-- ./program '' \"$(printf 'a\\n\\033[2J')\" $(seq 3000)",
    ],
  ])("gets %s", (_what, steps) => {
    const { ours, plain } = startBoth(start, { command: `${prepare} ${steps}` });
    expectSame(start, ours, plain);
  });

  test.each([
    ["no environment", "env -i ./program"],
    [
      "an empty string, a name without a value and one that stands twice",
      "env -i A=1 = B= 'C D=e' ./program",
    ],
    ["many variables", "env $(seq -f 'V%.0f=1' 3000) ./program"],
  ])("gets %s", (_what, command) => {
    const { ours, plain } = startBoth(start, { command });
    // Without GOAMD64 another variant may run, with another auxiliary vector.
    const withoutRest = ({ stdout, ...outcome }: Outcome) => ({ ...outcome, env: JSON.parse(stdout).env });
    expect(withoutRest(ours)).toEqual(withoutRest(plain));
  });

  test("gets as many arguments as fit, and the kernel's refusal of one byte more", () => {
    // The second exec names the program /dev/fd/3, which is as long as ./program.
    const size = largestPad(start);
    const run = (bytes: number) =>
      startBoth(start, { command: `env -i ${prepare} pad=${bytes} -- ./program` });
    const fits = run(size);
    expect(argsOf(fits.ours)).toEqual(argsOf(fits.plain));
    const over = run(size + 1);
    expect(over.plain).toMatchObject({ status: 126, stderr: "prepare: argument list too long\n" });
    expect(over.ours).toEqual(over.plain);
  });
});

describe.each(starts.filter(({ inPlace }) => !inPlace))("$title", (start) => {
  test("starts by mapping if the path of a descriptor, longer than its own, does not fit", () => {
    const shorter = "./program".length - "./p".length;
    // Both the path of the file and the first argument are shorter.
    const run = (bytes: number) =>
      startBoth(start, { command: `env -i ${prepare} pad=${bytes} -- ./p`, name: "p" });
    const largest = largestPad(start) + 2 * shorter;
    expect(run(largest + 1).plain.status).toBe(126);
    for (const bytes of [largest - shorter, largest - shorter + 1, largest]) {
      const { plain, ours } = run(bytes);
      expect(argsOf(ours)).toEqual(argsOf(plain));
    }
  });
});

function argsOf(outcome: Outcome): unknown {
  const { stdout, stderr } = expectSuccess(outcome);
  expect(stderr).toBe("");
  return JSON.parse(stdout).args;
}

const sizes = new Map<string, number>();

/** Returns how many bytes of further arguments the plain program takes, without an environment. */
function largestPad({ plain }: Start): number {
  const known = sizes.get(plain);
  if (known !== undefined) return known;
  let [fits, over] = [0, 16 << 20];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    const { status } = startFile(plain, {
      command: `env -i ${prepare} pad=${middle} -- ./program >/dev/null`,
    });
    if (status === 0) fits = middle;
    else over = middle;
  }
  sizes.set(plain, fits);
  return fits;
}
