// Written by `zig build format` from engine/format. Do not edit.

export const ORIGIN_COUNT = 7;
export const RECORDS_SIZE_MAX = 65536;
export const AREA_COUNT_MAX = 4096;
export const MAGIC = [0x89, 0x6d, 0x67, 0x6f, 0x0d, 0x0a, 0x1a, 0x0a] as const;
export const VERSION = 2;
export const SECTION_PAYLOAD = ".mgo";
export const SECTION_BUILD_INFO = ".go.buildinfo";
export const PAYLOAD_ALIGN = 64;
export const BLOCK_MAGIC = [0x89, 0x6d, 0x67, 0x6f, 0x63, 0x6f, 0x64, 0x65] as const;
export const LEVEL_MAX = 34;
export const VARIANT_COUNT_MAX = 34;
export const FRAME_SIZE_MAX = 1048576;
export const FRAME_STORED_SIZE_MAX = 1064960;
export const DETACHED_COUNT_MAX = 255;
export const DETACHED_SLACK = 64;
export const STREAM_SIZE_MAX = 4294967295;

export const LAYOUT = {
  packed: 0,
  direct: 1,
} as const;

export const START_POLICY = {
  best: 0,
  base: 1,
  auto: 2,
} as const;

export const FLAG = {
  own_file: 1,
} as const;

export const CHANGES = {
  size: 24,
  fields: {
    runtime_functions: { offset: 0, size: 4, type: "u32" },
    runtime_size: { offset: 4, size: 4, type: "u32" },
    program_functions: { offset: 8, size: 4, type: "u32" },
    program_size: { offset: 12, size: 4, type: "u32" },
    data_size: { offset: 16, size: 4, type: "u32" },
    is_known: { offset: 20, size: 1, type: "u8" },
    reserved: { offset: 21, size: 3, type: "bytes" },
  },
} as const;

export const CHANGED_CODE = {
  size: 8,
  fields: {
    functions: { offset: 0, size: 4, type: "u32" },
    size: { offset: 4, size: 4, type: "u32" },
  },
} as const;

export const RECIPE = {
  size: 96,
  fields: {
    entry_count: { offset: 0, size: 4, type: "u32" },
    base_area_count: { offset: 4, size: 4, type: "u32" },
    variant_area_count: { offset: 8, size: 4, type: "u32" },
    base_image_size: { offset: 12, size: 4, type: "u32" },
    pointer_min: { offset: 16, size: 4, type: "u32" },
    text_size: { offset: 20, size: 4, type: "u32" },
    base_image: { offset: 24, size: 8, type: "u64" },
    variant_image: { offset: 32, size: 8, type: "u64" },
    origins: { offset: 40, size: 56, type: "bytes" },
  },
} as const;

export const RECIPE_ORIGIN = {
  size: 8,
  fields: {
    base: { offset: 0, size: 4, type: "u32" },
    variant: { offset: 4, size: 4, type: "u32" },
  },
} as const;

export const AREA = {
  size: 12,
  fields: {
    address: { offset: 0, size: 4, type: "u32" },
    offset: { offset: 4, size: 4, type: "u32" },
    size: { offset: 8, size: 4, type: "u32" },
  },
} as const;

export const KIND = {
  none: 0,
  bytes: 1,
  code: 2,
  data: 3,
  function_table: 4,
  functions: 5,
  changed_code: 6,
  function_data: 7,
  file_lists: 8,
  prefixed_code: 9,
} as const;

export const ORIGIN = {
  text: 0,
  functions: 1,
  names: 2,
  counters: 3,
  function_data: 4,
  file_lists: 5,
  files: 6,
} as const;

export const ARCHITECTURE = {
  amd64: 0,
  arm: 1,
  arm64: 2,
  riscv64: 3,
  ppc64le: 4,
} as const;

export const CODEC = {
  zstd: 0,
  predicted: 1,
  in_place: 2,
} as const;

export const FILTER = {
  none: 0,
  code: 1,
} as const;

export const BLOCK = {
  size: 16,
  fields: {
    magic: { offset: 0, size: 8, type: "bytes" },
    entry: { offset: 8, size: 4, type: "u32" },
    payload: { offset: 12, size: 4, type: "u32" },
  },
} as const;

export const HEADER = {
  size: 64,
  fields: {
    magic: { offset: 0, size: 8, type: "bytes" },
    version: { offset: 8, size: 2, type: "u16" },
    layout: { offset: 10, size: 1, type: "u8" },
    variant_count: { offset: 11, size: 1, type: "u8" },
    frame_count: { offset: 12, size: 4, type: "u32" },
    payload_size: { offset: 16, size: 8, type: "u64" },
    image_checksum: { offset: 24, size: 8, type: "u64" },
    address: { offset: 32, size: 8, type: "u64" },
    entry: { offset: 40, size: 8, type: "u64" },
    detached_count: { offset: 48, size: 4, type: "u32" },
    start_policy: { offset: 52, size: 1, type: "u8" },
    origin: { offset: 53, size: 1, type: "u8" },
    architecture: { offset: 54, size: 1, type: "u8" },
    flags: { offset: 55, size: 1, type: "u8" },
    directory_checksum: { offset: 56, size: 8, type: "u64" },
  },
} as const;

export const VARIANT = {
  size: 88,
  fields: {
    level: { offset: 0, size: 1, type: "u8" },
    codec: { offset: 1, size: 1, type: "u8" },
    base: { offset: 2, size: 1, type: "u8" },
    detached_count: { offset: 3, size: 1, type: "u8" },
    extra_frame_count: { offset: 4, size: 4, type: "u32" },
    size: { offset: 8, size: 8, type: "u64" },
    frame_first: { offset: 16, size: 4, type: "u32" },
    frame_count: { offset: 20, size: 4, type: "u32" },
    sha256: { offset: 24, size: 32, type: "bytes" },
    checksum: { offset: 56, size: 8, type: "u64" },
    changes_runtime_functions: { offset: 64, size: 4, type: "u32" },
    changes_runtime_size: { offset: 68, size: 4, type: "u32" },
    changes_program_functions: { offset: 72, size: 4, type: "u32" },
    changes_program_size: { offset: 76, size: 4, type: "u32" },
    changes_data_size: { offset: 80, size: 4, type: "u32" },
    changes_is_known: { offset: 84, size: 1, type: "u8" },
    changes_reserved: { offset: 85, size: 3, type: "bytes" },
  },
} as const;

export const RESTORE = {
  size: 8,
  fields: {
    offset: { offset: 0, size: 8, type: "u64" },
  },
} as const;

export const FRAME = {
  size: 40,
  fields: {
    stored_offset: { offset: 0, size: 8, type: "u64" },
    stored_size: { offset: 8, size: 4, type: "u32" },
    size: { offset: 12, size: 4, type: "u32" },
    stored_checksum: { offset: 16, size: 8, type: "u64" },
    checksum: { offset: 24, size: 8, type: "u64" },
    filter: { offset: 32, size: 1, type: "u8" },
    detached: { offset: 33, size: 1, type: "u8" },
    reserved: { offset: 34, size: 2, type: "bytes" },
    base_frame: { offset: 36, size: 4, type: "u32" },
  },
} as const;

export const DETACHED = {
  size: 24,
  fields: {
    offset: { offset: 0, size: 8, type: "u64" },
    size: { offset: 8, size: 8, type: "u64" },
    stream_size: { offset: 16, size: 8, type: "u64" },
  },
} as const;
