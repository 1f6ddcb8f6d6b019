/** A Go module proxy in a folder: what `go` fetches when a test names packages with a version. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess } from "./run.ts";
import { type Files, makeWorkspace, run } from "./workspace.ts";

/** One module at one version; its files include a go.mod. */
export interface Published {
  readonly path: string;
  readonly version: string;
  readonly files: Files;
}

/**
 * Publishes modules, as https://go.dev/ref/mod#goproxy-protocol says.
 *
 * @returns the environment in which `go` finds them, and nothing else
 */
export function publish(modules: readonly Published[]): Readonly<Record<string, string>> {
  const { folder } = makeWorkspace();
  for (const { path, version, files } of modules) {
    const place = join(folder, "proxy", path, "@v");
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `${version}.mod`), files["go.mod"] ?? "");
    writeFileSync(join(place, `${version}.info`), JSON.stringify({ Version: version }));
    writeFileSync(join(place, "list"), `${version}\n`, { flag: "a" });
    const source = makeWorkspace(files);
    const git = (...args: readonly string[]) =>
      expectSuccess(run(source, ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", ...args]));
    git("init", "-q");
    git("add", "-A");
    git("commit", "-q", "-m", "all");
    const zip = join(place, `${version}.zip`);
    git("archive", "--format=zip", `--prefix=${path}@${version}/`, `--output=${zip}`, "HEAD");
  }
  return {
    GOPROXY: `file://${join(folder, "proxy")}`,
    GOSUMDB: "off",
    GOMODCACHE: join(folder, "modules"),
    GOFLAGS: "-modcacherw",
  };
}
