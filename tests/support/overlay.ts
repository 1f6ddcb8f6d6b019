/**
 * This machine's whole system in a chroot that may be written to and is thrown away: packages are installed
 * there as on a user's machine. Needs root.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./run.ts";
import { run, type Workspace } from "./workspace.ts";

const SCRIPT = `
set -e
folder=$1 overlay=$2 script=$3
mount -t tmpfs overlay "$overlay"
mkdir "$overlay/upper" "$overlay/work" "$overlay/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$overlay/upper,workdir=$overlay/work" "$overlay/root"
for each in /proc /dev /sys "$folder"; do
  mkdir -p "$overlay/root$each"
  mount --rbind "$each" "$overlay/root$each"
done
status=0
chroot "$overlay/root" sh -ec "cd '$folder'; $script" || status=$?
# What the script has left in the system.
cd "$overlay/upper"
find . ! -type d | LC_ALL=C sort > "$folder/left"
exit $status
`;

/** Runs a shell script as root in a copy of the system, in the workspace's folder, which is the real one. */
export function runInOverlay(workspace: Workspace, script: string): Outcome {
  const overlay = join(workspace.folder, "..", "overlay");
  mkdirSync(overlay, { recursive: true });
  return run(
    workspace,
    ["unshare", "--mount", "sh", "-c", SCRIPT, "sh", workspace.folder, overlay, script],
    // Programs that install packages are in these folders, which people's own PATH may lack.
    { PATH: `${workspace.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`, LC_ALL: "C.UTF-8" },
  );
}

/** Files of the system that the last script changed, but for those of package managers and caches. */
export function leftInSystem(workspace: Workspace): readonly string[] {
  const own =
    /^\.\/(?:var\/(?:lib|cache|log)|root\/\.(?:rpmdb|cache|config|local)|run|tmp)\/|^\.\/etc\/ld\.so\.cache$/;
  return readFileSync(join(workspace.folder, "left"), "utf8")
    .split("\n")
    .filter((path) => path !== "" && !own.test(path));
}

let answer: boolean | undefined;

/** Whether this user and kernel can. */
export function hasOverlay(make: () => Workspace): boolean {
  answer ??= runInOverlay(make(), "true").status === 0;
  return answer;
}
