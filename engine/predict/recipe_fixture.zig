//! Recipes made by hand, for tests.
const std = @import("std");
const format = @import("format");
const predict = @import("predict");
const Recipe = predict.Recipe;

pub const image = 0x400000;
pub const image_size = 0x10000;

pub const Range = struct { variant: u32, base: u32, size: u32, kind: format.Kind };

/// A recipe in memory, for a base and a variant that are one area each, at the same addresses as in the file.
pub const Made = struct {
    bytes: [4096]u8 = undefined,
    memory: [80 << 10]u8 align(8) = undefined,
    size: usize = 0,

    pub fn init(made: *Made, ranges: []const Range) void {
        var writer: std.Io.Writer = .fixed(&made.bytes);
        const all: format.Area = .{ .address = 0, .offset = 0, .size = image_size };
        writer.writeAll(std.mem.asBytes(&format.Recipe{
            .entry_count = @intCast(ranges.len),
            .base_area_count = 1,
            .variant_area_count = 1,
            .base_image_size = image_size,
            .pointer_min = 0x100,
            .text_size = 0x8000,
            .base_image = image,
            .variant_image = image,
            .origins = .{
                .{ .base = 0x1000, .variant = 0x1000 },
                .{ .base = 0x9000, .variant = 0x9000 },
                .{ .base = 0xa000, .variant = 0xa000 },
                .{ .base = 0xb000, .variant = 0xb000 },
                .{ .base = 0xc000, .variant = 0xc100 },
                .{ .base = 0xd000, .variant = 0xd000 },
                .{ .base = 0xe000, .variant = 0xe000 },
            },
        })) catch unreachable;
        for (0..2) |_| writer.writeAll(std.mem.asBytes(&all)) catch unreachable;
        inline for (.{ "variant", "base" }) |side| {
            var end: u32 = 0;
            for (ranges) |range| {
                writer.writeInt(u32, @field(range, side) - end, .little) catch unreachable;
                end = @field(range, side) +% range.size;
            }
        }
        for (ranges) |range| writer.writeInt(u32, range.size, .little) catch unreachable;
        for (ranges) |range| writer.writeByte(@intFromEnum(range.kind)) catch unreachable;
        made.size = writer.end;
    }

    /// The base's, then the variant's.
    pub fn area(made: *Made, index: usize) *align(1) format.Area {
        const areas = made.bytes[@sizeOf(format.Recipe)..];
        return std.mem.bytesAsValue(format.Area, areas[index * @sizeOf(format.Area) ..][0..@sizeOf(format.Area)]);
    }

    pub fn recipe(made: *Made) !Recipe {
        return Recipe.parse(made.bytes[0..made.size], &made.memory);
    }
};

pub fn expectPrediction(ranges: []const Range, base: []const u8, offset: u64, expected: []const u8) !void {
    var made: Made = .{};
    made.init(ranges);
    const recipe = try made.recipe();
    var found: [256]u8 = @splat(0xaa);
    predict.predict(.amd64, &recipe, &.{ .stored = base }, offset, found[0..expected.len]);
    try std.testing.expectEqualSlices(u8, expected, found[0..expected.len]);
}

pub fn zeros() [image_size]u8 {
    return @splat(0);
}

/// Address 0x2000 moves, and those behind 0x3000 do not.
pub const one_function_moved = [_]Range{
    .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
    .{ .variant = 0x3000, .base = 0x3000, .size = 0x100, .kind = .none },
};
