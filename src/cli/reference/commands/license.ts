import type { CommandEntry } from "../types.ts";

export const LICENSE = {
  name: "license",
  synopsis: "license",
  summary: "print the notice that bundles must be published with",
  details: [
    "Each bundle contains mgo's launcher, whose licenses require that their texts are published with it. " +
      "Write them to a file beside the bundle: `mgo license >LICENSE.mgo`.",
  ],
  flags: [],
} as const satisfies CommandEntry;
