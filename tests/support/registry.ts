/** A registry of container images on this machine, served by `crane registry serve`. */
import { join } from "node:path";
import { expectSuccess } from "./run.ts";
import { run, type Workspace, writeFiles } from "./workspace.ts";

export interface Registry {
  /** As in 127.0.0.1:40001: tools take that for a registry without TLS. */
  readonly host: string;
  readonly stop: () => void;
}

/** @param tools the folder of crane */
export async function startRegistry(tools: string): Promise<Registry> {
  const child = Bun.spawn([join(tools, "crane"), "registry", "serve", "--address=127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const reader = child.stderr.getReader();
  const decoder = new TextDecoder();
  let log = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`crane serves no registry: ${log}`);
    log += decoder.decode(value, { stream: true });
    const port = /serving on port (\d+)/.exec(log)?.[1];
    if (port === undefined) continue;
    void drain(reader);
    return { host: `127.0.0.1:${port}`, stop: () => child.kill() };
  }
}

/** It logs each request, and would stand still behind a full pipe. */
async function drain(reader: { read(): Promise<{ done: boolean }> }): Promise<void> {
  while (!(await reader.read()).done);
}

/**
 * Pushes a base image for amd64, arm64 and arm with little more than a user, as those named "static" have.
 *
 * @returns its name
 */
export function pushBase({ host }: Registry, workspace: Workspace, tools: string): string {
  writeFiles(workspace.folder, { "base/etc/passwd": "nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n" });
  const name = `${host}/base`;
  const script = `
    tar -cf base.tar -C base etc
    for platform in amd64 arm64 arm/v7; do
      one=${name}:\${platform%/*}
      crane append --oci-empty-base --new_layer=base.tar --new_tag=$one
      crane mutate $one --set-platform=linux/$platform --user=65532 --tag=$one
    done
    crane index append --manifest=${name}:{amd64,arm64,arm} --tag=${name}:latest`;
  expectSuccess(run(workspace, ["bash", "-euc", script], { PATH: `${tools}:${workspace.env.PATH}` }));
  return name;
}
