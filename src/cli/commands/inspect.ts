/**
 * `mgo inspect FILE`: prints what is in a bundle, from its directory alone unless sizes by part are wanted.
 */
import packageJson from "../../../package.json" with { type: "json" };
import type { StartPolicy } from "../../bundle/layout.ts";
import { type Bundle, findVariant, openBundle } from "../../bundle/read.ts";
import { measureSizes } from "../../bundle/sizes.ts";
import type { StoredVariant } from "../../bundle/stored.ts";
import { checkPage, placePage } from "../../page/place.ts";
import { renderSizesPage } from "../../page/sizes.ts";
import { MgoError } from "../../system/error.ts";
import { formatRatio, formatSize } from "../../system/figures.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { formatTable } from "../../system/text.ts";
import { parseArguments, parseLevel, singleFile } from "../arguments.ts";
import { changesToJson, countsToJson, measureLevels, renderChanges, renderCounts } from "../changes.ts";
import { INSPECT } from "../reference/commands/inspect.ts";
import type { FlagValues } from "../reference/types.ts";
import { renderSizes, sizesToJson } from "../sizes.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(INSPECT, args);
  checkFlags(values);
  if (values.html !== undefined) await checkPage(values.html);
  const bundle = await openBundle(singleFile("inspect", files));
  if (values.sizes || values.html !== undefined) {
    const sizes = await measureSizes(bundle, signal);
    writeStdout(values.json ? `${JSON.stringify(sizesToJson(sizes), null, 2)}\n` : renderSizes(sizes));
    if (values.html !== undefined) {
      await placePage(values.html, renderSizesPage(sizes, packageJson.version), signal);
    }
    return 0;
  }
  if (values.changes) {
    const variants =
      values.level === undefined
        ? bundle.directory.variants
        : [findVariant(bundle, parseLevel("--level", values.level, bundle.elf.architecture))];
    const levels = await measureLevels(bundle, variants, signal);
    const text = () => renderChanges(bundle, levels);
    writeStdout(values.json ? `${JSON.stringify(changesToJson(bundle, levels), null, 2)}\n` : text());
    return 0;
  }
  const report = describe(bundle);
  writeStdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : render(report, bundle));
  return 0;
}

function checkFlags(values: FlagValues<typeof INSPECT.flags>): void {
  const usage = { hint: "mgo help inspect", status: 2 };
  if (values.level !== undefined && !values.changes) {
    throw new MgoError("inspect: --level goes with --changes", usage);
  }
  if (values.changes && (values.sizes || values.html !== undefined)) {
    throw new MgoError("inspect: --changes and --sizes exclude each other", usage);
  }
}

/** The output of `mgo inspect --json`. Sizes are in bytes, ratios to one plain build, that of the base. */
export type BundleReport = ReturnType<typeof describe>;

function describe(bundle: Bundle) {
  const { directory, info } = bundle;
  const { variants: stored } = directory;
  const { base } = directory;
  const plain = base.size;
  const variants = stored.map((variant, index) => {
    const size = variant.frames.reduce((sum, frame) => sum + frame.storedSize, 0);
    return {
      level: variant.level,
      size: variant.size,
      stored_size: size,
      // Starts do without these bytes, of the executable and of what is stored.
      detached_size: variant.detached.reduce((sum, range) => sum + range.size, 0),
      detached_stored_size: storedBehindSkeleton(variant),
      ratio: size / variant.size,
      codec: variant.codec,
      base: variant.base === index ? null : (stored[variant.base]?.level ?? null),
      frames: variant.frames.length,
      changes: countsToJson(variant.changes),
      sha256: Buffer.from(variant.sha256).toString("hex"),
    };
  });
  return {
    file: bundle.name,
    format_version: directory.version,
    layout: directory.layout,
    start: directory.startPolicy,
    asks_for_own_file: directory.asksForOwnFile,
    size: bundle.size,
    plain_size: plain,
    ratio: bundle.size / plain,
    base: base.level,
    go_version: info.goVersion,
    path: info.path,
    module: info.module ?? null,
    payload_size: directory.payloadSize,
    // Tools such as strip may have made a base in place smaller: only the block is known.
    overhead_size: directory.layout === "direct" ? bundle.block.length : bundle.size - directory.payloadSize,
    image_xxh64: directory.imageChecksum.toString(16).padStart(16, "0"),
    variants,
  };
}

/** Returns how many stored bytes hold what starts can do without. */
function storedBehindSkeleton({
  codec,
  extraFrames,
  contentFrames,
  skeletonFrameCount,
}: StoredVariant): number {
  const frames =
    codec === "in_place"
      ? extraFrames.filter(({ isDetached }) => isDetached)
      : contentFrames.slice(skeletonFrameCount);
  return frames.reduce((total, { storedSize }) => total + storedSize, 0);
}

/** Which variant starts, behind the one that is in place. */
const START_MEANINGS: Readonly<Record<StartPolicy, string>> = {
  auto: "which starts unless a level gains more",
  best: "which starts where it is the best",
  base: "which starts wherever it can run",
};

function ownFileMeaning(isDirect: boolean): string {
  return isDirect ? "os.Executable finds it in the base alone" : "os.Executable does not find it";
}

/** Returns text in lines of at most 80 columns, unless names are longer. */
function render(report: BundleReport, { directory }: Bundle): string {
  const { module, layout, base } = report;
  const isDirect = layout === "direct";
  const layoutFacts = [
    layout,
    `format version ${report.format_version}`,
    ...(isDirect ? [`in place is ${base}`] : []),
    ...(isDirect ? [START_MEANINGS[directory.startPolicy]] : []),
  ];
  const ratio = `${formatRatio(report.ratio)} one plain build (${formatSize(report.plain_size)})`;
  const facts = [
    ["program", report.path],
    ["module", module === null ? "none" : `${module.path} ${module.version}`.trimEnd()],
    ["built with", report.go_version],
    ["layout", layoutFacts.join(", ")],
    ["size", `${formatSize(report.size)}, ${ratio}`],
    [
      "launcher",
      `${formatSize(report.overhead_size)}${isDirect ? "" : ", with ELF headers and Go build info"}`,
    ],
  ];
  if (report.asks_for_own_file) facts.push(["asks for", `its own file: ${ownFileMeaning(isDirect)}`]);
  const rows = report.variants.map((variant) => [
    variant.level,
    String(variant.size),
    String(variant.stored_size),
    String(variant.detached_stored_size),
    formatRatio(variant.ratio),
    variant.base === null ? variant.codec : `${variant.codec} from ${variant.base}`,
  ]);
  const isKnown = directory.variants.some(({ level, changes }) => level !== base && changes !== undefined);
  // They would not fit beside the other columns.
  const hashes = report.variants.map(({ level, sha256 }) => [level, sha256]);
  const sections = [
    [report.file, ...formatTable(facts)],
    formatTable([["level", "bytes", "stored", "detached", "ratio", "codec"], ...rows]),
    ...(isKnown ? [renderCounts(base, directory.variants)] : []),
    formatTable([["level", "sha256"], ...hashes]),
  ];
  return sections.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
