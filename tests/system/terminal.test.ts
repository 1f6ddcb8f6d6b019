/** Messages on a terminal, and elsewhere. */
import { expect, test } from "bun:test";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

const HINT = "hint: mgo's flags are ";

/** Returns the output on a terminal of that width. */
function onTerminal(workspace: Workspace, columns: number, command: string): string {
  const mgo = MGO.map((word) => `'${word}'`).join(" ");
  const inside = `stty cols ${columns} rows 24; ${mgo} ${command}`;
  return run(workspace, ["script", "-qec", inside, "/dev/null"]).stdout.replaceAll("\r\n", "\n");
}

test.skipIf(Bun.which("script") === null)(
  "a line that is wider than the terminal goes on below its text",
  () => {
    const shown = onTerminal(makeWorkspace(), 50, "-mgo.nothing=1").trimEnd().split("\n");
    expect(shown[1]).toStartWith(HINT);
    expect(shown.slice(2).every((line) => line.startsWith("      -mgo."))).toBe(true);
    expect(Math.max(...shown.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(shown.length).toBeGreaterThan(2);
  },
);

test("elsewhere each line stays one", () => {
  const { stderr } = run(makeWorkspace(), [...MGO, "-mgo.nothing=1"], { COLUMNS: "50" });
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
});
