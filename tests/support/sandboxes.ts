/** Commands that start a program in a sandbox or a container. */

export interface Sandbox {
  readonly name: string;
  /** The command's first word has to be in PATH. */
  readonly start: (path: string) => readonly [string, ...string[]];
}

const GVISOR = ["--network=none", "--ignore-cgroups"];
const BUBBLEWRAP = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL"];

export const SANDBOXES: readonly Sandbox[] = [
  {
    name: "bubblewrap, read-only",
    start: (path) => [
      "bwrap",
      "--ro-bind",
      "/",
      "/",
      "--dev",
      "/dev",
      "--proc",
      "/proc",
      ...BUBBLEWRAP,
      path,
    ],
  },
  {
    name: "bubblewrap, as PID 1 with nothing but the file",
    start: (path) => {
      const place = "/program";
      return ["bwrap", "--ro-bind", path, place, "--remount-ro", "/", "--as-pid-1", ...BUBBLEWRAP, place];
    },
  },
  {
    name: "a container by hand, as PID 1 with no_new_privs",
    start: (path) => [
      ...(["setpriv", "--no-new-privs", "unshare", "--user", "--map-root-user"] as const),
      ...["--mount", "--pid", "--fork", "--mount-proc", path],
    ],
  },
  { name: "gVisor, systrap", start: (path) => ["runsc", ...GVISOR, "--platform=systrap", "do", path] },
  { name: "gVisor, ptrace", start: (path) => ["runsc", ...GVISOR, "--platform=ptrace", "do", path] },
];
