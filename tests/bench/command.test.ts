/** `mgo bench` on real packages, with real benchstat. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  bench,
  benchmarks,
  benchWorkspace,
  canBench,
  errorsOf,
  GAINS,
  highest,
  levels,
  lowest,
} from "../support/bench.ts";
import { goMod, library } from "../support/programs.ts";
import { expectSuccess } from "../support/run.ts";
import { listFiles, MGO, makeWorkspace, run } from "../support/workspace.ts";

const ENDS = `-mgo.levels=${lowest},${highest}`;

describe.skipIf(!canBench)("mgo bench", () => {
  test("tells how much time a level saves and which are worth building, and leaves nothing behind", () => {
    const workspace = benchWorkspace(GAINS);
    const before = listFiles(workspace.folder);
    const outcome = expectSuccess(bench(workspace, []));
    expect(errorsOf(outcome)).toBe("");
    expect(outcome.stderr).toContain("mgo: bench: round 9 of 10 done, about ");
    expect(outcome.stdout).toMatch(/^ {2}Sum +\d+ ns ±0%.* -33\.3% p<0\.001$/m);
    expect(outcome.stdout).toMatch(/^ {2}geomean .* -33\.\d%$/m);
    expect(outcome.stdout).toContain(
      `\n${highest} takes 33 % less time than ${lowest} (geomean; 2 of 2 benchmarks faster, 0 slower).\n`,
    );
    expect(outcome.stdout).toContain(`-mgo.levels=${lowest},${highest} gives the whole gain`);
    expect(outcome.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(listFiles(workspace.folder)).toEqual(before);
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test.skipIf(Bun.which("script") === null)("on a terminal shows one live line, which goes away", () => {
    const workspace = benchWorkspace(GAINS);
    const command = ["stty cols 80 rows 24;", ...MGO, "bench", "-benchtime=1x", "-count=6", ENDS].join(" ");
    const terminal = { TERM: "xterm", CI: "" };
    const { stdout } = expectSuccess(run(workspace, ["script", "-qec", command, "/dev/null"], terminal));
    expect(stdout).toMatch(/round 2: v\d of gains, about \S+ s left/);
    expect(stdout).not.toContain("mgo: bench: ");
    // Behind the last erased line is the result.
    const shown = stdout.slice(stdout.lastIndexOf("\x1b[2K"));
    expect(shown).toContain(" sec/op ");
    expect(shown).not.toContain("round 2: ");
  });

  test("says plainly that nothing is gained", () => {
    const workspace = benchWorkspace({
      ...goMod("example.com/same"),
      ...benchmarks("", { Sum: { other: 100 }, Sort: { other: 2000 } }),
    });
    const { stdout } = expectSuccess(bench(workspace, []));
    expect(stdout).toContain(`\nNothing is gained: no level differs from ${lowest} by more than chance.\n`);
    expect(stdout).toContain("plain go build serves as well as a bundle");
  });

  test("with too few rounds says so first, and that nothing can be told, in all that it writes", () => {
    const workspace = benchWorkspace(GAINS);
    const doubt = "4 rounds give no confidence intervals: that takes 6, and 10 are better (-count=10).";
    const args = ["-count=4", ENDS, "-html=page.html"];
    const json = expectSuccess(bench(workspace, [...args, "-json"]));
    expect(errorsOf(json)).toBe(`mgo: bench: ${doubt}\n`);
    expect(JSON.parse(json.stdout).verdict).toMatchObject({
      gains: null,
      advice: null,
      doubts: [doubt],
      worth: [lowest],
      levels: [{ level: highest, kind: "unclear" }],
    });
    const page = readFileSync(join(workspace.folder, "page.html"), "utf8");
    const { stdout } = expectSuccess(bench(workspace, args));
    for (const text of [stdout.replaceAll(/\s+/g, " "), page]) {
      const at = text.indexOf(doubt);
      expect(at).toBeGreaterThan(0);
      expect(text.indexOf("These figures do not show whether anything is gained.")).toBeGreaterThan(at);
      expect(text).not.toMatch(/the whole gain|as fast|Nothing is gained|class="verdict gain"/);
    }
  });

  test("prints JSON for scripts", () => {
    const outcome = expectSuccess(bench(benchWorkspace(GAINS), ["-json", ENDS, "-count=6"]));
    const report = JSON.parse(outcome.stdout);
    expect(report).toMatchObject({
      command: `mgo bench -benchtime=1x -json ${ENDS} -count=6`,
      levels: [lowest, highest],
      base: lowest,
      rounds: 6,
      failures: 0,
      verdict: {
        gains: true,
        worth: [lowest, highest],
        levels: [{ level: highest, faster: 2, slower: 0, total: 2 }],
      },
    });
    expect(report.tables[0].rows[0]).toMatchObject({
      pkg: "example.com/gains",
      levels: { [highest]: { delta: expect.closeTo(-1 / 3, 1), significant: true } },
    });
  });

  test("passes the flags of go test on, and runs each package in its folder", () => {
    const check = `if _, err := os.Stat("here"); err != nil { b.Fatal(err) }
	if os.Getenv("GOAMD64") != fmt.Sprintf("v%d", level) { b.Fatal(level) }
	if os.Args[len(os.Args)-1] != "mine" { b.Fatal(os.Args) }`;
    const workspace = benchWorkspace({
      "a mod/go.mod": "module example.com/flags\n\ngo 1.20\n",
      ...benchmarks("a mod/a", { Kept: { other: 100 }, Left: { other: 100 } }, check),
      "a mod/a/here": "",
      "a mod/a/tagged_test.go":
        '//go:build special\n\npackage bench\n\nimport "testing"\n\n' +
        'func TestFails(t *testing.T) { t.Fatal("run") }\n\n' +
        "func BenchmarkKeptToo(b *testing.B) { report(b, 1, 1, 1, 1) }\n",
    });
    const flags = ["-C", "a mod", "-bench=Kept", "-tags", "special", "-cpu=1,2", "-count=1", ENDS, "./..."];
    const args = [...MGO, "bench", ...flags, "-args", "mine"];
    const { stdout } = expectSuccess(run(workspace, args));
    const names = [...stdout.matchAll(/^ {2}(Kept\S*) /gm)].map(([, name]) => name);
    expect(names).toEqual(["Kept", "Kept-2", "KeptToo", "KeptToo-2"]);
  });

  test.skipIf(Bun.which("gcc") === null)("compiles C for each level where -mgo.cgo-march asks for it", () => {
    const source = "int level(void) {\n#ifdef __SSE3__\nreturn 2;\n#else\nreturn 1;\n#endif\n}\n";
    const go =
      'package bench\n\n// int level(void);\nimport "C"\n\nfunc compiled() int { return int(C.level()) }\n';
    const check = "if (compiled() > 1) != (level > 1) { b.Fatal(compiled()) }";
    const workspace = benchWorkspace({
      ...goMod("example.com/c"),
      ...benchmarks("", { Sum: { other: 100 } }, check),
      "level.c": source,
      "level.go": go,
    });
    const args = ["-count=1", `-mgo.levels=${lowest},${levels[1]}`];
    expect(bench(workspace, [...args, "-mgo.cgo-march"]).status).toBe(0);
    expect(bench(workspace, args).status).toBe(1);
  });

  test("runs every level once a round, in changing orders", () => {
    const note = `file, _ := os.OpenFile(os.Getenv("NOTES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	fmt.Fprint(file, level)
	file.Close()`;
    const workspace = benchWorkspace({
      ...goMod("example.com/order"),
      ...benchmarks("", { Sum: { other: 100 } }, `if b.N > 1 { ${note} }`),
    });
    const notes = join(workspace.cache, "notes");
    expectSuccess(bench(workspace, ["-benchtime=2x", "-count=4"], { NOTES: notes }));
    const written = readFileSync(notes, "utf8");
    const rounds = written.match(new RegExp(`.{${levels.length}}`, "g")) ?? [];
    expect(rounds.map((round) => [...round].toSorted().join(""))).toEqual(
      Array(4).fill(levels.map((level) => level.slice(1)).join("")),
    );
    expect(new Set(rounds).size).toBe(levels.length > 3 ? 4 : 2);
  });

  test("shows what fails at a level once, with its level, compares the rest, and ends with status 1", () => {
    const isBad = `b.Name() == "BenchmarkBad" && "v" + fmt.Sprint(level) == "${highest}"`;
    const fail = `if ${isBad} { b.Fatal("cannot sum") }`;
    const workspace = benchWorkspace({
      ...goMod("example.com/fails"),
      ...benchmarks("", { Bad: { other: 100 }, Good: { other: 100, [highest]: 50 } }, fail),
    });
    const outcome = bench(workspace, [ENDS]);
    expect(outcome.status).toBe(1);
    expect(errorsOf(outcome)).toStartWith(`mgo: bench: fails fails at ${highest}:\n`);
    expect(outcome.stderr.match(/cannot sum/g)?.length).toBe(1);
    expect(outcome.stdout).toMatch(/not compared: example\.com\/fails Bad(?:-\d+)?: no result at /);
    expect(outcome.stdout).toMatch(/^ {2}Good .* -50\.0% p<0\.001$/m);
  });

  test("does not run what panics again, and says that nothing could be compared", () => {
    const panic = `if "v" + fmt.Sprint(level) == "${highest}" { panic("at the disco") }`;
    const workspace = benchWorkspace({
      ...goMod("example.com/panics"),
      ...benchmarks("", { Sum: { other: 100 } }, panic),
    });
    const outcome = bench(workspace, [ENDS]);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.match(/panic: at the disco/g)?.length).toBe(1);
    expect(outcome.stderr).toEndWith(
      "mgo: bench: there is no benchmark that every level has run to its end\n",
    );
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("says what go test says of packages that do not build, once", () => {
    const workspace = benchWorkspace({
      ...goMod("example.com/broken"),
      "x_test.go": 'package x\n\nvar a int = ""\n',
    });
    const outcome = bench(workspace, []);
    expect(outcome.status).toBe(1);
    expect(outcome.stderr.match(/cannot use ""/g)?.length).toBe(1);
    expect(outcome.stdout).toStartWith("FAIL\texample.com/broken [build failed]\n");
  });

  test("with --json prints nothing else to standard output", () => {
    const workspace = benchWorkspace({
      ...goMod("example.com/broken"),
      "x_test.go": 'package x\n\nvar a int = ""\n',
    });
    const outcome = bench(workspace, ["--json", ENDS]);
    expect(outcome.stdout).toBe("");
    expect(outcome.stderr).toContain("FAIL\texample.com/broken [build failed]\n");
  });

  test("says which benchmarks there are none of", () => {
    const outcome = bench(benchWorkspace(GAINS), ["-bench=Nope", ENDS]);
    expect(outcome.status).toBe(1);
    expect(errorsOf(outcome)).toStartWith(
      "mgo: bench: no benchmark matches -bench=Nope in these packages\nhint: ",
    );
    const without = benchWorkspace({ ...goMod("example.com/none"), ...library("library") });
    expect(errorsOf(bench(without, ["./...", ENDS]))).toStartWith(
      "mgo: bench: no benchmark matches -bench=. in ",
    );
  });

  test("builds benchstat without the user's settings for builds, and works in a module that vendors", () => {
    const workspace = benchWorkspace({ ...GAINS, "vendor/modules.txt": "" });
    const fresh = makeWorkspace().cache;
    const env = { GOFLAGS: "-mod=vendor", GOWORK: "off", GOEXPERIMENT: "", MGOCACHE: fresh };
    expectSuccess(bench(workspace, ["-count=1", ENDS], env));
    expect(listFiles(fresh).join("\n")).toMatch(/-7[0-7]5 benchstat\/v0\.0\.0-/);
  });

  test("without a network has medians at the least, and says what they lack", () => {
    const workspace = benchWorkspace(GAINS);
    const { cache } = makeWorkspace();
    const env = { GOPROXY: "off", GOMODCACHE: join(cache, "modules"), MGOCACHE: join(cache, "mgo") };
    const outcome = bench(workspace, ["-count=2", ENDS, "-html", "page.html"], env);
    expect(outcome.status).toBe(1);
    expect(errorsOf(outcome)).toMatch(
      new RegExp(
        "^mgo: bench: 2 rounds give no confidence intervals: .*\\n" +
          "mgo: bench: cannot build benchstat: .*GOPROXY=off\\n" +
          "mgo: bench: without it there are medians only, .*\\n" +
          "mgo: bench: page.html is not written: .*\\n$",
      ),
    );
    expect(outcome.stdout).toMatch(/Sum\S* +1\d\d ns +-33\.\d%$/m);
    expect(outcome.stdout).not.toContain("takes");
    expect(existsSync(join(workspace.folder, "page.html"))).toBe(false);
  });

  test("stopped by a signal, says after how many rounds, and writes no page", async () => {
    const workspace = benchWorkspace(GAINS);
    const child = Bun.spawn([...MGO, "bench", "-benchtime=1x", "-count=9999", ENDS, "-html=page.html"], {
      cwd: workspace.folder,
      env: workspace.env,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    let said = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) {
      said += decoder.decode(chunk, { stream: true });
      if (said.includes("round 2 of 9999 done")) child.kill("SIGINT");
    }
    await child.exited;
    expect(String(child.signalCode)).toBe("SIGINT");
    expect(said).toMatch(/mgo: bench: interrupted after \d+ of 9999 rounds: nothing is compared\n$/);
    expect(await child.stdout.text()).toBe("");
    expect(listFiles(workspace.folder).filter((line) => line.includes("page"))).toEqual([]);
    expect(listFiles(workspace.temporary)).toEqual([]);
  });

  test("writes a page that is no executable, into folders that it makes, over an older one", () => {
    const workspace = benchWorkspace({ ...GAINS, "out/page.html": "old" });
    expectSuccess(bench(workspace, ["-count=1", ENDS, "--html", "out/new/page.html"]));
    expect(statSync(join(workspace.folder, "out/new/page.html")).mode & 0o111).toBe(0);
    expectSuccess(bench(workspace, ["-count=1", ENDS, "--html", "out/page.html"]));
    expect(readFileSync(join(workspace.folder, "out/page.html"), "utf8")).toStartWith("<!doctype html>");
  });
});

describe("mgo bench refuses, before it builds anything,", () => {
  test.each([
    [["-html", "."], /^mgo: cannot write .*: is a folder\n$/],
    [["-html=go.mod/x/y.html"], /^mgo: cannot write .*go.mod\/x\/y.html: not a directory\n$/],
    [[`-mgo.levels=${lowest}`], /^mgo: bench: nothing to compare v\d with: -mgo.levels names no other\n$/],
    [["-cpuprofile=x"], /^mgo: bench: -cpuprofile: each run would write it again: use go test\n$/],
    [
      ["-test.coverprofile=x"],
      /^mgo: bench: -coverprofile: counting slows down what is measured: use go test\n$/,
    ],
    [["-mgo.levels=v5"], /^mgo: -mgo.levels=v5: /],
  ])("%p", (args, message) => {
    const outcome = bench(makeWorkspace(GAINS), args);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.status).not.toBe(0);
    expect(outcome.stdout).toBe("");
  });

  test("flags in GOFLAGS that do not go with it", () => {
    const { stderr, status } = bench(makeWorkspace(GAINS), [], { GOFLAGS: "-cover" });
    expect({ stderr, status }).toEqual({
      stderr: "mgo: bench: -cover in GOFLAGS: counting slows down what is measured: use go test\n",
      status: 1,
    });
  });

  test("targets that have no levels", () => {
    const { stderr, status } = bench(makeWorkspace(GAINS), [], { GOOS: "windows" });
    expect(stderr).toStartWith(
      "mgo: bench: the target is windows/amd64, and only these have levels: linux/amd64, ",
    );
    expect(status).toBe(1);
  });
});
