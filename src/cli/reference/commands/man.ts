import type { CommandEntry } from "../types.ts";

export const MAN = {
  name: "man",
  synopsis: "man",
  summary: "print the man page mgo(1), for `man -l -`",
  flags: [],
} as const satisfies CommandEntry;
