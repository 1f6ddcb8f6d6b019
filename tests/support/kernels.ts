/** Linux kernels to boot in emulated machines. */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that tests/machine/fetch-kernels and fetch-qemu write to. */
const folder =
  process.env.MGO_KERNELS || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mgo-kernels");

type Debian = "amd64" | "arm64" | "arm64-16k" | "armhf" | "ppc64el" | "riscv64";

/** Path of an emulator of machines that tests/machine/fetch-qemu has fetched; null where it is missing. */
export function findQemu(machine: "riscv64"): string | null {
  const path = join(folder, "qemu", "usr", "bin", `qemu-system-${machine}`);
  return existsSync(path) ? path : null;
}

/**
 * Paths of the files named vmlinuz-…, the oldest Linux first.
 *
 * @param debian Debian's name of an architecture, or of a flavour of its kernel
 */
export function findKernels(debian: Debian = "amd64"): readonly string[] {
  const place = debian === "amd64" ? folder : join(folder, debian);
  return namesIn(place)
    .filter((name) => name.startsWith("vmlinuz-"))
    .toSorted((one, other) => one.localeCompare(other, "en", { numeric: true }))
    .map((name) => join(place, name));
}

/**
 * Whether KVM can run them. /dev/kvm alone does not tell: kvm-pvm, which needs nothing of the CPU, runs only
 * kernels that were made for it.
 */
export function hasKvm(): boolean {
  if (!/^flags\s*:.*\b(?:vmx|svm)\b/m.test(readFileSync("/proc/cpuinfo", "utf8"))) return false;
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
