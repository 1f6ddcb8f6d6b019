/** Programs that find shared libraries by $ORIGIN, beside their own file. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "../support/folders.ts";
import { expectSuccess, runProgram } from "../support/run.ts";
import { startBoth, startsOf } from "../support/starts.ts";
import type { Linkage } from "../support/variants.ts";

const gcc = Bun.which("gcc");
const libraries = join(scratch, "near");
const library = join(libraries, "libnear.so");

function linkage(path: string): Linkage {
  const search = `-Wl,--no-as-needed -L${libraries} -lnear -Wl,-rpath,${path}`;
  return { name: path, flags: [`-ldflags=-linkmode=external -extldflags '${search}'`], cgo: true };
}

if (gcc !== null) {
  mkdirSync(libraries);
  const source = join(libraries, "near.c");
  writeFileSync(source, "int near_value = 42;\n");
  const command = [gcc, "-shared", "-fPIC", "-o", library, source];
  expectSuccess(runProgram(command, { PATH: process.env.PATH ?? "" }));
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: the dynamic linker's spelling
const paths = gcc === null ? [] : ["$ORIGIN/lib", "${ORIGIN}/lib"];
const starts = (await Promise.all(paths.map((path) => startsOf("name", linkage(path))))).flat();

describe.each(starts)("$title", (start) => {
  test("finds its library beside it", () => {
    const { ours, plain } = startBoth(start, {
      command: `mkdir lib && cp ${library} lib && ./program one`,
      env: { MGODEBUG: "log" },
    });
    expect(plain.status).toBe(0);
    const report = ({ stdout }: { readonly stdout: string }): unknown => {
      // The base may run instead, with another entry.
      const { entry: _, ...rest } = JSON.parse(stdout || "{}");
      return rest;
    };
    expect(report(ours)).toEqual(report(plain));
    const way = start.layout === "packed" ? "starting by mapping" : "in place instead";
    if (!start.inPlace) expect(ours.stderr).toContain(way);
  });
});
