/**
 * `mgo inspect FILE`: what is in a bundle. Reads its directory only, unless it is asked for sizes by part; `mgo verify`
 * checks the contents.
 */
import packageJson from "../../../package.json" with { type: "json" };
import { baseVariant, type StoredFrame, type StoredVariant } from "../../bundle/directory.ts";
import { type Bundle, openBundle } from "../../bundle/read.ts";
import { measureSizes } from "../../bundle/sizes.ts";
import { checkPage, placePage } from "../../page/place.ts";
import { renderSizesPage } from "../../page/sizes.ts";
import type { Context } from "../../system/process.ts";
import { writeStdout } from "../../system/streams.ts";
import { formatRatio, formatSize, formatTable } from "../../system/text.ts";
import { parseArguments, singleFile } from "../arguments.ts";
import { INSPECT } from "../reference/commands/inspect.ts";
import { renderSizes, sizesToJson } from "../sizes.ts";

export async function run(args: readonly string[], { signal }: Context): Promise<number> {
  const { values, files } = parseArguments(INSPECT, args);
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
  const report = describe(bundle);
  writeStdout(values.json ? `${JSON.stringify(report, null, 2)}\n` : render(report));
  return 0;
}

/** What `mgo inspect --json` prints. Sizes in bytes; ratios to one plain build, which is the base. */
export type BundleReport = ReturnType<typeof describe>;

function describe(bundle: Bundle) {
  const { directory, info } = bundle;
  const { variants: stored } = directory;
  const base = baseVariant(directory);
  const plain = base?.size ?? 0;
  const variants = stored.map((variant, index) => {
    const size = variant.frames.reduce((sum, frame) => sum + frame.storedSize, 0);
    return {
      level: variant.level,
      size: variant.size,
      stored_size: size,
      // What a start does without: of the executable, and of what is stored.
      detached_size: variant.detached.reduce((sum, range) => sum + range.size, 0),
      detached_stored_size: storedBehindSkeleton(variant),
      ratio: size / variant.size,
      codec: variant.codec,
      base: variant.base === index ? null : (stored[variant.base]?.level ?? null),
      frames: variant.frames.length,
      sha256: Buffer.from(variant.sha256).toString("hex"),
    };
  });
  return {
    file: bundle.name,
    format_version: directory.version,
    layout: directory.layout,
    start: directory.startPolicy,
    size: bundle.size,
    plain_size: plain,
    ratio: bundle.size / plain,
    base: base?.level ?? null,
    go_version: info.goVersion,
    path: info.path,
    module: info.module ?? null,
    payload_size: directory.payloadSize,
    // Beside a base in place nothing else can be told: tools such as strip make that smaller.
    overhead_size: directory.layout === "direct" ? bundle.block.length : bundle.size - directory.payloadSize,
    image_xxh64: directory.imageChecksum.toString(16).padStart(16, "0"),
    variants,
  };
}

function storedBehindSkeleton({ codec, frames, extraFrameCount, skeletonSize }: StoredVariant): number {
  const sum = (some: readonly StoredFrame[]): number =>
    some.reduce((total, frame) => total + frame.storedSize, 0);
  if (codec === "in_place") return sum(frames.filter(({ isDetached }) => isDetached));
  let offset = 0;
  const behind = frames.slice(extraFrameCount).filter(({ size }) => {
    offset += size;
    return offset > skeletonSize;
  });
  return sum(behind);
}

function render(report: BundleReport): string {
  const { module } = report;
  const facts = [
    ["program", report.path],
    ["module", module === null ? "none" : `${module.path} ${module.version}`.trimEnd()],
    ["built with", report.go_version],
    [
      "layout",
      `${report.layout}, format version ${report.format_version}${report.layout === "direct" ? `, in place is ${report.base}` : ""}${report.start === "base" ? ", which starts wherever it can run" : ""}`,
    ],
    [
      "size",
      `${formatSize(report.size)}, ${formatRatio(report.ratio)} one plain build (${formatSize(report.plain_size)})`,
    ],
    [
      "launcher",
      `${formatSize(report.overhead_size)}${report.layout === "direct" ? "" : ", with ELF headers and Go build info"}`,
    ],
  ];
  const rows = report.variants.map((variant) => [
    variant.level,
    String(variant.size),
    String(variant.stored_size),
    String(variant.detached_stored_size),
    formatRatio(variant.ratio),
    variant.base === null ? variant.codec : `${variant.codec} from ${variant.base}`,
  ]);
  // Beside the other columns they would not fit into 80.
  const hashes = report.variants.map(({ level, sha256 }) => [level, sha256]);
  return [
    report.file,
    formatTable(facts, "  "),
    "",
    formatTable([["level", "bytes", "stored", "detached", "ratio", "codec"], ...rows], "  "),
    "",
    formatTable([["level", "sha256"], ...hashes], "  "),
    "",
  ].join("\n");
}
