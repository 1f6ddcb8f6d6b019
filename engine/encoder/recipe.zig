//! Makes the recipe by which a variant is predicted from its base.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const Anchors = @import("anchors.zig").Anchors;
const code = @import("code.zig");
const entries = @import("entries.zig");
const File = @import("file.zig").File;
const architectureOf = @import("file.zig").architectureOf;
const kinds = @import("kinds.zig");
const landmarks = @import("landmarks.zig");
const match = @import("match.zig");
const pclntab = @import("pclntab.zig");
const runs = @import("runs.zig");
const Pair = format.wire.Pair;

/// Returns the recipe as it is stored.
///
/// Pairs ascend in both files; as many are predicted as a recipe may have areas. No range of function records crosses a
/// start of `frames`. All memory comes from `arena`, in pieces that are not given back.
pub fn makeRecipe(
    arena: std.mem.Allocator,
    base: []const u8,
    variant: []const u8,
    request: format.wire.Request,
    all_pairs: []const Pair,
    frames: []const u32,
) ![]const u8 {
    const pairs = all_pairs[0..@min(all_pairs.len, format.area_count_max)];
    const architecture = try architectureOf(&request);
    const maker = try arena.create(Maker);
    maker.* = .{
        .gpa = arena,
        .architecture = std.meta.stringToEnum(arch.Architecture, @tagName(architecture)).?,
        .base = try .init(arena, base, &request, pairs, .base),
        .variant = try .init(arena, variant, &request, pairs, .variant),
        .pairs = pairs,
        .frames = frames,
        .differ = .{ .gpa = arena },
    };
    return maker.make();
}

/// A recipe in the making.
pub const Maker = struct {
    gpa: std.mem.Allocator,
    architecture: arch.Architecture,
    base: File,
    variant: File,
    pairs: []const Pair,
    /// Starts of the base's frames.
    frames: []const u32,
    /// Null for programs whose tables of functions cannot be read.
    tables: ?Tables = null,
    matches: []const match.Match = &.{},
    anchors: Anchors = .{},
    /// Runs of code, which are found by comparing it. Everything else is placed by anchors.
    code: std.ArrayList(entries.Entry) = .empty,
    entries: std.ArrayList(entries.Entry) = .empty,
    differ: runs.Differ,

    pub const Tables = struct { base: pclntab.Table, variant: pclntab.Table };

    fn make(maker: *Maker) ![]const u8 {
        maker.readTables();
        if (maker.tables) |*tables| {
            maker.matches = try match.matchFunctions(maker.gpa, tables.base.functions, tables.variant.functions);
            try landmarks.anchorRecords(maker, tables);
        }
        for (maker.pairs) |pair| if (pair.role == .code) try code.diff(maker, pair);
        maker.anchors.settle();
        if (maker.tables) |*tables| try landmarks.anchorFiles(maker, tables);
        // Pointers in data that was placed by pointers in code place further data.
        try landmarks.anchorData(maker);
        maker.anchors.settle();
        try entries.placeAll(maker);
        try kinds.choose(maker, try entries.write(maker));
        return entries.write(maker);
    }

    fn readTables(maker: *Maker) void {
        for (maker.pairs) |pair| {
            if (pair.role != .functions) continue;
            const base = pclntab.read(maker.gpa, &maker.base, maker.pairs, .base, pair.base) orelse return;
            const variant = pclntab.read(maker.gpa, &maker.variant, maker.pairs, .variant, pair.variant) orelse return;
            maker.tables = .{ .base = base, .variant = variant };
        }
    }
};
