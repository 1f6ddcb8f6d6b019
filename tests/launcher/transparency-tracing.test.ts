/** Bundles under debuggers and tracers, and core dumps of their programs. */
import { describe, expect, test } from "bun:test";
import { linkSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectSame } from "../support/mirror.ts";
import { both, makeFolder, type Start, startBoth, startIn, startsOf } from "../support/starts.ts";

const starts = await startsOf("mirror");
const has = (tool: string): boolean => Bun.which(tool) !== null;

describe.each(starts)("$title", (start) => {
  test.skipIf(!has("strace"))("starts under strace, which sees each exec", () => {
    const { ours, plain } = startBoth(start, {
      command: "strace -f -qq -o trace -e trace=execve,execveat ./program one && cat trace >&2",
    });
    const calls = (stderr: string): readonly string[] =>
      stderr.split("\n").flatMap((line) => /(execve(?:at)?)\(.* = 0$/.exec(line)?.[1] ?? []);
    expectSame(start, { ...ours, stderr: "" }, { ...plain, stderr: "" });
    expect(calls(plain.stderr)).toEqual(["execve"]);
    expect(calls(ours.stderr)).toEqual(start.inPlace ? ["execve"] : ["execve", "execveat"]);
  });

  test.skipIf(!has("gdb"))("starts under gdb, and goes on after gdb has attached", () => {
    const run = "gdb -q -nx -batch -iex 'set debuginfod enabled off'";
    // gdb adds variables to the environment.
    const started = startBoth(start, {
      command: `${run} -ex 'run one >seen' ./program >/dev/null 2>&1; cat seen`,
    });
    const args = ({ stdout }: { stdout: string }): unknown => JSON.parse(stdout).args;
    expect(args(started.ours)).toEqual(args(started.plain));

    // The child opens the input before it executes the program: gdb attaches to shell, launcher or program.
    const attached = startBoth(start, {
      command: `mkfifo input; WAIT=1 ./program <input >seen & exec 8>input
        ${run} -p $! -ex detach >attached 2>&1
        exec 8>&-; wait $! && grep -c 'detached' attached >&2; cat seen`,
    });
    expect(attached.plain.stderr).toBe("1\n");
    expectSame(start, attached.ours, attached.plain);
  });

  test.skipIf(!has("perf"))("is recorded by perf", () => {
    const command = "perf record -q -o data ./program one 2>log && test -s data";
    const { ours, plain } = startBoth(start, { command });
    // The kernel may forbid recording.
    if (plain.status === 0) expectSame(start, ours, plain);
    else expect(ours.status).toBe(plain.status);
  });

  test.skipIf(!readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("core"))(
    "dumps a core that has the program's name and arguments",
    () => {
      const { ours, plain } = both(start.bundle, start.plain, (file) => dumpOf(file, start));
      expect(ours).toEqual(plain);
      expect(plain).toEqual(["program", "./program one two "]);
    },
  );
});

const NT_PRPSINFO = 3;
/** Offsets and sizes of pr_fname and pr_psargs in struct elf_prpsinfo of <linux/elfcore.h>. */
const FNAME = { at: 40, size: 16 } as const;
const PSARGS = { at: 56, size: 80 } as const;

/** Returns name and arguments in the core dump of a program. */
function dumpOf(file: string, { level }: Start): readonly string[] {
  const folder = makeFolder();
  linkSync(file, join(folder, "program"));
  const command = `ulimit -c unlimited; ./program one two; mv core* dump`;
  const outcome = startIn(folder, command, { GOAMD64: level, CRASH: "1" });
  expect(outcome.stderr).toContain("panic: as asked");
  const dump = readFileSync(join(folder, "dump"));
  const note = findNote(dump, NT_PRPSINFO);
  return [FNAME, PSARGS].map(({ at, size }) => {
    const text = note.subarray(at, at + size).toString("latin1");
    return text.slice(0, `${text}\0`.indexOf("\0"));
  });
}

/** Returns the contents of the first note of that type that the kernel has named CORE. */
function findNote(dump: Buffer, type: number): Buffer {
  const name = Buffer.from("CORE\0\0\0\0");
  for (let at = dump.indexOf(name); at > 0; at = dump.indexOf(name, at + 1)) {
    const size = dump.readUInt32LE(at - 8);
    if (dump.readUInt32LE(at - 4) === type) return dump.subarray(at + name.length, at + name.length + size);
  }
  throw new Error("no such note");
}
