/**
 * Whole emulated machines: qemu boots a Linux kernel into an initramfs, where tests/programs/init or a bundle
 * of it, runs commands and reports on the console how they ended.
 */
import { basename } from "node:path";
import { cpio, makeInitramfs } from "./initramfs.ts";
import { findKernels } from "./kernels.ts";
import { runProgram } from "./run.ts";

const qemu = Bun.which("qemu-system-x86_64");

/** Paths of those that can be booted, the oldest Linux first. */
export const kernels = qemu === null || cpio === null ? [] : findKernels();

/**
 * Ties the guest's clock to the instructions that it has executed, 2^5 ns each. Going by the
 * host's clock, Linux 5.10 panics on a busy host: it takes its timer for broken.
 */
const GUEST_CLOCK = ["-icount", "shift=5"];

/** A kind of machine: its emulator, with the flags that it needs, and the name of its console. */
export interface Kind {
  readonly qemu: string | null;
  readonly flags: readonly string[];
  readonly console: string;
}

const PC: Kind = { qemu, flags: [], console: "ttyS0" };

export interface Machine {
  /** Default: a PC. */
  readonly kind?: Kind;
  readonly kernel: string;
  /** As `qemu-system-x86_64 -cpu help` spells it. `host` is this machine's own, with KVM. */
  readonly cpu: string;
  /** For the kernel, which passes on those that it does not know: `A=b` to the environment of init. */
  readonly words?: readonly string[];
  /** Path of tests/programs/init or a bundle of it. */
  readonly init: string;
  /** Paths of other programs by their paths in the machine, without the leading slash. */
  readonly programs?: Readonly<Record<string, string>>;
  /** The same of those that give root's privileges to every user. */
  readonly setuid?: Readonly<Record<string, string>>;
  /** By any names. */
  readonly commands?: Readonly<Record<string, Command>>;
}

export interface Command {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Texts that init writes before it, by path. */
  readonly write?: Readonly<Record<string, string>>;
  /** Default: root. */
  readonly user?: number;
  /** The largest file that it may write, in bytes. */
  readonly fileSize?: number;
}

/** How init was started. */
export interface Identity {
  readonly pid: number;
  readonly level: string;
  /** /proc/cpuinfo. */
  readonly cpu: string;
  readonly args: readonly string[];
  readonly comm: string;
  readonly executable: string;
  /** The kernel's. */
  readonly release: string;
}

/** How a command ended. */
export interface CommandOutcome {
  readonly status?: number;
  readonly signal?: string;
  /** Missing where it is long. */
  readonly stdout?: string;
  readonly stderr?: string;
  /** SHA-256 of stdout. */
  readonly digest?: string;
  /** Why the command was not started. */
  readonly error?: string;
}

export interface Boot {
  readonly init: Identity;
  /** By the names of the commands. */
  readonly outcomes: Readonly<Record<string, CommandOutcome>>;
  /** Output on the console before init reports. */
  readonly before: string;
}

/** Runs a machine to its end. Where init dies, the kernel panics and the machine ends, too. */
export function boot(machine: Machine): Boot {
  const { kind = PC, kernel, cpu, words = [], init, programs = {}, setuid = {}, commands = {} } = machine;
  const executables = Object.entries({ init, ...programs });
  const privileged = Object.entries(setuid);
  const initramfs = makeInitramfs({
    "commands.json": { text: JSON.stringify(Object.values(commands)) },
    ...Object.fromEntries(executables.map(([path, executable]) => [path, { executable }])),
    ...Object.fromEntries(privileged.map(([path, executable]) => [path, { executable, mode: 0o4755 }])),
  });
  const command = [
    ...[
      kind.qemu ?? "",
      ...kind.flags,
      "-nodefaults",
      "-display",
      "none",
      "-serial",
      "stdio",
      "-no-reboot",
      "-m",
      "512",
    ],
    ...(cpu === "host" ? ["-accel", "kvm"] : ["-accel", "tcg", ...GUEST_CLOCK]),
    ...["-cpu", cpu, "-kernel", kernel, "-initrd", initramfs],
    ...["-append", [`console=${kind.console} loglevel=0 panic=-1`, ...words].join(" ")],
  ];
  const { stdout, stderr } = runProgram(command);
  const console = stdout.replaceAll("\r", "");
  const [identity] = reports<Identity>("init", console);
  const outcomes = reports<CommandOutcome>("outcome", console);
  const names = Object.keys(commands);
  if (identity === undefined || outcomes.length !== names.length) {
    throw new Error(`${basename(kernel)}, ${cpu}: ${stderr}${console.slice(-4000)}`);
  }
  return {
    init: identity,
    outcomes: Object.fromEntries(names.map((name, index) => [name, outcomes[index] ?? {}])),
    before: console.slice(0, console.indexOf("@init ")),
  };
}

function reports<T>(mark: string, console: string): readonly T[] {
  return [...console.matchAll(new RegExp(`^@${mark} (.*)$`, "gm"))].map(([, text]) => JSON.parse(text ?? ""));
}
