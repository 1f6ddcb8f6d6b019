/** Bun's JUnit report of a run. */
import { existsSync, readFileSync } from "node:fs";

export interface Case {
  readonly file: string;
  /** With the titles of its groups: "a bundle > starts". */
  readonly title: string;
  readonly state: "passed" | "failed" | "skipped";
}

/** Reads the tests of a report; none where there is no report. */
export function readCases(path: string): readonly Case[] {
  if (!existsSync(path)) return [];
  const elements = readFileSync(path, "utf8").matchAll(/<testcase ([^>]*?)(?:\/>|>\s*<(\w+))/g);
  return [...elements].map(([, attributes = "", child]) => {
    const read = (name: string): string =>
      unescapeXml(new RegExp(`(?:^| )${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
    return {
      file: read("file"),
      title: [read("classname"), read("name")].filter((part) => part !== "").join(" > "),
      state: child === "skipped" ? "skipped" : child === undefined ? "passed" : "failed",
    };
  });
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replaceAll(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
