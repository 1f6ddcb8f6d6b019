/** Notices: as Debian's copyright file (copyright-format 1.0), and as plain text. */
import type { Notice } from "./bundled.ts";

/** Notice of what every standalone mgo contains beside npm packages. */
export const RUNTIME = `The program contains the Bun runtime, https://bun.sh, which is under the MIT license
and statically links JavaScriptCore and WebKit, which are under the LGPL version 2, and further libraries:
they and their licenses are listed in https://bun.sh/docs/project/licensing, with how to link Bun again.`;

/**
 * Returns Debian's copyright file.
 *
 * @param mgo the text of mgo's license
 * @param zstd the text of zstd's license
 */
export function debianCopyright(mgo: string, zstd: string, notices: readonly Notice[]): string {
  const paragraphs = [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: mgo",
    `Files: *\nCopyright: ${holders(mgo)}\nLicense: Expat\n${field(withoutHead(mgo))}`,
    `Files: engine/zstd/*\nCopyright: ${holders(zstd)}\nLicense: BSD-3-Clause\n${field(withoutHead(zstd))}`,
    ...notices.map(({ name, license, text }) =>
      [
        `Files: node_modules/${name}/*`,
        `Copyright: ${holders(text)}`,
        `License: ${name}-${license}`,
        field(text),
      ].join("\n"),
    ),
    `Comment:\n${field(RUNTIME)}`,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/**
 * Returns the notices that go along with mgo's license.
 *
 * @param more notices beside those of zstd and npm packages
 */
export function thirdParties(zstd: string, notices: readonly Notice[], ...more: readonly string[]): string {
  const parts = [
    ...more,
    `zstd's decoder is in the launcher, and so in each bundle:\n\n${zstd.trim()}`,
    ...notices.map(
      ({ name, version, license, text }) => `${name} ${version} (${license}):\n\n${text.trim()}`,
    ),
  ];
  return `${parts.join(`\n\n${"-".repeat(78)}\n\n`)}\n`;
}

function holders(text: string): string {
  const found = [...text.matchAll(/^\s*Copyright (?:\(c\) )?(.+?)\.?(?: All rights reserved\.)?$/gim)];
  return found.map(([, holder]) => holder).join("\n           ") || "its authors";
}

function withoutHead(text: string): string {
  return text.replace(/^[\s\S]*?Copyright.*\n+/, "");
}

/** Returns the lines of a field: each begins with a blank, and an empty one has a dot. */
function field(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");
}
