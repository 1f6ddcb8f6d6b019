//! Relocates Go's table of functions and the records that it points to, in .gopclntab (runtime/symtab.go: `functab` and
//! `_func`, unchanged from Go 1.20 on), and in the data that these refer to.
const std = @import("std");
const format = @import("format");
const Map = @import("map.zig").Map;
const Recipe = @import("recipe.zig").Recipe;

/// The fixed part of a `_func`, in bytes, and offsets of fields in it.
pub const record_size = 44;
pub const field = struct {
    pub const entry = 0;
    pub const name = 4;
    /// Three offsets in the tables of program counters: stack sizes, files, lines.
    pub const counters = 16;
    pub const counters_end = 28;
    /// Number of further ones, which follow the fixed part.
    pub const counter_count = 28;
    /// Index of the first file of its compilation unit in the lists of files.
    pub const file_list = 32;
    /// Number of offsets of other data, which follow those; one byte.
    pub const data_count = 43;
};
/// A bound for damaged records; the runtime has 5 kinds.
const counter_count_max = 255;
/// Files take 4 bytes in their lists, as a power of two.
pub const list_scale = 2;
const data_none = std.math.maxInt(u32);

/// A call in an inline tree (runtime/symtabinl.go, `inlinedCall`): offsets of fields, and bounds of what they hold.
const inlined = struct {
    const size = 16;
    /// A kind of function at its start, in one byte, and three zeros (internal/abi/symtab.go, `FuncID`).
    const id_end = 32;
    const name = 4;
    /// Smaller numbers are more often plain numbers.
    const name_min = 256;
    /// Offset in the code of its parent.
    const parent = 8;
    const parent_end = 1 << 20;
    const line = 12;
    const line_end = 1 << 20;
};

/// Replaces offsets in the table. `skipped` bytes of the range precede `table`.
pub noinline fn relocateTable(recipe: *const Recipe, table: []u8, skipped: u32) void {
    @setRuntimeSafety(true);
    var at: usize = -%skipped % 4;
    while (at + 4 <= table.len) : (at += 4) {
        const origin: format.Origin = if ((skipped + at) % 8 == 0) .text else .functions;
        const bytes = table[at..][0..4];
        std.mem.writeInt(u32, bytes, recipe.translate(origin, read(table, at)), .little);
    }
}

/// Replaces offsets in records. `records` is the whole range in the base; `piece` has its bytes from `skipped` on. Each
/// record starts at a multiple of `word_size` bytes, counted from the first.
pub noinline fn relocate(
    comptime word_size: usize,
    recipe: *const Recipe,
    records: []const u8,
    piece: []u8,
    skipped: u32,
) void {
    @setRuntimeSafety(true);
    // Copies, because writes to the piece do not change them.
    const out: Out = .{ .map = recipe.map, .origins = recipe.header.origins, .piece = piece, .skipped = skipped };
    var start: usize = 0;
    while (start + record_size <= records.len and start < skipped + piece.len) {
        const counter_count: usize = @min(read(records, start + field.counter_count), counter_count_max);
        const counters_start = start + record_size;
        const data_start = counters_start + 4 * counter_count;
        const end = data_start + 4 * @as(usize, records[start + field.data_count]);
        if (end > skipped) {
            out.relocate(.text, start + field.entry, start + field.entry + 4);
            out.relocate(.names, start + field.name, start + field.name + 4);
            out.relocate(.counters, start + field.counters, start + field.counters_end);
            out.relocate(.file_lists, start + field.file_list, start + field.file_list + 4);
            out.relocate(.counters, counters_start, data_start);
            out.relocate(.function_data, data_start, end);
        }
        start = std.mem.alignForward(usize, end, word_size);
    }
}

/// Replaces offsets in lists of files, at an address in the base.
pub noinline fn relocateFiles(recipe: *const Recipe, lists: []u8, address: u32) void {
    const out: Out = .{ .map = recipe.map, .origins = recipe.header.origins, .piece = lists, .skipped = 0 };
    out.relocate(.files, -%address % 4, lists.len);
}

/// Replaces the names of inlined functions in the data of functions. Other data hardly ever looks like them.
pub noinline fn relocateData(recipe: *const Recipe, data: []u8, address: u32) void {
    @setRuntimeSafety(true);
    const origins = &recipe.header.origins;
    const names = origins[@intFromEnum(format.Origin.names)].base;
    const names_size = origins[@intFromEnum(format.Origin.counters)].base -% names;
    var at: usize = -%address % 4;
    while (at + inlined.size <= data.len) {
        const name = read(data, at + inlined.name);
        if (name < names_size and name >= inlined.name_min and read(data, at) < inlined.id_end and
            read(data, at + inlined.parent) < inlined.parent_end and read(data, at + inlined.line) < inlined.line_end)
        {
            std.mem.writeInt(u32, data[at + inlined.name ..][0..4], recipe.translate(.names, name), .little);
            at += inlined.size;
        } else at += 4;
    }
}

const Out = struct {
    map: Map,
    origins: [format.origin_count]format.RecipeOrigin,
    piece: []u8,
    skipped: usize,

    /// Replaces offsets from one origin, in a part of the whole range.
    noinline fn relocate(out: *const Out, origin: format.Origin, start: usize, end: usize) void {
        @setRuntimeSafety(true);
        const start_in_piece = @max(start, out.skipped) - out.skipped;
        const offsets = out.piece[0..@min(end -| out.skipped, out.piece.len)];
        const addresses = out.origins[@intFromEnum(origin)];
        var at = start_in_piece;
        while (at + 4 <= offsets.len) : (at += 4) {
            const bytes = offsets[at..][0..4];
            const offset = std.mem.readInt(u32, bytes, .little);
            // Either stands for no offset.
            if (offset == data_none or (offset == 0 and origin == .counters)) continue;
            const scale: u5 = if (origin == .file_lists) list_scale else 0;
            const moved = (offset << scale) +% out.map.shiftOf(addresses.base +% (offset << scale));
            std.mem.writeInt(u32, bytes, (moved +% addresses.base -% addresses.variant) >> scale, .little);
        }
    }
};

pub fn read(bytes: []const u8, at: usize) u32 {
    @setRuntimeSafety(true);
    return std.mem.readInt(u32, bytes[at..][0..4], .little);
}
