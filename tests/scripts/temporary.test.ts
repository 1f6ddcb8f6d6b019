/** Temporary folders of scripts, which nothing may leave behind. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { newFolder, ROOT, scratch } from "../support/folders.ts";

const MODULE = join(ROOT, "scripts", "temporary.ts");

/** Starts a script that makes two folders, one for a part of it, says so, and goes on as told. */
function startScript(then: string) {
  const folder = newFolder(join(scratch, "temporary-"));
  const script = `import { withTemporary } from ${JSON.stringify(MODULE)};
    await withTemporary("one", async () => {
      await withTemporary("two", async () => { console.log("made"); ${then} });
    });`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    env: { ...process.env, TMPDIR: folder },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  return { child, left: () => readdirSync(folder) };
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("a script that %s ends leaves none", async (signal) => {
  const { child, left } = startScript("await Bun.stdin.text();");
  await child.stdout.getReader().read();
  expect(
    left()
      .map((name) => name.slice(0, 7))
      .toSorted(),
  ).toEqual(["mgo-one", "mgo-two"]);
  child.kill(signal);
  await child.exited;
  expect(String(child.signalCode)).toBe(signal);
  expect(left()).toEqual([]);
});

test.each([
  ["that ends", "", 0],
  ["that fails", 'throw new Error("on purpose");', 1],
] as const)("a script %s leaves none", async (_, then, status) => {
  const { child, left } = startScript(then);
  expect(await child.exited).toBe(status);
  expect(left()).toEqual([]);
});
