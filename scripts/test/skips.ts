/** Compares the tests that were skipped with those that tests/expected-skips.ts declares for this machine. */
import { EXPECTED_SKIPS } from "../../tests/expected-skips.ts";
import type { Case } from "./report.ts";

/** One line for each skip that was not declared, and for each declared one that ran. */
export function unexpectedSkips(cases: readonly Case[]): readonly string[] {
  return cases.flatMap(({ file, title, state }) => {
    const declared = EXPECTED_SKIPS.find((one) => one.file === file && one.title.test(title));
    const expected = declared?.holds() === true;
    if (expected === (state === "skipped")) return [];
    if (expected) return [`${file}: “${title}” ran, though it is declared to be skipped on ${declared.on}`];
    return [`${file}: “${title}” was skipped, which tests/expected-skips.ts does not declare here`];
  });
}
