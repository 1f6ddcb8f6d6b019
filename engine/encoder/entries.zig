//! Places everything of a variant, and writes the recipe.
const std = @import("std");
const format = @import("format");
const functions = @import("predict").functions;
const Maker = @import("recipe.zig").Maker;
const relocations = @import("relocations.zig");
const Run = @import("runs.zig").Run;
const Pair = format.wire.Pair;
const Span = format.wire.Span;

/// A range of the variant, and what of the base it corresponds to.
pub const Entry = struct { run: Run, kind: format.Kind };

/// Adds the entries of all pairs, in ascending order.
pub fn placeAll(maker: *Maker) !void {
    var code = maker.code.items;
    for (maker.pairs) |pair| switch (pair.role) {
        .code => while (code.len > 0 and pair.base.contains(code[0].run.base)) : (code = code[1..]) {
            try maker.entries.append(maker.gpa, code[0]);
        },
        .functions => if (maker.tables) |*tables| try placeFunctions(maker, tables) else try place(maker, pair, .bytes),
        .zeros => try place(maker, pair, .none),
        .bytes => try place(maker, pair, .bytes),
        .data => try place(maker, pair, .data),
        .relocations => try placeRelocations(maker, pair),
    };
}

fn place(maker: *Maker, pair: Pair, kind: format.Kind) !void {
    var placed: std.ArrayList(Run) = .empty;
    defer placed.deinit(maker.gpa);
    const base = if (kind == .none) &.{} else maker.base.raw(pair.base);
    const variant = if (kind == .none) &.{} else maker.variant.raw(pair.variant);
    try maker.anchors.divide(maker.gpa, pair, base, variant, &placed);
    for (placed.items) |run| try maker.entries.append(maker.gpa, .{ .run = run, .kind = kind });
}

fn placeRelocations(maker: *Maker, pair: Pair) !void {
    var found: std.ArrayList(Run) = .empty;
    defer found.deinit(maker.gpa);
    const base = maker.base.raw(pair.base);
    const variant = maker.variant.raw(pair.variant);
    try relocations.diff(maker.gpa, &maker.differ, base, variant, &found);
    for (found.items) |run| try maker.entries.append(maker.gpa, .{ .run = .{
        .base = pair.base.address + run.base,
        .variant = pair.variant.address + run.variant,
        .size = run.size,
    }, .kind = .data });
}

fn placeFunctions(maker: *Maker, tables: *const Maker.Tables) !void {
    const base = &tables.base.parts;
    const variant = &tables.variant.parts;
    inline for (.{ "head", "names", "lists", "files", "counters" }) |name| {
        const kind: format.Kind = if (comptime std.mem.eql(u8, name, "lists")) .file_lists else .bytes;
        try placeBytes(maker, @field(base, name), @field(variant, name), kind);
    }
    for (maker.matches) |matched| try extend(maker, .{
        .base = base.table.address + matched.base * 8,
        .variant = variant.table.address + matched.variant * 8,
        .size = 8,
    }, .function_table, 1, std.math.maxInt(u32));
    var frames: Frames = .{ .starts = maker.frames };
    const word_size = switch (maker.architecture) {
        inline else => |one| @field(format.levels.architectures, @tagName(one)).wordSize(),
    };
    for (maker.matches) |matched| {
        const a = tables.base.functions[matched.base];
        const b = tables.variant.functions[matched.variant];
        const equal = a.record_size == b.record_size;
        const size = if (equal) a.record_size else functions.record_size;
        const position = base.records.offset + a.record;
        const is_first = frames.skipTo(position);
        if (size > format.records_size_max or frames.isCut(position + size)) continue;
        try extend(maker, .{
            .base = base.records.address + a.record,
            .variant = variant.records.address + b.record,
            .size = size,
        }, .functions, word_size, if (equal and !is_first) format.records_size_max else 0);
    }
    try placeBytes(maker, base.rest, variant.rest, .function_data);
}

/// The starts of the base's frames behind a position that ascends.
const Frames = struct {
    starts: []const u32,

    /// Returns whether a frame starts since the last position, up to this one.
    fn skipTo(frames: *Frames, position: u32) bool {
        const before = frames.starts.len;
        while (frames.starts.len > 0 and frames.starts[0] <= position) frames.starts = frames.starts[1..];
        return frames.starts.len < before;
    }

    /// Returns whether a frame starts in front of this position.
    fn isCut(frames: *const Frames, end: u32) bool {
        return frames.starts.len > 0 and frames.starts[0] < end;
    }
};

fn placeBytes(maker: *Maker, base: Span, variant: Span, kind: format.Kind) !void {
    try place(maker, .{ .role = .bytes, .base = base, .variant = variant }, kind);
}

/// Adds a run to the last entry if it continues that one at the next multiple of `alignment`, counted from its start.
/// The entry then has at most so many bytes.
fn extend(maker: *Maker, run: Run, kind: format.Kind, alignment: u32, size_max: u32) !void {
    const last = &maker.entries.items[maker.entries.items.len - 1];
    const size = std.mem.alignForward(u32, last.run.size, alignment);
    const continues = last.run.base + size == run.base and last.run.variant + size == run.variant;
    if (last.kind == kind and size +| run.size <= size_max and continues) {
        last.run.size = size + run.size;
    } else if (run.base >= last.run.base + last.run.size and run.variant >= last.run.variant + last.run.size) {
        try maker.entries.append(maker.gpa, .{ .run = run, .kind = kind });
    }
}

/// Returns the recipe as it is stored.
pub fn write(maker: *Maker) ![]const u8 {
    const gpa = maker.gpa;
    var areas: [2]std.ArrayList(format.Area) = .{ .empty, .empty };
    var pointer_min: u32 = std.math.maxInt(u32);
    for (maker.pairs) |pair| {
        pointer_min = @min(pointer_min, pair.base.address);
        if (pair.role == .zeros) continue;
        for (&areas, [2]Span{ pair.base, pair.variant }) |*list, span| {
            try list.append(gpa, .{ .address = span.address, .offset = span.offset, .size = span.size });
        }
    }
    var out: std.ArrayList(u8) = .empty;
    try out.appendSlice(gpa, std.mem.asBytes(&format.Recipe{
        .entry_count = @intCast(maker.entries.items.len),
        .base_area_count = @intCast(areas[0].items.len),
        .variant_area_count = @intCast(areas[1].items.len),
        .base_image_size = maker.base.image_size,
        .pointer_min = pointer_min,
        .text_size = if (maker.tables) |*tables| tables.base.text_size else 0,
        .base_image = maker.base.image,
        .variant_image = maker.variant.image,
        .origins = originsOf(maker),
    }));
    for (&areas) |*list| try out.appendSlice(gpa, std.mem.sliceAsBytes(list.items));
    inline for (.{ "variant", "base" }) |side| {
        var end: u32 = 0;
        for (maker.entries.items) |entry| {
            const start = @field(entry.run, side);
            try appendWord(gpa, &out, start - end);
            end = start + entry.run.size;
        }
    }
    for (maker.entries.items) |entry| try appendWord(gpa, &out, entry.run.size);
    for (maker.entries.items) |entry| try out.append(gpa, @intFromEnum(entry.kind));
    return out.items;
}

fn originsOf(maker: *const Maker) [format.origin_count]format.RecipeOrigin {
    var origins: [format.origin_count]format.RecipeOrigin = @splat(.{ .base = 0, .variant = 0 });
    if (maker.tables) |*tables| for (&origins, 0..) |*origin, index| {
        origin.* = .{
            .base = tables.base.originOf(@enumFromInt(index)),
            .variant = tables.variant.originOf(@enumFromInt(index)),
        };
    };
    return origins;
}

fn appendWord(gpa: std.mem.Allocator, out: *std.ArrayList(u8), value: u32) !void {
    try out.appendSlice(gpa, std.mem.asBytes(&value));
}
