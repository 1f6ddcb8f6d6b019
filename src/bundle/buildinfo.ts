/**
 * Reads the build information that the Go linker leaves in executables: what `go version -m` prints.
 *
 * The format is that of Go's package debug/buildinfo as written since Go 1.18: in the section
 * `.go.buildinfo`, a 32-byte header (magic, pointer size, flags), then the Go version and the module data,
 * each with its length in front as an unsigned varint.
 */

import { SECTION_BUILD_INFO } from "../engine/format.ts";
import { MgoError } from "../system/error.ts";
import { type Elf, findSection, sectionBytes } from "./elf.ts";

const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
const HEADER_SIZE = 32;
const FLAGS_OFFSET = 15;
/** Set in the flags byte where both strings follow the header inline. */
const FLAG_INLINE_STRINGS = 2;
/** The module data stands between two 16-byte marks (runtime/debug.ReadBuildInfo). */
const MODULE_MARK_SIZE = 16;

export interface BuildInfo {
  /** As `go version` prints it: `go1.26.8`. */
  readonly goVersion: string;
  /** Import path of the main package. Empty where Go recorded none. */
  readonly path: string;
  /** The main module, where there is one. */
  readonly module: { readonly path: string; readonly version: string } | undefined;
  /** Build settings by name: `GOAMD64`, `GOOS`, `-buildmode`, `vcs.revision`, … */
  readonly settings: ReadonlyMap<string, string>;
}

/**
 * @param name what to call the file in messages
 * @throws MgoError if the file holds no Go build information that can be read
 */
export function readBuildInfo(elf: Elf, name: string): BuildInfo {
  const data = buildInfoSection(elf);
  if (data === undefined || !MAGIC.equals(data.subarray(0, MAGIC.length))) {
    throw new MgoError(`${name} is no Go executable: it has no Go build information`);
  }
  const flags = data[FLAGS_OFFSET] ?? 0;
  if ((flags & FLAG_INLINE_STRINGS) === 0) {
    throw new MgoError(`${name} was built by a Go older than 1.18, which mgo cannot read`);
  }
  const version = readString(data, HEADER_SIZE, name);
  const module = readString(data, version.end, name);
  const text = module.text.subarray(
    MODULE_MARK_SIZE,
    Math.max(MODULE_MARK_SIZE, module.text.length - MODULE_MARK_SIZE),
  );
  return parseModuleData(version.text.toString("utf8"), text.toString("utf8"));
}

/** The section's contents; undefined where there is no such section. */
export function buildInfoSection(elf: Elf): Uint8Array | undefined {
  const section = findSection(elf, SECTION_BUILD_INFO);
  return section && sectionBytes(elf, section);
}

function readString(data: Uint8Array, offset: number, name: string): { text: Buffer; end: number } {
  let length = 0;
  let scale = 1;
  let at = offset;
  for (;;) {
    const byte = data[at];
    if (byte === undefined || scale > 2 ** 32) throw damaged(name);
    at += 1;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
    scale *= 128;
  }
  if (at + length > data.length) throw damaged(name);
  return { text: Buffer.from(data.subarray(at, at + length)), end: at + length };
}

function damaged(name: string): MgoError {
  return new MgoError(`${name} is damaged: its Go build information cannot be read`);
}

/** Module data are lines of tab-separated fields: see runtime/debug.ParseBuildInfo. */
function parseModuleData(goVersion: string, text: string): BuildInfo {
  let path = "";
  let module: BuildInfo["module"];
  const settings = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [kind, first = "", second = ""] = line.split("\t");
    if (kind === "path") path = first;
    else if (kind === "mod") module = { path: first, version: second };
    else if (kind === "build") {
      // Keys never hold "="; a value is quoted as a Go string only where it holds special characters.
      const split = first.indexOf("=");
      if (split > 0) settings.set(first.slice(0, split), unquote(first.slice(split + 1)));
    }
  }
  return { goVersion, path, module, settings };
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
