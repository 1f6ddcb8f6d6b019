//! Recipes made by hand, each kind of range by itself, and recipes that are wrong.
const std = @import("std");
const format = @import("format");
const predict = @import("predict");
const Recipe = predict.Recipe;
const testing = std.testing;

const image = 0x400000;
const image_size = 0x10000;

const Range = struct { variant: u32, base: u32, size: u32, kind: format.Kind };

/// A recipe in memory, for a base and a variant that are one area each, at the same addresses as in the file.
const Made = struct {
    bytes: [4096]u8 = undefined,
    memory: [16384]u8 align(8) = undefined,
    size: usize = 0,

    fn init(made: *Made, ranges: []const Range) void {
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
    fn area(made: *Made, index: usize) *align(1) format.Area {
        const areas = made.bytes[@sizeOf(format.Recipe)..];
        return std.mem.bytesAsValue(format.Area, areas[index * @sizeOf(format.Area) ..][0..@sizeOf(format.Area)]);
    }

    fn recipe(made: *Made, base: []const u8) !Recipe {
        return Recipe.parse(made.bytes[0..made.size], .{ .stored = base }, &made.memory);
    }
};

fn expectPrediction(ranges: []const Range, base: []const u8, offset: u64, expected: []const u8) !void {
    var made: Made = .{};
    made.init(ranges);
    const recipe = try made.recipe(base);
    var found: [256]u8 = @splat(0xaa);
    predict.predict(.amd64, &recipe, offset, found[0..expected.len]);
    try testing.expectEqualSlices(u8, expected, found[0..expected.len]);

    // The base need not be there beyond the prediction's reach.
    const reach: usize = @intCast(predict.reach(&recipe, offset, expected.len));
    var known: [image_size]u8 = @splat(0x55);
    @memcpy(known[0..reach], base[0..reach]);
    const early_plan = try made.recipe(&known);
    predict.predict(.amd64, &early_plan, offset, found[0..expected.len]);
    try testing.expectEqualSlices(u8, expected, found[0..expected.len]);

    // Nor before what is unneeded, for this range and what is behind it.
    for ([_]u64{ offset, offset + expected.len / 2 }) |from| {
        const unneeded: usize = @intCast(predict.unneeded(&recipe, offset, expected.len) orelse continue);
        known = base[0..image_size].*;
        @memset(known[0..unneeded], 0x55);
        const late_plan = try made.recipe(&known);
        predict.predict(.amd64, &late_plan, from, found[0..expected.len]);
        var true_plan = recipe;
        var true_bytes: [256]u8 = undefined;
        predict.predict(.amd64, &true_plan, from, true_bytes[0..expected.len]);
        try testing.expectEqualSlices(u8, true_bytes[0..expected.len], found[0..expected.len]);
    }
}

fn zeros() [image_size]u8 {
    return @splat(0);
}

test "bytes in no range are predicted as zeros, and ranges are cut where the prediction is" {
    var base = zeros();
    @memcpy(base[100..106], "abcdef");
    const ranges = [_]Range{.{ .variant = 110, .base = 100, .size = 6, .kind = .bytes }};
    try expectPrediction(&ranges, &base, 108, "\x00\x00abcdef\x00\x00");
    try expectPrediction(&ranges, &base, 112, "cdef\x00");
    try expectPrediction(&ranges, &base, 100, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ab");
}

test "predictions free the base in front of the first range that they use, and nothing if they use none" {
    var base = zeros();
    @memcpy(base[100..106], "abcdef");
    const first: Range = .{ .variant = 110, .base = 100, .size = 3, .kind = .bytes };
    const second: Range = .{ .variant = 120, .base = 103, .size = 3, .kind = .bytes };
    var made: Made = .{};
    made.init(&.{ first, second });
    const recipe = try made.recipe(&base);
    try testing.expect(recipe.is_ascending);
    try testing.expectEqual(100, predict.unneeded(&recipe, 105, 10));
    try testing.expectEqual(102, predict.unneeded(&recipe, 112, 20));
    try testing.expectEqual(103, predict.unneeded(&recipe, 113, 20));
    try testing.expectEqual(null, predict.unneeded(&recipe, 200, 20));
}

test "a prediction that looks like a dictionary of zstd's own is changed" {
    var base = zeros();
    @memcpy(base[100..106], &[_]u8{ 0x37, 0xa4, 0x30, 0xec, 5, 6 });
    const ranges = [_]Range{.{ .variant = 100, .base = 100, .size = 6, .kind = .bytes }};
    try expectPrediction(&ranges, &base, 100, &.{ 0, 0, 0, 0, 5, 6 });
    try expectPrediction(&ranges, &base, 101, &.{ 0xa4, 0x30, 0xec, 5, 6 });
}

test "code: operands of calls and data relative to RIP follow their targets" {
    var base = zeros();
    // At 0x1000: call 0x2000; jne 0x2000, which stays as it is; mov eax, [rip → 0x9000]; call within the range; nop…
    const code = [_]u8{ 0xe8, 0xfb, 0x0f, 0, 0 } ++ [_]u8{ 0x0f, 0x85, 0xf5, 0x0f, 0, 0 } ++
        [_]u8{ 0x8b, 0x05, 0xef, 0x7f, 0, 0 } ++ [_]u8{ 0xe8, 0xea, 0xff, 0xff, 0xff } ++ @as([42]u8, @splat(0x90));
    @memcpy(base[0x1000..][0..code.len], &code);
    var expected = code;
    // 0xffb + 0x20 - 8
    expected[1..3].* = .{ 0x13, 0x10 };
    // 0x7fef + 0x100 - 8
    expected[13..15].* = .{ 0xe7, 0x80 };
    try expectPrediction(&.{
        .{ .variant = 0x1008, .base = 0x1000, .size = code.len, .kind = .code },
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9100, .base = 0x9000, .size = 0x100, .kind = .none },
    }, &base, 0x1008, &expected);
}

test "data: pointers and offsets of functions are translated, and nothing else" {
    var base = zeros();
    const words = [_]u64{ image + 0x2000, image + 0x1fff, 0x1000 | 0x1001 << 32, 7, image + image_size };
    @memcpy(base[0x9000..][0 .. words.len * 8], std.mem.sliceAsBytes(&words));
    // The function at text + 0x1000 has moved by 0x20, and so has what follows.
    const expected = [_]u64{ image + 0x2020, image + 0x1fff, 0x1020 | 0x1001 << 32, 7, image + image_size };
    try expectPrediction(&.{
        .{ .variant = 0x1000, .base = 0x1000, .size = 0x1000, .kind = .none },
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9000, .base = 0x9000, .size = words.len * 8, .kind = .data },
    }, &base, 0x9000, std.mem.sliceAsBytes(&expected));
}

test "function records: each field is translated by its own origin" {
    var base = zeros();
    // entry, name, two words, three counters, their number, two words, one data; then a counter, two data.
    const words = [_]u32{ 0x1000, 0x10, 1, 2, 0, 0x20, 0x30, 1, 3, 4, 2 << 24, 0x40, 0x50, std.math.maxInt(u32) };
    @memcpy(base[0x9100..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
    var expected = words;
    expected[0] = 0x1020;
    expected[6] = 0x31;
    expected[11] = 0x41;
    try expectPrediction(&.{
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9120, .base = 0x9100, .size = words.len * 4, .kind = .functions },
        .{ .variant = 0xa000, .base = 0xa000, .size = 0x100, .kind = .none },
        .{ .variant = 0xb000, .base = 0xb000, .size = 0x28, .kind = .none },
        .{ .variant = 0xb029, .base = 0xb028, .size = 0x100, .kind = .none },
        .{ .variant = 0xc100, .base = 0xc000, .size = 0x100, .kind = .none },
    }, &base, 0x9120, std.mem.sliceAsBytes(&expected));
}

test "the table of functions: offsets of code and of records are translated in turn" {
    var base = zeros();
    const words = [_]u32{ 0x1000, 0x100, 0x1010, 0x180 };
    @memcpy(base[0x9000..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
    const expected = [_]u32{ 0x1020, 0x120, 0x1030, 0x1a0 };
    const ranges = [_]Range{
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9000, .base = 0x9000, .size = words.len * 4, .kind = .function_table },
        .{ .variant = 0x9120, .base = 0x9100, .size = 0x100, .kind = .none },
    };
    const bytes = std.mem.sliceAsBytes(&expected);
    try expectPrediction(&ranges, &base, 0x9000, bytes);
    // The same, where it starts within the range.
    try expectPrediction(&ranges, &base, 0x9004, bytes[4..]);
}

test "a base in place is its image, followed by the bytes that are stored beside it" {
    var made: Made = .{};
    made.init(&.{
        .{ .variant = 0, .base = 0, .size = 4, .kind = .bytes },
        .{ .variant = 4, .base = 0xfffc, .size = 4, .kind = .bytes },
    });
    var memory = zeros() ++ [_]u8{ 9, 9, 9, 9 };
    memory[0..4].* = "abcd".*;
    memory[0xfffc..0x10000].* = "wxyz".*;
    const recipe = try Recipe.parse(made.bytes[0..made.size], .{ .image = &memory, .stored = "stored" }, &made.memory);
    var found: [8]u8 = undefined;
    predict.predict(.amd64, &recipe, 0, &found);
    try testing.expectEqualStrings("abcdwxyz", &found);
    try testing.expectEqual(image_size, recipe.base.image.len);
    const short: predict.Base = .{ .image = memory[0..100], .stored = "" };
    try testing.expectError(error.Recipe, Recipe.parse(made.bytes[0..made.size], short, &made.memory));
}

test "recipes that contradict themselves are refused" {
    const base = zeros();
    const wrong = [_][]const Range{
        // Past the end of the base, of the variant, of both.
        &.{.{ .variant = 0, .base = image_size - 1, .size = 2, .kind = .bytes }},
        &.{.{ .variant = image_size - 1, .base = 0, .size = 2, .kind = .bytes }},
        &.{.{ .variant = 0, .base = 0, .size = std.math.maxInt(u32), .kind = .bytes }},
        &.{.{ .variant = 0, .base = 0, .size = 0, .kind = .bytes }},
        &.{.{ .variant = 1, .base = 1, .size = std.math.maxInt(u32), .kind = .none }},
    };
    for (wrong) |ranges| {
        var made: Made = .{};
        made.init(ranges);
        try testing.expectError(error.Recipe, made.recipe(&base));
    }
    var made: Made = .{};
    made.init(&.{.{ .variant = 0, .base = 0, .size = 1, .kind = .bytes }});
    for (0..made.size) |size| {
        try testing.expectError(error.Recipe, Recipe.parse(made.bytes[0..size], .{ .stored = &base }, &made.memory));
    }
    made.bytes[made.size - 1] = 6;
    try testing.expectError(error.Recipe, made.recipe(&base));
}

test "ranges of function records are short, as each frame reads them from their start" {
    const base: [2 * image_size]u8 = @splat(0);
    comptime std.debug.assert(format.records_size_max < base.len);
    for ([_]u32{ 0, 1 }) |more| {
        for ([_]format.Kind{ .functions, .bytes }) |kind| {
            var made: Made = .{};
            made.init(&.{.{ .variant = 0, .base = 0, .size = format.records_size_max + more, .kind = kind }});
            for (0..2) |index| made.area(index).size = base.len;
            if (kind == .functions and more > 0) {
                try testing.expectError(error.Recipe, made.recipe(&base));
            } else _ = try made.recipe(&base);
        }
    }
}

test "the last of all addresses are predicted like any other" {
    const base: [16]u8 = @splat(7);
    const last = std.math.maxInt(u32) - base.len;
    for (std.enums.values(format.Kind)) |kind| {
        if (kind == .none) continue;
        for (0..base.len - 1) |start| {
            var made: Made = .{};
            made.init(&.{.{
                .variant = @intCast(start),
                .base = @intCast(last + start),
                .size = @intCast(base.len - start),
                .kind = kind,
            }});
            made.area(0).* = .{ .address = last, .offset = 0, .size = base.len };
            const recipe = try made.recipe(&base);
            var found: [base.len]u8 = undefined;
            predict.predict(.amd64, &recipe, 0, &found);
            try testing.expectEqualSlices(u8, base[start..], found[start..]);
        }
    }
}

test "no recipe reads or writes outside of the base and the prediction" {
    var prng = std.Random.DefaultPrng.init(0x706c616e);
    const random = prng.random();
    var base: [image_size]u8 = undefined;
    random.bytes(&base);
    var taken: usize = 0;
    for (0..20_000) |_| {
        var ranges: [8]Range = undefined;
        const count = random.uintAtMost(usize, ranges.len);
        var variant: u32 = 0;
        var start: u32 = 0;
        for (ranges[0..count]) |*range| {
            const size = 1 + random.uintLessThan(u32, 0x1000);
            variant += random.uintLessThan(u32, 0x400);
            start += random.uintLessThan(u32, 0x400);
            range.* = .{ .variant = variant, .base = start, .size = size, .kind = random.enumValue(format.Kind) };
            variant += size;
            start += size;
        }
        var made: Made = .{};
        made.init(ranges[0..count]);
        if (random.boolean()) {
            for (0..random.uintLessThan(usize, 4)) |_| {
                made.bytes[random.uintLessThan(usize, made.size)] = if (random.boolean()) random.int(u8) else 0;
            }
        }
        const recipe = made.recipe(&base) catch continue;
        taken += 1;
        // Testing's allocator finds what is written before or behind.
        const out = try testing.allocator.alloc(u8, random.uintAtMost(usize, 5000));
        defer testing.allocator.free(out);
        predict.predict(.amd64, &recipe, random.uintLessThan(u64, image_size), out);
    }
    try testing.expect(taken > 5000);
}
