/** Everything that survives an exec reaches a bundle's program, value by value as in a plain start. */
import { describe, expect, test } from "bun:test";
import { EARLY, expectSame } from "../support/mirror.ts";
import { isRoot } from "../support/privileges.ts";
import { startBoth, startsOf } from "../support/starts.ts";
import { buildVariant, kinds } from "../support/variants.ts";

const gcc = Bun.which("gcc") !== null;
const prepare = buildVariant("v1", "prepare");
const starts = await startsOf("mirror");

/** State of the parent, set up by steps of tests/programs/prepare or by a command in front of it. */
const INHERITED: readonly (readonly [string, string, string])[] = [
  ["nothing", "--", ""],
  ["timers of all kinds that run", "timer=0 timer=1 timer=2 --", ""],
  ["a POSIX timer, which does not survive", "posix-timer --", ""],
  ["locks by flock and fcntl, and positions in files", "flock=one lock=two seek=one --", ""],
  ["timer slack", "timerslack=12345 --", ""],
  ["a signal for its parent's death", "pdeathsig=12 --", ""],
  ["the role of a child subreaper", "subreaper=1 --", ""],
  ["no huge pages", "thp-disable=1 --", ""],
  ["a filter of system calls", "no-new-privs=1 seccomp --", ""],
  ["no new privileges", "no-new-privs=1 --", ""],
  ["memory locks, which do not survive", "lock-memory --", ""],
  ["the filter of core dumps", "write=coredump_filter:0x7f --", ""],
  ["a keyring of its own", "keyring=mine --", ""],
  ["niceness", "nice=3 --", ""],
  ["an I/O class", "ioprio=0x4003 --", ""],
  ["one CPU", "affinity=0 --", ""],
  ["another scheduler", "scheduler=3 --", ""],
  ["an execution domain", "personality=0x1000000 --", ""],
  ["a score for the OOM killer", "write=oom_score_adj:77 --", ""],
  ["a mask for new files", "--", "umask 027;"],
  ["resource limits", "--", "ulimit -t 1000; ulimit -s 512; ulimit -c 0; ulimit -n 77; ulimit -l 8;"],
  ["a limit of core dumps", "--", "ulimit -c 4096;"],
  ["an unlimited stack", "--", "ulimit -s unlimited;"],
  ["a small stack", "--", "ulimit -s 128;"],
  ["a session of its own", "--", "setsid -w"],
  ["a process group of its own", "--", "set -m;"],
  ["open files, some of them in append mode", "--", "exec 5</dev/null 6>>log 7<>log;"],
];

const PRIVILEGED: readonly (readonly [string, string, string])[] = [
  ["securebits", "securebits=0x15 --", ""],
  ["niceness below zero", "nice=-5 --", ""],
  ["the idle I/O class", "ioprio=0x6000 --", ""],
  ["other users and groups", "--", "setpriv --reuid=65534 --regid=65533 --groups=1,2,3"],
  ["capabilities", "--", "setpriv --inh-caps=-all,+chown,+kill --bounding-set=-sys_admin"],
  [
    "ambient capabilities as an ordinary user",
    "--",
    "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=+kill --ambient-caps=+kill",
  ],
  ["namespaces of its own", "--", "unshare -m -u -i -n -C -T --"],
  ["the first process id", "--", "unshare -p -f --mount-proc --"],
  ["a user namespace", "--", "unshare -U -r --"],
];

describe.each(starts)("$title", (start) => {
  const check = (steps: string, before: string): void => {
    const command = `${before} ${prepare} ${steps} ./program one ''`;
    const { ours, plain } = startBoth(start, { command });
    expectSame(start, ours, plain);
  };

  test.each(INHERITED)("inherits %s", (_what, steps, before) => check(steps, before));
  test.skipIf(!isRoot).each(PRIVILEGED)("inherits, from root, %s", (_what, steps, before) =>
    check(steps, before),
  );

  test("keeps the CPUs it may run on", () => {
    const { ours, plain } = startBoth(start, { command: `${prepare} affinity=0 -- ./program` });
    expect(expectSame(start, ours, plain).status).toContain("Cpus_allowed_list:\t0");
  });
});

describe.each(kinds)("without random addresses, a %s program", async (kind) => {
  test.each(await startsOf("mirror", kind))("finds everything at the same address: $title", (start) => {
    const { ours, plain } = startBoth(start, { command: "setarch -R ./program" });
    const { addresses } = expectSame(start, ours, plain);
    expect(addresses?.execfn).toBe("./program");
    expect(addresses?.maps.length).toBeGreaterThan(5);
  });
});

describe.skipIf(!gcc)("in front of Go's runtime", async () => {
  const early = gcc ? await startsOf("mirror", EARLY) : [];

  test.each(early)("there is no mapping and no thread more than in a plain start: $title", (start) => {
    const { ours, plain } = startBoth(start, { command: "setarch -R ./program" });
    const report = expectSame(start, ours, plain);
    expect(report.early?.threads).toBe("1");
    expect(report.early?.maps.length).toBeGreaterThan(5);
  });
});

describe.skipIf(!gcc)("a direct bundle that falls back to its base", async () => {
  const inPlace = gcc ? (await startsOf("mirror", EARLY)).filter((start) => start.inPlace) : [];

  test.each(inPlace)("leaves no mapping, thread, descriptor or signal of its attempt: $title", (start) => {
    // Only the signal that was raised before is pending, not the SIGXFSZ of the launcher's write.
    const steps = `${prepare} block=10 -- ${prepare} raise=10 -- ./program`;
    const command = `bash -c "ulimit -f 1; exec setarch -R ${steps}" | cat`;
    const { ours, plain } = startBoth(start, { command, env: { GOAMD64: "v2" } });
    expectSame(start, ours, plain);
    const { ours: log } = startBoth(start, { command, env: { GOAMD64: "v2", MGODEBUG: "log" } });
    expect(log.stderr).toContain("in place instead");
  });
});
