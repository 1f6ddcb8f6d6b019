/** A clone of the repository that people give to npm in place of the released package. */
import { expect, test } from "bun:test";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { listFiles } from "../../scripts/script.ts";
import { ROOT } from "../support/folders.ts";
import { expectSuccess } from "../support/run.ts";
import { makeWorkspace, run } from "../support/workspace.ts";

const INSTALL = ["npm", "install", "--offline", "--omit=optional", "--no-audit", "--no-fund"];
const NOT_COMPLETE =
  "mgo: this package was packed from a clone, and is not complete\n" +
  "hint: npm run release -- npm, in the clone, makes dist/release/mgo-VERSION.tgz\n";

test.each([
  [
    "npm pack",
    ["sh", "-c", 'npm pack --silent --pack-destination . "$0"', ROOT],
    [`./mgo-${packageJson.version}.tgz`],
  ],
  ["npm install --install-links", ["true"], ["--install-links", ROOT]],
])("%s of a clone gives a mgo that says how the package is made", (_, prepare, install) => {
  const workspace = makeWorkspace();
  expectSuccess(run(workspace, prepare));
  expectSuccess(run(workspace, [...INSTALL, ...install]));
  expect(run(workspace, ["node_modules/.bin/mgo", "--version"])).toMatchObject({
    status: 1,
    stdout: "",
    stderr: NOT_COMPLETE,
  });
});

test("npm install of a clone's folder links it, and its mgo says where npm ci is missing", async () => {
  const workspace = makeWorkspace({ "user/package.json": "{}" });
  const clone = join(workspace.folder, "clone");
  for (const file of await listFiles()) cpSync(join(ROOT, file), join(clone, file));
  expectSuccess(run(workspace, ["sh", "-c", 'cd user && "$@"', "sh", ...INSTALL, clone]));
  const { status, stderr } = run(workspace, ["user/node_modules/.bin/mgo", "--version"]);
  expect(status).toBe(1);
  expect(stderr).toContain(`hint: npm ci, in ${clone}\n`);
  expect(readFileSync(join(workspace.folder, "user/node_modules/mgo/launcher.zig"), "utf8")).not.toBe("");
});

test.skipIf(Bun.which("bwrap") === null)("the mgo of a clone says in one line that it needs /proc", () => {
  const box = ["bwrap", "--dev-bind", "/", "/", "--tmpfs", "/proc"];
  const entry = ["node", join(ROOT, "src", "entry", "npx.js"), "--version"];
  expect(run(makeWorkspace(), [...box, ...entry])).toMatchObject({
    status: 1,
    stdout: "",
    stderr: "mgo: Bun cannot run: /proc is not mounted\nhint: mount -t proc proc /proc\n",
  });
});
