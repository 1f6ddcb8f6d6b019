/**
 * The man page, read by the programs that show it.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/reference/commands.ts";
import { formatFlag, formatVariable } from "../../src/cli/reference/format.ts";
import { BUNDLE_STATUSES } from "../../src/cli/reference/statuses.ts";
import { BUNDLE_VARIABLES, VARIABLES } from "../../src/cli/reference/variables.ts";
import { literal, paragraph, synopsis } from "../../src/cli/roff.ts";
import { MGO_FLAGS } from "../../src/pipeline/flags.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { MGO, makeWorkspace, run, type Workspace } from "../support/workspace.ts";

function makePage(): Workspace {
  return makeWorkspace({ "mgo.1": expectSuccess(run(makeWorkspace(), [...MGO, "man"])).stdout });
}

describe("mgo man prints a page", () => {
  for (const [program, ...flags] of [
    ["groff", "-man", "-Tutf8", "-ww", "-z"],
    ["mandoc", "-Tlint"],
    ["man", "--warnings", "-l"],
  ] as const) {
    test.skipIf(Bun.which(program) === null)(`without anything that ${program} finds wrong`, () => {
      const command = [program, ...flags, "mgo.1"];
      const { status, stdout, stderr } = run(makePage(), command, { MANWIDTH: "80", LC_ALL: "C.UTF-8" });
      const complaints = program === "man" ? stderr : stderr + stdout;
      expect({ status, complaints }).toEqual({ status: 0, complaints: "" });
    });
  }

  test.skipIf(Bun.which("groff") === null)("about everything, in 80 columns", () => {
    const text = expectSuccess(run(makePage(), ["groff", "-man", "-Tascii", "-P-c", "mgo.1"])).stdout;
    // Bold letters are printed twice.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
    const page = text.replaceAll(/.\x08/g, "");
    expect(page.split("\n").filter((line) => line.length > 80)).toEqual([]);
    const words = [
      ...COMMANDS.map(({ name }) => `mgo ${name}`),
      ...MGO_FLAGS.map(formatFlag),
      ...[...VARIABLES, ...BUNDLE_VARIABLES].map(formatVariable),
      ...BUNDLE_STATUSES.map(({ status }) => `  ${status}  `),
    ];
    expect(words.filter((word) => !page.includes(word))).toEqual([]);
  });

  test("with signs that can be copied", () => {
    expect(literal("-o 'a^b' ~/x")).toBe("\\fB\\-o \\(aqa\\(hab\\(aq \\(ti/x\\fR");
    expect(literal("-o FILE, MGO_X=1")).toBe("\\fB\\-o \\fR\\fIFILE\\fR\\fB, MGO_X=1\\fR");
    expect(synopsis("pack -o OUT [--base v3] FILE...")).toBe(
      "\\fBpack\\fR \\fB\\-o\\fR\\ \\fIOUT\\fR [\\fB\\-\\-base\\fR\\ v3] \\fIFILE\\fR...",
    );
    expect(paragraph("a `b\\` c")).toEqual(["a \\fBb\\e\\fR c"]);
    expect(paragraph(`${"x".repeat(78)} .so what`)).toEqual(["x".repeat(78), "\\&.so what"]);
  });

  test("and says with which notice bundles must be published", () => {
    const { stdout } = expectSuccess(run(makeWorkspace(), [...MGO, "license"]));
    for (const file of ["LICENSE", "engine/zstd/LICENSE"]) {
      expect(stdout).toContain(readFileSync(join(ROOT, file), "utf8"));
    }
  });

  test("and takes no arguments", () => {
    expect(run(makeWorkspace(), [...MGO, "man", "3"])).toMatchObject({
      status: 2,
      stderr: "mgo: man: unexpected argument 3\n",
    });
  });
});
