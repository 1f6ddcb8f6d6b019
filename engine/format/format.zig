//! The bundle format, version 2: the only definition of it.
//!
//! The launcher reads these structs in place; `zig build format` writes the same fields, offsets and
//! constants to `src/engine/format.ts` for the TypeScript side, and a test fails when the two differ.
//!
//! A bundle is an ELF executable with a payload. The rest depends on its layout:
//!
//! - `packed`: the launcher, a copy of one variant's Go build info in the section `.go.buildinfo`,
//!   and the payload in the section `.mgo`. Both sections lie in the bundle's last, read-only
//!   PT_LOAD segment.
//! - `direct`: one variant, the base, with one PT_LOAD segment more, readable and executable and
//!   above all others. Its contents are the section `.mgo`: the launcher's block, which begins with
//!   `Block`, and the payload. The base's ELF header and program headers are changed; its section
//!   headers and their names are left unused where they were, and stand behind the new segment with
//!   the added ones. All its other bytes stay as they are.
//!
//! The payload is
//!
//!     Header | Variant × variant_count | Frame × frame_count | Detached × detached_count | stored frames
//!
//! Header and the three tables are the directory. All integers are little-endian, all offsets are in
//! bytes from the payload's first byte unless said, all checksums are XXH64 with seed 0.
//!
//! The frames of a variant decode to its stream: first the skeleton, which is the executable without its
//! detached ranges, then the contents of these. A start needs the skeleton only.
const std = @import("std");
const assert = std.debug.assert;
const changes = @import("changes.zig");
const layout = @import("layout.zig");
const recipe = @import("recipe.zig");

pub const levels = @import("levels.zig");
pub const Levels = levels.Levels;
pub const wire = @import("wire.zig");

pub const Layout = layout.Layout;
pub const StartPolicy = layout.StartPolicy;
pub const Flag = layout.Flag;

pub const Changes = changes.Changes;
pub const ChangedCode = changes.ChangedCode;

pub const Recipe = recipe.Recipe;
pub const RecipeOrigin = recipe.RecipeOrigin;
pub const Area = recipe.Area;
pub const Kind = recipe.Kind;
pub const Origin = recipe.Origin;
pub const origin_count = recipe.origin_count;
pub const records_size_max = recipe.records_size_max;
pub const area_count_max = recipe.area_count_max;
pub const patchesSizeMax = recipe.patchesSizeMax;

/// The first bytes of a payload. As in PNG's signature, the byte above 0x7f, the CR LF pair and the
/// lone LF show a file that was damaged by a text conversion.
pub const magic = [8]u8{ 0x89, 'm', 'g', 'o', '\r', '\n', 0x1a, '\n' };

/// The version of everything in this file. A reader refuses every other version by its number.
pub const version: u16 = 2;

/// Names of the two sections that the bundle writer fills.
pub const section_payload = ".mgo";
pub const section_build_info = ".go.buildinfo";

/// The payload starts at a multiple of this in the file and in memory, so that the structs below
/// can be read in place.
pub const payload_align: u32 = 64;

/// The first bytes of a launcher's block, which tell that a section `.mgo` is that of a `direct` bundle.
pub const block_magic = [8]u8{ 0x89, 'm', 'g', 'o', 'c', 'o', 'd', 'e' };

/// The highest number of a level of any architecture. A level stands in a bundle once at most.
pub const level_max = levels.level_max;
pub const variant_count_max = level_max;

/// The most that a frame decodes to, in bytes: the launcher's buffers have this size. Frames of this size
/// compress best; smaller ones divide better among threads.
pub const frame_size_max: u32 = 1 << 20;

/// The most that a frame takes as stored, in bytes: the bound of zstd for patches of `frame_size_max` bytes that do not
/// compress (ZSTD_COMPRESSBOUND, zstd.h), rounded up.
pub const frame_stored_size_max: u32 = frame_size_max + (frame_size_max >> 6);

/// The most detached ranges of one variant: executables have some ten sections that are not loaded.
pub const detached_count_max: u8 = 255;

/// See `Detached`, in bytes.
pub const detached_slack: u32 = 64;

/// The most that the frames of a variant decode to, and that its extra frames do, in bytes: positions in a
/// recipe have 32 bits.
pub const stream_size_max: u32 = (1 << 32) - 1;

/// The architecture that variants and launcher are compiled for, by its name in GOARCH.
pub const Architecture = enum(u8) {
    amd64 = 0,
    arm = 1,
    arm64 = 2,
    riscv64 = 3,
    ppc64le = 4,
};

/// How the frames of one variant are stored.
pub const Codec = enum(u8) {
    /// Each frame is one zstd frame.
    zstd = 0,
    /// The first `extra_frame_count` frames hold a recipe, by which engine/predict/predict.zig predicts the bytes of
    /// each other frame from those of the base. What that frame decodes to, with the prediction as raw dictionary, are
    /// patches that make the prediction right.
    predicted = 1,
    /// The codec of exactly one variant of a `direct` bundle, the base. Its executable is the first `size`
    /// bytes of the bundle's own file with the frames laid over them: each is one zstd frame and decodes to
    /// a `Restore` and what stood there before the bundle was made of the executable. Tools that write
    /// the file anew, such as `strip`, change the bytes between: the executable is lost then, which
    /// `checksum` and `sha256` of the variant show, and still runs. The first `extra_frame_count` frames
    /// hold bytes for predicting others that are not in place.
    in_place = 2,
};

/// How a frame's bytes were changed before they were compressed: see engine/filter/filter.zig.
pub const Filter = enum(u8) {
    none = 0,
    /// Relative addresses in code count from the start of the executable.
    code = 1,
};

/// The start of the launcher's block: its code and constants, from .text to the end of .rodata, as
/// they are linked. They need no relocation and no memory that is written, so they run wherever they
/// stand in the order and distance in which they were linked.
pub const Block = extern struct {
    magic: [8]u8 = block_magic,
    /// The entry for `direct`, in bytes from the start of this struct.
    entry: u32,
    /// The payload that follows the block, in bytes from the start of this struct: the block's
    /// size, a multiple of `payload_align`.
    payload: u32,

    comptime {
        assert(@sizeOf(Block) == 16);
        assertNoPadding(Block);
    }
};

pub const Header = extern struct {
    /// Checked first of all.
    magic: [8]u8 = magic,
    /// Checked before anything behind it is looked at.
    version: u16 = version,
    /// A `Layout`.
    layout: u8,
    /// At least 1, at most `variant_count_max`.
    variant_count: u8,
    /// Length of the frame table. Each variant has its own run of it.
    frame_count: u32,
    /// Size of the whole payload in bytes, from the header to the end of the last stored frame.
    payload_size: u64,
    /// Covers the contents of all sections that are loaded from the file, in the order of their
    /// addresses, without this payload and what tools rewrite (src/bundle/rewritten.ts): the
    /// launcher's own bytes and the build info, in `direct` the base's sections and the launcher's
    /// block. Checked by `mgo verify`; the launcher cannot check the code that it is running.
    image_checksum: u64,
    /// In `direct`, the payload's address as the bundle is linked, which tells how far a
    /// position-independent base was moved; a multiple of `payload_align`. Else zero. No tool that
    /// rewrites executables can change the addresses of what is loaded.
    address: u64 = 0,
    /// In `direct`, e_entry of the base as `go build` made it; inside of an executable segment of
    /// the base. Else zero.
    entry: u64 = 0,
    /// Length of the table of detached ranges. Each variant has its own run of it.
    detached_count: u32 = 0,
    /// A `StartPolicy`; in `packed` it is `best`.
    start_policy: u8 = 0,
    /// 1 if a variant has the dynamic linker look for libraries from the program's own file ($ORIGIN), which a program
    /// from memory does not have. Else 0.
    origin: u8 = 0,
    /// An `Architecture`.
    architecture: u8 = @intFromEnum(Architecture.amd64),
    /// Bits of `Flag`. Others are zero.
    flags: u8 = 0,
    /// Covers the header up to this field, followed by the three tables. Checked before any other field
    /// than `magic`, `version` and the three counts is believed.
    directory_checksum: u64,

    comptime {
        assert(@sizeOf(Header) == 64);
        assert(@offsetOf(Header, "directory_checksum") == 56);
        assertNoPadding(Header);
    }
};

/// One executable as `go build` wrote it. The table is sorted by level, each level stands once.
pub const Variant = extern struct {
    /// The number of a level of the architecture, from 1.
    level: u8,
    /// A `Codec`.
    codec: u8,
    /// Index in the variant table of the variant that `predicted` refers to, which has another
    /// codec; with another codec the variant's own index.
    base: u8,
    /// Number of detached ranges. The variants' runs of the table follow one another without a
    /// gap; with codec `in_place` there are none.
    detached_count: u8 = 0,
    /// Number of frames that come first and hold no bytes of the variant: with codec `predicted` at least
    /// 1 and fewer than `frame_count`, with `in_place` fewer than `frame_count`, else 0.
    extra_frame_count: u32,
    /// The executable's size in bytes. The frames that are not extra decode to its stream, whose size
    /// follows from this one and the detached ranges; with codec `in_place` to at most so much.
    size: u64,
    /// The variant's run in the frame table. The runs follow one another without a gap.
    frame_first: u32,
    /// At least 1.
    frame_count: u32,
    /// SHA-256 of the executable, for people and for `mgo verify`. The launcher checks each frame
    /// by itself instead.
    sha256: [32]u8,
    /// With codec `in_place`, covers the whole executable; checked before any of it is extracted. Else
    /// zero.
    checksum: u64 = 0,
    changes: Changes = .{},

    comptime {
        assert(@sizeOf(Variant) == 88);
        assert(@offsetOf(Variant, "sha256") == 24);
        assertNoPadding(Variant);
    }
};

/// The head of each frame of a variant in place, decoded. The rest belongs there in the executable:
/// such ranges ascend, do not overlap and lie inside of it.
pub const Restore = extern struct {
    /// Position in the executable, in bytes.
    offset: u64,
};

/// One piece of a variant. Frames decode to the variant's stream in the order of the table; one ends
/// where the skeleton ends.
pub const Frame = extern struct {
    /// Start of the stored bytes. Frames lie in the payload in the order of the table, without
    /// a gap; the first follows the directory.
    stored_offset: u64,
    /// 1 to `frame_stored_size_max`.
    stored_size: u32,
    /// How many bytes of the variant it is for, or of what the extra frames hold: 1 to `frame_size_max`.
    size: u32,
    /// Covers the stored bytes; checked before they are decoded.
    stored_checksum: u64,
    /// Covers the frame's bytes of the variant, without filter.
    checksum: u64,
    /// A `Filter`; `none` with another codec than `zstd`.
    filter: u8 = 0,
    /// 1 for extra frames of a variant in place that serve to predict detached ranges only; they come
    /// behind those that others are started with. Else 0.
    detached: u8 = 0,
    /// Zero.
    reserved: [2]u8 = @splat(0),
    /// Number of the frame that this one is predicted from, from 1 on, among those of the stream of a stored base; 0 if
    /// there is none.
    base_frame: u32 = 0,

    comptime {
        assert(@sizeOf(Frame) == 40);
        assert(@offsetOf(Frame, "checksum") == 24);
        assertNoPadding(Frame);
    }
};

/// A range of an executable that is not loaded: the contents of a section with debug data or symbols. The
/// ranges of a variant stand in the order of the file, and so do their contents in the stream.
pub const Detached = extern struct {
    /// In bytes from the executable's first. Ranges do not overlap.
    offset: u64,
    /// In the executable, in bytes; at least 1, at most `2 * stream_size + detached_slack`: deflating never makes
    /// more, and a size that is not stored is not believed.
    size: u64,
    /// In the stream, in bytes; at least 1. Where it is not `size`, the range is a zlib stream, and what it
    /// inflates to is stored: engine/deflate/deflate.zig makes exactly the range of it.
    stream_size: u64,

    comptime {
        assert(@sizeOf(Detached) == 24);
        assertNoPadding(Detached);
    }
};

/// The directory's size in bytes.
pub fn directorySize(variant_count: u64, frame_count: u64, detached_count: u64) u64 {
    return @sizeOf(Header) + variant_count * @sizeOf(Variant) + frame_count * @sizeOf(Frame) +
        detached_count * @sizeOf(Detached);
}

pub fn assertNoPadding(comptime T: type) void {
    var size: usize = 0;
    for (@typeInfo(T).@"struct".fields) |field| size += @sizeOf(field.type);
    assert(size == @sizeOf(T));
}
