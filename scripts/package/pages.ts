/** The pages of documentation that packages install. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize, relative } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "../script.ts";

/** Pages beside the folder docs. CHANGELOG.md is not among them: Debian installs it by another name. */
const BESIDE = ["README.md", "SECURITY.md"] as const;

/**
 * Returns README, SECURITY and docs, laid out as in the checkout. Links to files that are not installed lead
 * to the repository instead.
 *
 * @returns contents by path
 */
export async function installedPages(): Promise<ReadonlyMap<string, string>> {
  const docs = await readdir(join(root, "docs"), { recursive: true, withFileTypes: true });
  const paths = [
    ...BESIDE,
    ...docs
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ].toSorted();
  const pages = paths.map(async (path): Promise<[string, string]> => {
    const text = await readFile(join(root, path), "utf8");
    return [path, path.endsWith(".md") ? leadLinks(text, path, paths) : text];
  });
  return new Map(await Promise.all(pages));
}

function leadLinks(text: string, page: string, installed: readonly string[]): string {
  return text.replaceAll(/\]\((?![a-z]+:|#)([^)\s#]+)/g, (found, target: string) => {
    const path = normalize(join(dirname(page), target));
    if (installed.some((known) => known === path || known.startsWith(`${path.replace(/\/$/, "")}/`))) {
      return found;
    }
    return `](${packageJson.homepage}/blob/v${packageJson.version}/${path}`;
  });
}
