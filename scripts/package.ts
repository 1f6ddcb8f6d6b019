/**
 * `npm run package [-- --arch ARCH] [--program FILE] [--musl FILE] [--output DIR] [FORMAT…]`: makes mgo's
 * packages for distributions, in dist/packages or DIR, by nfpm from packaging/nfpm.yaml.
 *
 *     FORMAT     deb, rpm, apk or archlinux; without any, all that there is a program for
 *     --arch     the machine that mgo runs on: amd64 (default) or arm64
 *     --program  the standalone mgo; without, dist/mgo, which `npm run build` makes
 *     --musl     the one for musl, which Alpine's package has
 *
 * NFPM names nfpm, else it is the one in PATH. MGO_MAINTAINER is who makes the packages. All files have the
 * time SOURCE_DATE_EPOCH, else that of the last commit: the same inputs give the same packages.
 */
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import packageJson from "../package.json" with { type: "json" };
import { type Release, stage } from "./package/stage.ts";
import { $, root, runScript, UsageError } from "./script.ts";
import { withTemporary } from "./temporary.ts";

const FORMATS = ["deb", "rpm", "apk", "archlinux"] as const;
type Format = (typeof FORMATS)[number];

const options = {
  arch: { type: "string", default: "amd64" },
  program: { type: "string", default: join(root, "dist", "mgo") },
  musl: { type: "string" },
  output: { type: "string", default: join(root, "dist", "packages") },
} as const;

await runScript(import.meta.path, options, async ({ values, positionals }) => {
  const { arch, program, musl } = values;
  const programs: Readonly<Record<Format, string | undefined>> = {
    deb: program,
    rpm: program,
    archlinux: program,
    apk: musl,
  };
  const formats = positionals.length > 0 ? positionals.map(parseFormat) : FORMATS;
  const output = resolve(values.output);
  await mkdir(output, { recursive: true });
  const release: Release = {
    version: packageJson.version,
    maintainer: process.env.MGO_MAINTAINER || "mgo authors <packages@mgo.invalid>",
    time: Number(process.env.SOURCE_DATE_EPOCH || (await timeOfCommit())),
  };
  await withTemporary("package", async (work) => {
    await stage(work, release);
    for (const format of formats) {
      const file = programs[format];
      if (file === undefined) {
        if (positionals.length > 0) throw new UsageError(`${format} needs a program for musl: --musl FILE`);
        process.stderr.write(`package: no ${format}: it needs a program for musl (--musl FILE)\n`);
        continue;
      }
      await access(file).catch(() => {
        throw new Error(`${file} is missing: npm run build makes dist/mgo`);
      });
      await pack(format, { ...release, arch, program: resolve(file), stage: work, output });
    }
  });
});

function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format === undefined) throw new UsageError(`${text} is none of ${FORMATS.join(", ")}`);
  return format;
}

interface Contents extends Release {
  readonly arch: string;
  readonly program: string;
  readonly stage: string;
  readonly output: string;
}

async function pack(format: Format, contents: Contents): Promise<void> {
  const nfpm = process.env.NFPM || Bun.which("nfpm");
  if (!nfpm) {
    const source = `github.com/goreleaser/nfpm/v2/cmd/nfpm@${await pinnedNfpm()}`;
    throw new Error(`nfpm is missing: name it in NFPM (go install ${source})`);
  }
  const config = join(contents.stage, "nfpm.yaml");
  const template = await readFile(join(root, "packaging", "nfpm.yaml"), "utf8");
  await writeFile(config, fillIn(template, format, contents));
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(contents.time) };
  const flags = ["--config", config, "--packager", format, "--target", contents.output];
  await $({ env, stdio: ["ignore", "inherit", "inherit"] })`${nfpm} package ${flags}`;
}

/** The version that the tests use. */
async function pinnedNfpm(): Promise<string> {
  const pins = await readFile(join(root, "tests", "tools", "go.mod"), "utf8");
  const version = /goreleaser\/nfpm\/v2 (v\S+)/.exec(pins)?.[1];
  if (version === undefined) throw new Error("tests/tools/go.mod pins no nfpm");
  return version;
}

function fillIn(template: string, format: Format, contents: Contents): string {
  const values: Readonly<Record<string, string>> = {
    VERSION: contents.version,
    MGO_ARCH: contents.arch,
    MGO_PROGRAM: contents.program,
    MGO_STAGE: contents.stage,
    MGO_MAINTAINER: contents.maintainer,
  };
  const filled = template.replaceAll(/\$\{(\w+)\}/g, (found, name: string) => values[name] ?? found);
  if (format !== "apk" && format !== "archlinux") return filled;
  // Their descriptions are one line.
  return filled.replace(/^description: \|-\n {2}(.*)\n(?: {2}.*\n)*/m, "description: $1\n");
}

/** Returns seconds since 1970, or 0 where there is no history, as in a tarball. */
async function timeOfCommit(): Promise<string> {
  const { stdout, ok } = await $({
    stdio: ["ignore", "pipe", "ignore"],
    nothrow: true,
  })`git log -1 --format=%ct`;
  return ok ? stdout.trim() : "0";
}
