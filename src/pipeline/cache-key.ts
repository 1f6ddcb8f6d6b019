/** The key of a build in mgo's cache: it keeps builds apart that would overwrite each other's variants. */

import { flagsOf } from "../go/flag-table.ts";
import { type Flag, wordsOf } from "../go/flags.ts";
import { VARIABLES } from "../levels/level.ts";
import type { Environment } from "../system/process.ts";

/** Variables that make another program of the same sources and flags. */
const BUILD_VARIABLES = /^(?:GO[A-Z0-9]+|CGO_[A-Z]+|CC|CXX|FC|AR|PKG_CONFIG\w*)$/;
const NOT_IN_KEY = new Set<string>([
  ...VARIABLES,
  "GOCACHE",
  "GOCACHEPROG",
  "GOTMPDIR",
  "GOPROXY",
  "GODEBUG",
  "GOBIN",
]);

export interface KeyParts {
  /**
   * The folder where Go runs; empty for what has a version: it is the same program wherever it is asked for.
   */
  readonly folder: string;
  readonly flags: readonly Flag[];
  readonly packages: readonly string[];
  /** Those of GOFLAGS. */
  readonly goflags: readonly Flag[];
  readonly cgoMarch: boolean;
}

export function buildKey(parts: KeyParts, env: Environment): readonly string[] {
  const { folder, flags, packages, goflags, cgoMarch } = parts;
  const known = flagsOf("build");
  const variables = Object.entries(env)
    .filter(([name]) => BUILD_VARIABLES.test(name) && !NOT_IN_KEY.has(name))
    .map(([name, value]) => `${name}=${value}`)
    .toSorted();
  return [
    folder,
    ...wordsOf(flags.filter(({ name }) => !known.get(name)?.isProcess)),
    ...packages,
    ...wordsOf(goflags),
    ...variables,
    ...(cgoMarch ? ["-mgo.cgo-march"] : []),
  ];
}
