/** docs/packaging.md, followed word by word. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/folders.ts";
import { followPage } from "../support/follow.ts";
import { findTools } from "../support/tools.ts";

const SPLIT = join(ROOT, "packaging", "split");
const tools = findTools("nfpm");

followPage("docs/packaging.md", {
  files: Object.fromEntries(
    ["split.sh", "nfpm.yaml"].map((name) => [
      `packaging/split/${name}`,
      readFileSync(join(SPLIT, name), "utf8"),
    ]),
  ),
  ...(tools === undefined ? {} : { env: { PATH: tools } }),
});
