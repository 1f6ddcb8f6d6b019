/** Signals reach the program, and end it, as if nothing ran in front of it. */
import { describe, expect, test } from "bun:test";
import { EARLY, expectSame } from "../support/mirror.ts";
import { type Start, startBoth, startFile, startsOf } from "../support/starts.ts";
import { buildVariant } from "../support/variants.ts";

const gcc = Bun.which("gcc") !== null;
const prepare = buildVariant("v1", "prepare");
const interrupt = buildVariant("v1", "interrupt");

const [HUP, INT, QUIT, BUS, KILL, USR1] = [1, 2, 3, 7, 9, 10];
const [SEGV, ALRM, TERM, STOP, TSTP, XFSZ, WINCH] = [11, 14, 15, 19, 20, 25, 28];
const MEMFD_CREATE = 319;
const PWRITE = 18;

const starts = await startsOf("mirror");

describe.each(starts)("$title", (start) => {
  test.each([HUP, INT, QUIT, BUS, USR1, SEGV, TERM, XFSZ])("keeps signal %d ignored", (signal) => {
    const { ours, plain } = startBoth(start, { command: `${prepare} ignore=${signal} -- ./program` });
    expectSame(start, ours, plain);
  });

  // A Go program, which prepare is, cannot raise signals that end it.
  test.each([USR1, XFSZ, WINCH])("keeps signal %d blocked, and pending", (signal) => {
    for (const raise of ["raise", "raise-thread"]) {
      const command = `${prepare} block=${signal} -- ${prepare} ${raise}=${signal} -- ./program`;
      const { ours, plain } = startBoth(start, { command });
      const bit = (1n << BigInt(signal - 1)).toString(16).padStart(16, "0");
      const queue = raise === "raise" ? "ShdPnd" : "SigPnd";
      expect(expectSame(start, ours, plain).status).toContain(`${queue}:\t${bit}`);
    }
  });

  test("keeps a timer that runs", () => {
    const { ours, plain } = startBoth(start, { command: `${prepare} timer=0 -- ./program` });
    expect(expectSame(start, ours, plain).calls.timer_real).toBe("1 7 true");
  });

  test("gets the signal of a timer that has expired", () => {
    const command = `${prepare} block=${ALRM} -- ${prepare} timer-soon=0 -- ./program`;
    const { ours, plain } = startBoth(start, { command });
    expect(expectSame(start, ours, plain).status).toContain("ShdPnd:\t0000000000002000");
  });
});

describe.skipIf(!gcc)("in front of Go's runtime", async () => {
  test.each(gcc ? await startsOf("mirror", EARLY) : [])(
    "blocked signals stay pending, also those that faults raise: $title",
    (start) => {
      for (const signal of [BUS, SEGV, XFSZ, TERM]) {
        const command = `${prepare} block=${signal} raise-thread=${signal} -- ./program`;
        const { ours, plain } = startBoth(start, { command, env: { STATUS_ONLY: "1" } });
        expect(ours).toMatchObject({ status: 0, stderr: "" });
        expect(waiting(ours.stdout)).toEqual(waiting(plain.stdout));
      }
    },
  );
});

/** Returns the lines of /proc/self/status about signals. */
function waiting(status: string): readonly string[] {
  const lines = status.split("\n").filter((line) => /^(Sig|Shd)(Pnd|Blk|Ign|Cgt)/.test(line));
  expect(lines.length).toBe(5);
  return lines;
}

describe.each((await startsOf("levels")).filter(({ inPlace }) => !inPlace))(
  "while $title is started, signal",
  (start) => {
    const ends = [HUP, INT, QUIT, BUS, KILL, USR1, SEGV, ALRM, TERM, XFSZ];

    test.each(ends)("%d ends it, as it ends a program", (signal) => {
      expect(sendInto(start, signal)).toEqual({
        plain: `threads=1 stopped=false exited=false status=-1 signal=${signal}\n`,
        opening: `threads=1 stopped=false exited=false status=-1 signal=${signal}\n`,
        decoding: expect.stringMatching(
          new RegExp(`^threads=\\d stopped=false exited=false status=-1 signal=${signal}\n$`),
        ),
      });
    });

    test.each([STOP, TSTP])("%d stops it, and it goes on", (signal) => {
      const done = `[${start.level}]\nthreads=1 stopped=true exited=true status=0 signal=-1\n`;
      expect(sendInto(start, signal)).toEqual({
        plain: done,
        opening: done,
        decoding: expect.stringMatching(
          new RegExp(`^\\[${start.level}\\]\nthreads=\\d stopped=true exited=true status=0 signal=-1\n$`),
        ),
      });
    });

    test.each([BUS, SEGV, TERM])("%d is ignored if the program would ignore it", (signal) => {
      const done = `[${start.level}]\nthreads=1 stopped=false exited=true status=0 signal=-1\n`;
      const { opening, decoding } = sendInto(start, signal, `sh -c "trap '' ${signal}; exec ./program"`);
      expect(opening).toBe(done);
      expect(decoding).toEndWith("stopped=false exited=true status=0 signal=-1\n");
    });

    test.skipIf(navigator.hardwareConcurrency < 2)(`${TERM} arrives while there are several threads`, () => {
      expect(sendInto(start, TERM).decoding).toStartWith("threads=2 ");
    });
  },
);

/** Sends a signal to the plain program at its start, and to a bundle before and while it decodes. */
function sendInto(start: Start, signal: number, program = "./program") {
  const env = { GOAMD64: start.level };
  const send = (file: string, call: number) =>
    startFile(file, { command: `${interrupt} ${call} ${signal} ${program}`, env }).stdout;
  return {
    plain: send(start.plain, 0),
    opening: send(start.bundle, MEMFD_CREATE),
    decoding: send(start.bundle, PWRITE),
  };
}
