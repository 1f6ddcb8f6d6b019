/**
 * Go's own tests of the go command: the scripts in GOROOT/src/cmd/go/testdata/script, run by cmd/go's test
 * program with its script engine, module proxy and version control server. mgo_test.go is compiled into that
 * program and has the scripts find mgo as their `go`. GOROOT is only read.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { newFolder, scratch } from "../support/folders.ts";
import { LIMIT } from "../support/run.ts";

/** The time that a script adds to the limit of all, in milliseconds: most take a second, some a minute. */
const EACH = 60_000;

/** How one script ended. */
export interface Result {
  readonly status: "pass" | "fail" | "skip";
  /** The script engine's output. */
  readonly log: string;
  /** In seconds. */
  readonly elapsed: number;
}

/** Scripts by name, with their texts. */
export type Scripts = ReadonlyMap<string, string>;

const goroot = Bun.spawnSync(["go", "env", "GOROOT"], { env: goEnvironment() }).stdout.toString().trim();
const cmdGo = join(goroot, "src", "cmd", "go");

/** Reads the scripts of the Go in PATH: none where its distribution leaves tests out. */
export function readScripts(): Scripts {
  const folder = join(cmdGo, "testdata", "script");
  let files: readonly string[] = [];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  } catch {
    // There are none.
  }
  return new Map(files.map((file) => [basename(file, ".txt"), readFileSync(join(folder, file), "utf8")]));
}

/**
 * Runs scripts, as many at once as there are CPUs.
 *
 * @param options.mgo the program that the scripts run as `go`; without it, cmd/go itself
 * @param options.short as `go test -short`: scripts leave out what takes long
 * @param options.onResult called when one has ended
 * @throws if `go test` ends without a result for one of them
 */
export async function runScripts(
  names: readonly string[],
  options: {
    readonly mgo?: string | undefined;
    readonly short: boolean;
    readonly onResult?: (name: string, result: Result) => void;
  },
): Promise<ReadonlyMap<string, Result>> {
  const results = new Map<string, Result>();
  if (names.length === 0) return results;
  const work = newFolder(join(scratch, "go-test-"));
  const overlay = join(work, "overlay.json");
  const added = { [join(cmdGo, "mgo_test.go")]: join(import.meta.dir, "mgo_test.go") };
  writeFileSync(overlay, JSON.stringify({ Replace: added }));
  // Scripts that hang fail in the end; the others are not to be cut short on a busy machine.
  const timeout = `-timeout=${LIMIT + names.length * EACH}ms`;
  const flags = ["-json", "-vet=off", "-count=1", timeout, `-parallel=${availableParallelism()}`];
  const run = `-run=^TestMgo$/^(?:${names.join("|")})$`;
  const go = Bun.spawn(
    ["go", "test", ...flags, `-short=${options.short}`, `-overlay=${overlay}`, run, "cmd/go"],
    {
      cwd: cmdGo,
      env: {
        ...goEnvironment(),
        TMPDIR: work,
        MGOCACHE: join(work, "mgo-cache"),
        MGOFLAGS: "-mgo.compress=fast -mgo.elsewhere=go",
        ...(options.mgo === undefined ? {} : { MGO_AS_GO: options.mgo }),
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const errors = new Response(go.stderr).text();
  const rest = await readEvents(go.stdout, (name, result) => {
    results.set(name, result);
    options.onResult?.(name, result);
  });
  await go.exited;
  rmSync(work, { recursive: true, force: true });
  const missing = names.find((name) => !results.has(name));
  if (missing === undefined) return results;
  throw new Error(`go test cmd/go has no result for ${missing}:\n${await errors}${rest}`);
}

/** The environment without what this machine's user has set for builds. */
function goEnvironment(): Record<string, string | undefined> {
  const { GOROOT: _, MGO_AS_GO: __, ...env } = process.env;
  return { ...env, GOFLAGS: "", GO111MODULE: "", GOWORK: "off", GOTOOLCHAIN: "local", GOENV: "off" };
}

/** One line of `go test -json`: see `go doc test2json`. */
interface Event {
  readonly Action?: string;
  readonly Test?: string;
  readonly Output?: string;
  readonly Elapsed?: number;
}

/** @returns the output that belongs to no script */
async function readEvents(
  stream: ReadableStream<Uint8Array>,
  onResult: (name: string, result: Result) => void,
): Promise<string> {
  const logs = new Map<string, string>();
  const take = (line: string): void => {
    const event: Event = line.startsWith("{") ? JSON.parse(line) : { Output: `${line}\n` };
    const name = /^TestMgo\/(.*)$/.exec(event.Test ?? "")?.[1] ?? "";
    const log = (logs.get(name) ?? "") + (event.Output ?? "");
    logs.set(name, log);
    const status = event.Action;
    if (name === "" || (status !== "pass" && status !== "fail" && status !== "skip")) return;
    logs.delete(name);
    onResult(name, { status, log, elapsed: event.Elapsed ?? 0 });
  };
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  return logs.get("") ?? "";
}
