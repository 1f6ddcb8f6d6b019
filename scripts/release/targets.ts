/** The machines that a standalone mgo is made for. Every one makes bundles of all architectures. */

export interface Target {
  /** As downloads are called. */
  readonly name: string;
  /** How `bun build --target` calls it. */
  readonly bun: string;
  /** The npm package with Bun for it. On x64 that is the baseline build, which runs on CPUs without AVX2. */
  readonly runtime: string;
  /** npm's flags that choose this machine. */
  readonly npm: readonly string[];
}

export const TARGETS: readonly Target[] = [
  target("x64", "glibc"),
  target("x64", "musl"),
  target("arm64", "glibc"),
  target("arm64", "musl"),
];

/** @throws Error if there is none of that name */
export function findTarget(name: string): Target {
  const found = TARGETS.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no target is called ${name}`);
  return found;
}

function target(cpu: "x64" | "arm64", libc: "glibc" | "musl"): Target {
  const name = `linux-${cpu}${libc === "musl" ? "-musl" : ""}`;
  const bun = `bun-${name}${cpu === "x64" ? "-baseline" : ""}`;
  return {
    name,
    bun,
    runtime: `@oven/${bun.replace("arm64", "aarch64")}`,
    npm: ["--os=linux", `--cpu=${cpu}`, `--libc=${libc}`],
  };
}
