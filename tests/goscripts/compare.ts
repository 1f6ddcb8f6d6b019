/** mgo beside the go command, script by script. */
import { expectedReason } from "./expected.ts";
import { type Result, runScripts, type Scripts } from "./go-test.ts";

/** The result of one script. */
export type Outcome =
  /** As with go. */
  | { readonly kind: "same" }
  /** Passes with go, fails with mgo. */
  | { readonly kind: "different"; readonly log: string }
  /** The script leaves itself out on this machine. */
  | { readonly kind: "skipped" }
  /** Fails with go as well on this machine. */
  | { readonly kind: "unable" };

/** Whether a script runs a command of which mgo makes something else. All others reach go as they are. */
const BUILDS = /\bgo (?:-C \S+ )?(?:build|install|run)\b/;

/**
 * Runs scripts with mgo, and with go those that fail unexpectedly. Scripts that build nothing run in their
 * short form.
 *
 * @param onOutcome called when one has ended
 */
export async function compareScripts(
  names: readonly string[],
  scripts: Scripts,
  mgo: string,
  onOutcome: (name: string, outcome: Outcome, seconds: number) => void,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const tell = (name: string, outcome: Outcome, { elapsed }: Result): void => {
    outcomes.set(name, outcome);
    onOutcome(name, outcome, elapsed);
  };
  const isBuild = (name: string): boolean => BUILDS.test(scripts.get(name) ?? "");
  for (const short of [false, true]) {
    const failed = new Map<string, Result>();
    const chosen = names.filter((name) => isBuild(name) !== short);
    const onResult = (name: string, result: Result): void => {
      const { status, log } = result;
      if (status === "pass") tell(name, { kind: "same" }, result);
      else if (status === "skip") tell(name, { kind: "skipped" }, result);
      else if (expectedReason(name) !== undefined) tell(name, { kind: "different", log }, result);
      else failed.set(name, result);
    };
    await runScripts(chosen, { mgo, short, onResult });
    await runScripts([...failed.keys()], {
      short,
      onResult: (name, { status }) => {
        const result = failed.get(name);
        if (result === undefined) return;
        tell(name, status === "pass" ? { kind: "different", log: result.log } : { kind: "unable" }, result);
      },
    });
  }
  return outcomes;
}
