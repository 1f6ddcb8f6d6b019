/** Debian's file about copyright (copyright-format 1.0), and the same as plain text for the others. */
import type { Notice } from "./bundled.ts";

/** What is in every standalone mgo beside its npm packages. */
export const RUNTIME = `The program contains the Bun runtime, https://bun.sh, which is under the MIT license and statically links
JavaScriptCore and WebKit, which are under the LGPL version 2, and further libraries: they and their licenses are
listed in https://bun.sh/docs/project/licensing, with how to link Bun again.`;

/**
 * @param mgo the text of mgo's own licence
 * @param zstd that of zstd
 */
export function debianCopyright(mgo: string, zstd: string, notices: readonly Notice[]): string {
  const paragraphs = [
    "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: mgo",
    `Files: *\nCopyright: ${holders(mgo)}\nLicense: Expat\n${field(withoutHead(mgo))}`,
    `Files: engine/zstd/*\nCopyright: ${holders(zstd)}\nLicense: BSD-3-Clause\n${field(withoutHead(zstd))}`,
    ...notices.map(
      ({ name, license, text }) =>
        `Files: node_modules/${name}/*\nCopyright: ${holders(text)}\nLicense: ${name}-${license}\n${field(text)}`,
    ),
    `Comment:\n${field(RUNTIME)}`,
  ];
  return `${paragraphs.join("\n\n")}\n`;
}

/**
 * What goes along with mgo's own licence.
 *
 * @param more what else is in there
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

/** Lines of a field, which begin with a blank; empty ones have a dot. */
function field(text: string): string {
  return text
    .trim()
    .split("\n")
    .map((line) => (line.trim() === "" ? " ." : ` ${line.trimEnd()}`))
    .join("\n");
}
