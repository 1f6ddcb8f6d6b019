//! The recipe by which a variant is predicted from its base; the variant's extra frames decode to it:
//!
//!     Recipe | Area × base_area_count | Area × variant_area_count | columns
//!
//! It predicts from the base's bytes: in `packed` the base's stream, of which each frame knows one frame; in `direct`
//! the base's image in memory, of `base_image_size` bytes, followed by what the extra frames of the base decode to.
//!
//! The columns are `entry_count` times u32, u32, u32 and u8: the distance of each range from the end of the
//! one before it in the variant, the same in the base, its size, and a `Kind`. Addresses are relative to
//! the image.
//!
//! Patches replace what a prediction has wrong:
//!
//!     u32 count | u8 × count | u8 × count | u8 × count | bytes
//!
//! the low and the high half of the number of right bytes in front of each patch, and how many it has of the bytes at
//! the end.
const std = @import("std");
const assert = std.debug.assert;
const assertNoPadding = @import("format.zig").assertNoPadding;

/// The longest range of Go's function records in a recipe, in bytes. Records are read from the start of their range: a
/// range that does not lie in one frame of the base predicts nothing.
pub const records_size_max: u32 = 1 << 16;

/// The most areas of one executable in a recipe: one for each section that is loaded. Each frame looks through them.
pub const area_count_max = 1 << 12;

/// The most that the patches of a frame take, in bytes: those that replace all of it.
pub fn patchesSizeMax(frame_size: usize) usize {
    return frame_size + @sizeOf(u32) + 3 * (frame_size / std.math.maxInt(u8) + 1);
}

/// How bytes of a range that a variant has in common with its base are predicted.
pub const Kind = enum(u8) {
    /// They are not: the range says where addresses have moved to.
    none = 0,
    /// They are those of the base.
    bytes = 1,
    /// Code: its relative addresses are replaced.
    code = 2,
    /// Pointers and offsets of functions are replaced.
    data = 3,
    /// Go's table of functions.
    function_table = 4,
    /// The records that the table points to. Each starts at the next multiple of a word's size, counted from the first.
    functions = 5,
    /// Code of a function that has changed: as `code`, and jumps lead to where their targets are.
    changed_code = 6,
    /// The data that the records refer to: names in inline trees are replaced.
    function_data = 7,
    /// Go's lists of files: offsets of names.
    file_lists = 8,
    /// Code as `changed_code`, whose absolute addresses are relative ones of instructions that newer CPUs have.
    prefixed_code = 9,
};

/// The start that offsets in Go's tables count from.
pub const Origin = enum(u8) {
    /// The first function.
    text = 0,
    /// The table of functions.
    functions = 1,
    /// The functions' names.
    names = 2,
    /// The tables that map program counters to numbers.
    counters = 3,
    /// The data that the garbage collector and tracebacks have about functions.
    function_data = 4,
    /// The lists of files of compilation units.
    file_lists = 5,
    /// The files' names.
    files = 6,
};

pub const origin_count = 7;

/// The head of a recipe.
pub const Recipe = extern struct {
    entry_count: u32,
    base_area_count: u32,
    variant_area_count: u32,
    /// Size of the base's image, in bytes. Addresses from here on are those of bytes that are not loaded.
    base_image_size: u32,
    /// Addresses below are not taken for pointers.
    pointer_min: u32,
    /// Size of the base's functions, in bytes.
    text_size: u32,
    /// Addresses at which the images start.
    base_image: u64,
    variant_image: u64,
    origins: [origin_count]RecipeOrigin,

    comptime {
        assert(@sizeOf(Recipe) == 96);
        assertNoPadding(Recipe);
    }
};

/// The addresses of an `Origin`.
pub const RecipeOrigin = extern struct {
    base: u32,
    variant: u32,
};

/// A part of an executable that ranges may lie in.
pub const Area = extern struct {
    address: u32,
    /// Position in the base's bytes, or in the variant's stream.
    offset: u32,
    /// In bytes.
    size: u32,
};
