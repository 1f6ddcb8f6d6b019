/** OCI image layouts on disk (https://github.com/opencontainers/image-spec/blob/main/image-layout.md). */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expectSuccess, runProgram } from "./run.ts";

/** Parts of an image that a test looks at. */
export interface Image {
  readonly architecture: string;
  readonly entrypoint: readonly string[];
  /** Its layers unpacked above each other. */
  readonly root: string;
}

interface Descriptor {
  readonly digest: string;
  readonly platform?: { readonly architecture: string };
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface Config {
  readonly architecture: string;
  readonly config: { readonly Entrypoint?: readonly string[] };
}

/** Unpacks the images of a layout whose only entry is an index of them. */
export function unpackImages(layout: string, folder: string): readonly Image[] {
  const blob = ({ digest }: Descriptor): string => join(layout, "blobs", digest.replace(":", "/"));
  const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8")) as T;
  const { manifests: entries } = read<{ manifests: readonly Descriptor[] }>(join(layout, "index.json"));
  return entries.flatMap((entry) => {
    const { manifests } = read<{ manifests: readonly Descriptor[] }>(blob(entry));
    return manifests.map((descriptor) => {
      const { config, layers } = read<Manifest>(blob(descriptor));
      const { architecture, config: run } = read<Config>(blob(config));
      const root = join(folder, architecture);
      mkdirSync(root, { recursive: true });
      for (const layer of layers) unpack(blob(layer), root);
      return { architecture, entrypoint: run.Entrypoint ?? [], root };
    });
  });
}

function unpack(layer: string, root: string): void {
  expectSuccess(runProgram(["tar", "-xzf", layer, "-C", root], process.env));
}
