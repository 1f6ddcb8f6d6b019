/**
 * `npm run package [-- --arch ARCH] [--program FILE] [--musl FILE] [--output DIR] [FORMAT…]`: mgo's packages for
 * distributions, in dist/packages or DIR, by nfpm from packaging/nfpm.yaml.
 *
 *     FORMAT     deb, rpm, apk or archlinux; without any, all that there is a program for
 *     --arch     what mgo runs on: amd64 (default) or arm64
 *     --program  the standalone mgo; without, dist/mgo, which `npm run build` makes
 *     --musl     the one for musl, which Alpine's package has
 *
 * nfpm is the one that NFPM names, or in PATH. MGO_MAINTAINER is who makes the packages. The time of all files is
 * SOURCE_DATE_EPOCH, else that of the last commit: the same inputs give the same packages.
 */
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { type Release, stage } from "./package/stage.ts";

const FORMATS = ["deb", "rpm", "apk", "archlinux"] as const;
type Format = (typeof FORMATS)[number];

const root = resolve(import.meta.dir, "..");

try {
  await main();
} catch (error) {
  process.stderr.write(`package: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      arch: { type: "string", default: "amd64" },
      program: { type: "string", default: join(root, "dist", "mgo") },
      musl: { type: "string" },
      output: { type: "string", default: join(root, "dist", "packages") },
    },
    allowPositionals: true,
  });
  const programs: Readonly<Record<Format, string | undefined>> = {
    deb: values.program,
    rpm: values.program,
    archlinux: values.program,
    apk: values.musl,
  };
  const formats = positionals.length > 0 ? positionals.map(parseFormat) : FORMATS;
  const output = resolve(values.output);
  await mkdir(output, { recursive: true });
  const release: Release = {
    version: packageJson.version,
    maintainer: process.env.MGO_MAINTAINER || "mgo authors <packages@mgo.invalid>",
    time: Number(process.env.SOURCE_DATE_EPOCH || lastCommit()),
  };
  const work = await mkdtemp(join(tmpdir(), "mgo-package-"));
  try {
    await stage(root, work, release);
    for (const format of formats) {
      const program = programs[format];
      if (program === undefined) {
        if (positionals.length > 0)
          throw new Error(`${format} needs a program for musl: name it with --musl`);
        process.stderr.write(`package: no ${format}: it needs a program for musl (--musl FILE)\n`);
        continue;
      }
      await access(program).catch(() => {
        throw new Error(`there is no ${program}: npm run build makes dist/mgo`);
      });
      await pack(format, { ...release, arch: values.arch, program: resolve(program), stage: work, output });
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function parseFormat(text: string): Format {
  const format = FORMATS.find((known) => known === text);
  if (format === undefined) throw new Error(`${text} is none of ${FORMATS.join(", ")}`);
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
    throw new Error("there is no nfpm: name it in NFPM (go install github.com/goreleaser/nfpm/v2/cmd/nfpm)");
  }
  const config = join(contents.stage, "nfpm.yaml");
  await writeFile(
    config,
    fillIn(await readFile(join(root, "packaging", "nfpm.yaml"), "utf8"), format, contents),
  );
  const command = [nfpm, "package", "--config", config, "--packager", format, "--target", contents.output];
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(contents.time) };
  const child = Bun.spawn(command, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if ((await child.exited) !== 0) throw new Error(`nfpm could not make the ${format} package`);
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
  return filled.replace(/^description: \|-\n {2}(.*)\n(?: {2}.*\n)*/m, "description: $1\n");
}

/** In seconds; where there is no history, as in a tarball, the start of time. */
function lastCommit(): string {
  const { stdout, success } = Bun.spawnSync(["git", "log", "-1", "--format=%ct"], {
    cwd: root,
    stderr: "ignore",
  });
  return success ? stdout.toString().trim() : "0";
}
