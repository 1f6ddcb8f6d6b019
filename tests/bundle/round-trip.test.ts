import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { decodeVariant } from "../../src/bundle/decode.ts";
import { COMPRESS } from "../../src/bundle/frame.ts";
import { findVariant, openBundle } from "../../src/bundle/read.ts";
import { verifyBundle } from "../../src/bundle/verify.ts";
import { createBundle } from "../../src/bundle/write.ts";
import { LEVELS, type Level } from "../../src/levels/level.ts";
import { runProgram } from "../support/run.ts";
import { buildBundle, buildVariant, launcher } from "../support/variants.ts";

async function sha256(path: string): Promise<string> {
  return createHash("sha256")
    .update(await Bun.file(path).bytes())
    .digest("hex");
}

describe("a bundle", () => {
  test.each(LEVELS)("with base %s gives back every variant byte for byte", async (base) => {
    const path = await buildBundle({ base });
    const bundle = await openBundle(path);
    await verifyBundle(bundle);
    for (const level of LEVELS) {
      const whole = await Bun.file(buildVariant(level)).bytes();
      expect(Buffer.from(whole).equals(await decodeVariant(bundle, findVariant(bundle, level)))).toBe(true);
      expect(runProgram([path, "a"], { GOAMD64: level, MGODEBUG: "extract" }).status).toBe(0);
    }
  });

  test("extracts the same bytes through its launcher", async () => {
    const path = await buildBundle();
    for (const level of runnableLevels(path)) {
      const extract = Bun.spawnSync([path], { env: { GOAMD64: level, MGODEBUG: "extract" } });
      expect(createHash("sha256").update(extract.stdout).digest("hex")).toBe(
        await sha256(buildVariant(level)),
      );
    }
  });

  test("has just the levels that it is made of", async () => {
    const bundle = await openBundle(await buildBundle({ levels: ["v1", "v3"] }));
    expect(bundle.directory.variants.map(({ level }) => level)).toEqual(["v1", "v3"]);
    expect(() => findVariant(bundle, "v2")).toThrow("has no variant v2");
  });

  test("is the variant itself if there is only one", async () => {
    const path = await buildBundle({ levels: ["v2"] });
    expect(await sha256(path)).toBe(await sha256(buildVariant("v2")));
  });

  test("is the same for any order of files and any number of jobs", async () => {
    const inputs = LEVELS.map((level) => ({ level, path: buildVariant(level) }));
    const reversed = inputs.toReversed();
    const options = { compress: "fast" } as const;
    const [one, many] = await Promise.all([
      createBundle(inputs, await launcher(), { ...options, jobs: 1 }),
      createBundle(reversed, await launcher(), { ...options, jobs: 5 }),
    ]);
    expect(Buffer.concat(one.chunks).equals(Buffer.concat(many.chunks))).toBe(true);
  });

  test("gets smaller with more effort", async () => {
    const inputs = LEVELS.map((level) => ({ level, path: buildVariant(level) }));
    const sizes: number[] = [];
    for (const compress of COMPRESS) {
      const { chunks } = await createBundle(inputs, await launcher(), { compress });
      sizes.push(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  test("is not made when the signal is aborted", async () => {
    const inputs = LEVELS.map((level) => ({ level, path: buildVariant(level) }));
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(createBundle(inputs, await launcher(), { compress: "fast", signal })).rejects.toThrow(
      "stopped",
    );
  });
});

/** The levels that this machine's CPU runs, as the bundle's launcher finds them. */
function runnableLevels(path: string): readonly Level[] {
  return LEVELS.filter((level) => !runProgram([path], { GOAMD64: level }).stderr.includes("ignored"));
}
