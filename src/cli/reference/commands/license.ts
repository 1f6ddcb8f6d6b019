import type { CommandEntry } from "../types.ts";

export const LICENSE = {
  name: "license",
  synopsis: "license",
  summary: "print the notice that goes along with a bundle",
  details: [
    "The launcher is in each bundle, and its licenses ask that their texts go along with what is " +
      "distributed. Whoever publishes a bundle adds the notice: `mgo license >LICENSE.mgo`.",
  ],
  flags: [],
} as const satisfies CommandEntry;
