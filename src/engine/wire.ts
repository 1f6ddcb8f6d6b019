// Written by `zig build format` from engine/format. Do not edit.

export type Exports = {
  readonly allocate: (size: number) => number;
  readonly release: (address: number, size: number) => void;
  readonly resultAddress: () => number;
  readonly directorySize: (start: number, size: number, payloadSize: bigint) => number;
  readonly parseDirectory: (start: number, size: number, payloadSize: bigint, parsed: number) => number;
  readonly makeRecipe: (
    base: number,
    baseSize: number,
    variant: number,
    variantSize: number,
    request: number,
  ) => number;
  readonly measureChanges: (
    base: number,
    baseSize: number,
    variant: number,
    variantSize: number,
    request: number,
  ) => number;
  readonly findOwnFile: (file: number, size: number, request: number) => number;
  readonly openRecipe: (
    recipe: number,
    recipeSize: number,
    base: number,
    baseSize: number,
    imageSize: number,
    inPlace: boolean,
  ) => number;
  readonly closeRecipe: (opened: number) => void;
  readonly predictRange: (
    architecture: number,
    opened: number,
    framePosition: bigint,
    frameSize: number,
    filterSize: bigint,
    offset: bigint,
    output: number,
    size: number,
  ) => void;
  readonly variantPosition: (opened: number, position: bigint) => bigint;
  readonly makePatches: (prediction: number, actual: number, size: number, all: boolean) => number;
  readonly patchesSizeMax: (size: number) => number;
  readonly applyPatches: (prediction: number, size: number, patches: number, patchesSize: number) => boolean;
  readonly filterCode: (
    architecture: number,
    bytes: number,
    size: number,
    position: bigint,
    fileSize: bigint,
    forward: boolean,
  ) => void;
  readonly deflateRange: (input: number, inputSize: number, output: number, outputSize: number) => number;
  readonly simplifyFrame: (
    frame: number,
    size: number,
    decodedSize: number,
    price: number,
    output: number,
    outputSize: number,
  ) => number;
  readonly decodingTime: (frame: number, size: number, decodedSize: number) => number;
  readonly hashStart: () => void;
  readonly hashPiece: (bytes: number, size: number) => void;
  readonly hashValue: () => bigint;
};

export const EXPORTS: { readonly [K in keyof Exports]: number } = {
  allocate: 1,
  release: 2,
  resultAddress: 0,
  directorySize: 3,
  parseDirectory: 4,
  makeRecipe: 5,
  measureChanges: 5,
  findOwnFile: 3,
  openRecipe: 6,
  closeRecipe: 1,
  predictRange: 8,
  variantPosition: 2,
  makePatches: 4,
  patchesSizeMax: 1,
  applyPatches: 4,
  filterCode: 6,
  deflateRange: 4,
  simplifyFrame: 6,
  decodingTime: 3,
  hashStart: 0,
  hashPiece: 2,
  hashValue: 0,
};

export const PARSED_DIRECTORY = {
  size: 824,
  fields: {
    detail: { offset: 0, size: 4, type: "u32" },
    base: { offset: 4, size: 4, type: "u32" },
    variants: { offset: 8, size: 816, type: "bytes" },
  },
} as const;

export const PARSED_VARIANT = {
  size: 24,
  fields: {
    skeleton_size: { offset: 0, size: 8, type: "u64" },
    stream_size: { offset: 8, size: 8, type: "u64" },
    detached_first: { offset: 16, size: 4, type: "u32" },
    skeleton_frame_count: { offset: 20, size: 4, type: "u32" },
  },
} as const;

export const MEASURED_CHANGES = {
  size: 32,
  fields: {
    changes_runtime_functions: { offset: 0, size: 4, type: "u32" },
    changes_runtime_size: { offset: 4, size: 4, type: "u32" },
    changes_program_functions: { offset: 8, size: 4, type: "u32" },
    changes_program_size: { offset: 12, size: 4, type: "u32" },
    changes_data_size: { offset: 16, size: 4, type: "u32" },
    changes_is_known: { offset: 20, size: 1, type: "u8" },
    changes_reserved: { offset: 21, size: 3, type: "bytes" },
    function_count: { offset: 24, size: 4, type: "u32" },
    reserved: { offset: 28, size: 4, type: "u32" },
  },
} as const;

export const CHANGED_FUNCTION = {
  size: 16,
  fields: {
    base_size: { offset: 0, size: 4, type: "u32" },
    variant_size: { offset: 4, size: 4, type: "u32" },
    is_runtime: { offset: 8, size: 4, type: "u32" },
    name_size: { offset: 12, size: 4, type: "u32" },
  },
} as const;

export const OWN_FILE = {
  size: 8,
  fields: {
    is_asked_for: { offset: 0, size: 4, type: "u32" },
    package_count: { offset: 4, size: 4, type: "u32" },
  },
} as const;

export const REQUEST = {
  size: 40,
  fields: {
    base_image: { offset: 0, size: 8, type: "u64" },
    variant_image: { offset: 8, size: 8, type: "u64" },
    base_image_size: { offset: 16, size: 4, type: "u32" },
    variant_image_size: { offset: 20, size: 4, type: "u32" },
    pair_count: { offset: 24, size: 4, type: "u32" },
    frame_count: { offset: 28, size: 4, type: "u32" },
    reserved: { offset: 32, size: 4, type: "u32" },
    architecture: { offset: 36, size: 4, type: "u32" },
  },
} as const;

export const PAIR = {
  size: 28,
  fields: {
    role: { offset: 0, size: 4, type: "u32" },
    base_address: { offset: 4, size: 4, type: "u32" },
    base_offset: { offset: 8, size: 4, type: "u32" },
    base_size: { offset: 12, size: 4, type: "u32" },
    variant_address: { offset: 16, size: 4, type: "u32" },
    variant_offset: { offset: 20, size: 4, type: "u32" },
    variant_size: { offset: 24, size: 4, type: "u32" },
  },
} as const;

export const ROLE = {
  zeros: 0,
  bytes: 1,
  code: 2,
  data: 3,
  relocations: 4,
  functions: 5,
} as const;

export const SPAN = {
  size: 12,
  fields: {
    address: { offset: 0, size: 4, type: "u32" },
    offset: { offset: 4, size: 4, type: "u32" },
    size: { offset: 8, size: 4, type: "u32" },
  },
} as const;

export const PARSE_ERRORS = [
  "BaseFrame",
  "BaseIndex",
  "DetachedFrame",
  "DetachedRange",
  "DetachedRun",
  "DirectoryBounds",
  "DirectoryChecksum",
  "ExtraFrames",
  "FrameRun",
  "FrameSize",
  "InPlaceCount",
  "LayoutFields",
  "LevelOrder",
  "LevelRange",
  "NotABundle",
  "PayloadSize",
  "ReservedNotZero",
  "SkeletonEnd",
  "StoredOffset",
  "StoredSize",
  "UnknownArchitecture",
  "UnknownCodec",
  "UnknownFilter",
  "UnknownLayout",
  "UnknownVersion",
  "VariantChanges",
  "VariantChecksum",
  "VariantSize",
] as const;
