/** Linux kernels to boot in emulated machines. */
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The folder that tests/machine/fetch-kernels writes to. */
const folder =
  process.env.MGO_KERNELS || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "mgo-kernels");

/**
 * Paths of the files named vmlinuz-…, the oldest Linux first.
 *
 * @param debian Debian's name of an architecture
 */
export function findKernels(debian: "amd64" | "arm64" | "armhf" = "amd64"): readonly string[] {
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
