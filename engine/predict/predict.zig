//! Predicts a variant's bytes from those of the base.
//!
//! Variants of a Go program hold the same functions and the same data, nearly all of it equal but for addresses: a
//! function that grows moves all that lies behind it. A recipe, made by the encoder, says which ranges of the two
//! correspond; from that, each address in the base can be translated. The prediction of a range is the base's bytes
//! with their addresses translated. Patches replace what it has wrong: a wrong prediction makes the bundle larger, not
//! wrong.
pub const Base = @import("base.zig").Base;
pub const Recipe = @import("recipe.zig").Recipe;
const Entry = @import("recipe.zig").Entry;

const std = @import("std");
const arch = @import("arch");
const code = @import("code.zig");
pub const data = @import("data.zig");
pub const functions = @import("functions.zig");
pub const patches = @import("patches.zig");
pub const format = @import("format");

/// Predicts the bytes of the variant's stream from `offset` on.
///
/// The result depends on nothing but the recipe, the base and the range. Parts of the range would not give the same
/// bytes: encoder and decoder ask for the same ranges.
pub fn predict(
    comptime architecture: arch.Architecture,
    recipe: *const Recipe,
    base: *const Base,
    offset: u64,
    out: []u8,
) void {
    @setRuntimeSafety(true);
    var done: usize = 0;
    var pieces: Pieces = .of(recipe, offset, out.len);
    while (pieces.next()) |found| {
        const entry = found.entry;
        const part = base.find(entry.position + found.skipped, found.size) orelse continue;
        const at = found.at + part.skipped;
        @memset(out[done..at], 0);
        const piece = out[at..][0..part.bytes.len];
        done = at + piece.len;
        @memcpy(piece, part.bytes);
        const skipped = found.skipped + part.skipped;
        const address = entry.base + skipped;
        switch (entry.kind) {
            .none, .bytes => {},
            .code, .changed_code, .prefixed_code => {
                const found_code: code.Piece = .{
                    .recipe = recipe,
                    .bytes = piece,
                    .address = address,
                    .start = entry.base,
                };
                if (!base.is_moved) found_code.relocate(architecture);
                if (comptime arch.hasPrefixed(architecture)) {
                    if (entry.kind == .prefixed_code) found_code.prefix(architecture);
                }
                if (comptime arch.hasAbsolute(architecture)) found_code.relocateAbsolute(architecture);
                if (entry.kind != .code) found_code.relocateJumps(architecture);
            },
            .data => data.relocate(architecture, recipe, piece, address),
            .function_table => functions.relocateTable(recipe, piece, skipped),
            .function_data => functions.relocateData(recipe, piece, address),
            .file_lists => functions.relocateFiles(recipe, piece, address),
            .functions => if (base.findWhole(entry.position, entry.size)) |records| {
                const row = @field(format.levels.architectures, @tagName(architecture));
                functions.relocate(comptime row.wordSize(), recipe, records, piece, skipped);
            },
        }
    }
    @memset(out[done..], 0);
    // The encoder's zstd takes a dictionary that starts with this number for one of its own format.
    if (out.len >= 4 and std.mem.readInt(u32, out[0..4], .little) == zstd_magic_dictionary) @memset(out[0..4], 0);
}

/// The parts of a range that are predicted from the base, in ascending order.
const Pieces = struct {
    recipe: *const Recipe,
    offset: u64,
    size: usize,
    areas: []align(1) const format.Area,
    /// Entries of the current area, and its part of the range, as addresses in the variant.
    entries: []const Entry = &.{},
    first: u32 = 0,
    end: u32 = 0,
    /// Start of the current area.
    address: u32 = 0,
    area_offset: u64 = 0,

    const Piece = struct {
        entry: *const Entry,
        /// Start in the range, in bytes.
        at: usize,
        size: usize,
        /// Bytes of the entry that come before it.
        skipped: u32,
    };

    fn of(recipe: *const Recipe, offset: u64, size: usize) Pieces {
        return .{ .recipe = recipe, .offset = offset, .size = size, .areas = recipe.areasFrom(offset) };
    }

    noinline fn next(pieces: *Pieces) ?Piece {
        @setRuntimeSafety(true);
        while (true) {
            while (pieces.entries.len > 0 and pieces.entries[0].variant < pieces.end) {
                const entry = &pieces.entries[0];
                pieces.entries = pieces.entries[1..];
                if (entry.kind == .none) continue;
                const from = @max(entry.variant, pieces.first);
                const to = @min(entry.variant + entry.size, pieces.end);
                return .{
                    .entry = entry,
                    .at = @intCast(pieces.area_offset + (from - pieces.address) - pieces.offset),
                    .size = to - from,
                    .skipped = from - entry.variant,
                };
            }
            if (!pieces.nextArea()) return null;
        }
    }

    fn nextArea(pieces: *Pieces) bool {
        @setRuntimeSafety(true);
        const range_end = pieces.offset + pieces.size;
        if (pieces.areas.len == 0 or pieces.areas[0].offset >= range_end) return false;
        const area = pieces.areas[0];
        pieces.areas = pieces.areas[1..];
        const area_end = @as(u64, area.offset) + area.size;
        pieces.area_offset = area.offset;
        pieces.address = area.address;
        pieces.first = area.address + @as(u32, @intCast(@max(area.offset, pieces.offset) - area.offset));
        pieces.end = area.address + @as(u32, @intCast(@min(area_end, range_end) - area.offset));
        pieces.entries = pieces.recipe.entriesFrom(pieces.first);
        return true;
    }
};

/// A dictionary of zstd's own format (zstd_compression_format.md).
const zstd_magic_dictionary = 0xec30a437;
