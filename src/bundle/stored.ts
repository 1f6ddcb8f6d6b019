/** A payload's directory, read: the engine parses and checks it as each start does. */
import type { ChangeCounts } from "../engine/changes.ts";
import { DirectoryError, type ParsedVariant, type ParseError, parseDirectory } from "../engine/directory.ts";
import { ARCHITECTURE, CODEC, FLAG, type FRAME, LAYOUT, START_POLICY, VERSION } from "../engine/format.ts";
import type { Values } from "../engine/struct.ts";
import { type Architecture, type Level, levelOf } from "../levels/level.ts";
import { MgoError } from "../system/error.ts";
import type { Layout, StartPolicy } from "./layout.ts";
import type { DetachedRange } from "./stream.ts";

export interface Directory {
  readonly version: number;
  readonly architecture: Architecture;
  readonly layout: Layout;
  /** The payload's size in bytes. */
  readonly payloadSize: number;
  readonly imageChecksum: bigint;
  /** In the direct layout, where the payload is linked; else 0. */
  readonly address: bigint;
  /** In the direct layout, the base's own entry; else 0. */
  readonly entry: bigint;
  readonly startPolicy: StartPolicy;
  /** Whether a variant looks for libraries from its own file ($ORIGIN). */
  readonly origin: boolean;
  /** Whether the program asks for its own file (os.Executable). */
  readonly asksForOwnFile: boolean;
  readonly variants: readonly StoredVariant[];
  /** The variant in place, or the one that others refer to. */
  readonly base: StoredVariant;
}

export interface StoredVariant {
  readonly level: Level;
  readonly codec: keyof typeof CODEC;
  /** Index of a variant of the directory; the variant's own if it refers to no other. */
  readonly base: number;
  /** The executable's size, in bytes. */
  readonly size: number;
  readonly sha256: Uint8Array;
  /** All frames: `extraFrames`, then `contentFrames`. */
  readonly frames: readonly StoredFrame[];
  /** Frames without bytes of the variant: a recipe, or the bytes beside a variant in place. */
  readonly extraFrames: readonly StoredFrame[];
  /** Frames of the stream, the skeleton's first; of a variant in place, the overwritten bytes. */
  readonly contentFrames: readonly StoredFrame[];
  readonly skeletonFrameCount: number;
  /** In bytes; the executable's size, if nothing is detached. */
  readonly streamSize: number;
  /** In bytes. */
  readonly skeletonSize: number;
  readonly detached: readonly DetachedRange[];
  /** Its changes of the base beyond addresses; undefined if they are unknown. */
  readonly changes: ChangeCounts | undefined;
}

/** Offsets in bytes from the start of the payload. */
export interface StoredFrame {
  readonly offset: number;
  readonly storedSize: number;
  readonly size: number;
  readonly storedChecksum: bigint;
  readonly checksum: bigint;
  /** One of FILTER. */
  readonly filter: number;
  /** Whether it serves to predict detached ranges only. */
  readonly isDetached: boolean;
  /** Index of the frame of the base's stream that it is predicted from. */
  readonly baseFrame: number | undefined;
}

/**
 * Reads and checks a payload's directory; the stored frames themselves are not looked at.
 *
 * @param name what to call the bundle in messages
 * @throws MgoError if it is of another version, damaged or cut short
 */
export async function readDirectory(payload: Uint8Array, name: string): Promise<Directory> {
  const { header, base, variants } = await parseDirectory(payload).catch((error: unknown) => {
    throw error instanceof DirectoryError ? new MgoError(`${name} ${describe(error)}`) : error;
  });
  const architecture = nameIn(ARCHITECTURE, header.architecture);
  const stored = variants.map((variant) => readVariant(variant, architecture));
  return {
    version: header.version,
    architecture,
    layout: nameIn(LAYOUT, header.layout),
    payloadSize: Number(header.payload_size),
    imageChecksum: header.image_checksum,
    address: header.address,
    entry: header.entry,
    startPolicy: nameIn(START_POLICY, header.start_policy),
    origin: header.origin === 1,
    asksForOwnFile: (header.flags & FLAG.own_file) !== 0,
    variants: stored,
    base: stored[base] ?? fail(),
  };
}

const damaged = (what: string) => () => `is a damaged bundle: ${what}`;

/** Messages, behind the bundle's name. */
const MESSAGE: Readonly<Record<ParseError, (detail: number) => string>> = {
  UnknownVersion: (version) => `has bundle format version ${version}; this mgo reads version ${VERSION}`,
  UnknownArchitecture: (number) => `is for architecture ${number}, which this mgo does not know`,
  UnknownLayout: (layout) => `uses layout ${layout}, which this mgo does not know`,
  UnknownCodec: (codec) => `uses codec ${codec}, which this mgo does not know`,
  NotABundle: damaged("its payload does not start as one"),
  DirectoryBounds: damaged("its directory does not fit into its payload"),
  DirectoryChecksum: damaged("the checksum of its directory is wrong"),
  PayloadSize: damaged("its payload is cut short"),
  ReservedNotZero: damaged("a reserved field is not zero"),
  LayoutFields: damaged("its address, entry or start policy does not go with its layout"),
  LevelRange: (level) => damaged(`it has a variant of level ${level}`)(),
  LevelOrder: damaged("its levels are not in order"),
  InPlaceCount: (count) => damaged(`it has ${count} variants in place`)(),
  BaseIndex: damaged("a variant refers to a base that is none"),
  FrameRun: damaged("its variants do not share out its frames"),
  StoredSize: damaged("a frame's stored size is wrong"),
  StoredOffset: damaged("its frames do not follow one another to the end of its payload"),
  FrameSize: damaged("a frame's size is wrong"),
  ExtraFrames: damaged("a variant has a wrong number of extra frames"),
  UnknownFilter: damaged("a frame has a filter that is unknown or not its codec's"),
  BaseFrame: damaged("a frame is predicted from one that there is not"),
  DetachedFrame: damaged("a frame is marked as one for detached ranges and is none"),
  VariantSize: damaged("a variant's size is not that of its frames"),
  VariantChanges: damaged("what a variant changes is told though unknown"),
  VariantChecksum: damaged("a variant has a checksum that its codec has not"),
  DetachedRun: damaged("its variants do not share out its detached ranges"),
  DetachedRange: damaged("a detached range is empty, too large or out of place"),
  SkeletonEnd: damaged("a frame goes on behind the end of its variant's skeleton"),
};

function describe({ reason, detail }: DirectoryError): string {
  return MESSAGE[reason](detail);
}

function readVariant(
  { fields, derived, frames, detached }: ParsedVariant,
  architecture: Architecture,
): StoredVariant {
  const stored = frames.map(readFrame);
  return {
    level: levelOf(architecture, fields.level) ?? fail(),
    codec: nameIn(CODEC, fields.codec),
    base: fields.base,
    size: Number(fields.size),
    sha256: fields.sha256,
    frames: stored,
    extraFrames: stored.slice(0, fields.extra_frame_count),
    contentFrames: stored.slice(fields.extra_frame_count),
    skeletonFrameCount: derived.skeleton_frame_count,
    streamSize: Number(derived.stream_size),
    skeletonSize: Number(derived.skeleton_size),
    detached: detached.map(({ offset, size, stream_size }) => ({
      offset: Number(offset),
      size: Number(size),
      streamSize: Number(stream_size),
    })),
    changes: readChanges(fields),
  };
}

function readChanges(fields: ParsedVariant["fields"]): ChangeCounts | undefined {
  if (fields.changes_is_known === 0) return undefined;
  return {
    runtime: { functions: fields.changes_runtime_functions, size: fields.changes_runtime_size },
    program: { functions: fields.changes_program_functions, size: fields.changes_program_size },
    dataSize: fields.changes_data_size,
  };
}

function readFrame(frame: Values<typeof FRAME>): StoredFrame {
  return {
    offset: Number(frame.stored_offset),
    storedSize: frame.stored_size,
    size: frame.size,
    storedChecksum: frame.stored_checksum,
    checksum: frame.checksum,
    filter: frame.filter,
    isDetached: frame.detached === 1,
    baseFrame: frame.base_frame === 0 ? undefined : frame.base_frame - 1,
  };
}

function nameIn<Name extends string>(table: Readonly<Record<Name, number>>, value: number): Name {
  for (const name in table) if (table[name] === value) return name;
  return fail();
}

/** The engine has checked it. */
function fail(): never {
  throw new Error("the engine and mgo read a directory differently");
}
