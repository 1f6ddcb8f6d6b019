//! Recipes made by hand, each kind of range by itself, and recipes that are wrong.
const std = @import("std");
const filter = @import("filter");
const format = @import("format");
const fixture = @import("recipe_fixture.zig");
const predict = @import("predict");
const Recipe = predict.Recipe;
const testing = std.testing;
const expectPrediction = fixture.expectPrediction;
const image = fixture.image;
const image_size = fixture.image_size;
const Made = fixture.Made;
const Range = fixture.Range;
const zeros = fixture.zeros;
const one_function_moved = fixture.one_function_moved;

test "bytes in no range are predicted as zeros, and ranges are cut where the prediction is" {
    var base = zeros();
    @memcpy(base[100..106], "abcdef");
    const ranges = [_]Range{.{ .variant = 110, .base = 100, .size = 6, .kind = .bytes }};
    try expectPrediction(&ranges, &base, 108, "\x00\x00abcdef\x00\x00");
    try expectPrediction(&ranges, &base, 112, "cdef\x00");
    try expectPrediction(&ranges, &base, 100, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ab");
}

test "ranges are predicted as far as the known frame of the base has them" {
    var frame = "cdef".*;
    var made: Made = .{};
    made.init(&.{
        .{ .variant = 110, .base = 100, .size = 6, .kind = .bytes },
        .{ .variant = 118, .base = 106, .size = 2, .kind = .bytes },
    });
    const recipe = try made.recipe();
    var found: [12]u8 = undefined;
    for ([_]u64{ 102, 96, 106, 200 }, [_][]const u8{
        "\x00\x00cdef\x00\x00\x00\x00\x00\x00",
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        "\x00\x00\x00\x00\x00\x00\x00\x00cd\x00\x00",
        "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
    }) |position, expected| {
        const base: predict.Base = .ofFrame(.amd64, &recipe, &frame, position, null);
        predict.predict(.amd64, &recipe, &base, 110, &found);
        try testing.expectEqualStrings(expected, &found);
    }
    try testing.expectEqual(110, recipe.variantPosition(0));
    try testing.expectEqual(112, recipe.variantPosition(102));
    try testing.expectEqual(118, recipe.variantPosition(106));
    try testing.expectEqual(null, recipe.variantPosition(108));
}

test "a prediction that looks like a dictionary of zstd's own is changed" {
    var base = zeros();
    @memcpy(base[100..106], &[_]u8{ 0x37, 0xa4, 0x30, 0xec, 5, 6 });
    const ranges = [_]Range{.{ .variant = 100, .base = 100, .size = 6, .kind = .bytes }};
    try expectPrediction(&ranges, &base, 100, &.{ 0, 0, 0, 0, 5, 6 });
    try expectPrediction(&ranges, &base, 101, &.{ 0xa4, 0x30, 0xec, 5, 6 });
}

// At 0x1000: call 0x2000; jne 0x2000; mov eax, [rip → 0x9000]; call within the range; nop…
const code = [_]u8{ 0xe8, 0xfb, 0x0f, 0, 0 } ++ [_]u8{ 0x0f, 0x85, 0xf5, 0x0f, 0, 0 } ++
    [_]u8{ 0x8b, 0x05, 0xef, 0x7f, 0, 0 } ++ [_]u8{ 0xe8, 0xea, 0xff, 0xff, 0xff } ++ @as([42]u8, @splat(0x90));

fn codeRanges(kind: format.Kind) [3]Range {
    return .{
        .{ .variant = 0x1008, .base = 0x1000, .size = code.len, .kind = kind },
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9100, .base = 0x9000, .size = 0x100, .kind = .none },
    };
}

fn movedCode(kind: format.Kind) [code.len]u8 {
    var expected = code;
    // 0xffb + 0x20 - 8
    expected[1..3].* = .{ 0x13, 0x10 };
    // 0xff5 + 0x20 - 8
    if (kind == .changed_code) expected[7..9].* = .{ 0x0d, 0x10 };
    // 0x7fef + 0x100 - 8
    expected[13..15].* = .{ 0xe7, 0x80 };
    return expected;
}

test "code: operands of calls and data relative to RIP follow their targets, and jumps in code that has changed" {
    for ([_]format.Kind{ .code, .changed_code }) |kind| {
        var base = zeros();
        @memcpy(base[0x1000..][0..code.len], &code);
        try expectPrediction(&codeRanges(kind), &base, 0x1008, &movedCode(kind));
    }
}

test "code of a frame with the filter is predicted as without" {
    for ([_]format.Kind{ .code, .changed_code }) |kind| {
        var made: Made = .{};
        made.init(&codeRanges(kind));
        // The frame starts before the code, whose addresses are not its positions.
        for (0..2) |index| made.area(index).* = .{ .address = 0x1000, .offset = 0x400, .size = 0x1000 };
        const recipe = try made.recipe();
        var frame: [16 + code.len]u8 = @as([16]u8, @splat(0)) ++ code;
        filter.code(.forward, .amd64, &frame, 0x3f0, filter.bitsFor(image_size));
        try testing.expect(!std.mem.eql(u8, frame[16..], &code));
        const part = frame[16..];
        const base: predict.Base = .ofFrame(.amd64, &recipe, part, 0x400, filter.bitsFor(image_size));
        var found: [code.len]u8 = undefined;
        predict.predict(.amd64, &recipe, &base, 0x408, &found);
        try testing.expectEqualSlices(u8, &movedCode(kind), &found);
    }
}

test "data: pointers and offsets of methods are translated, and nothing else" {
    var base = zeros();
    const none = std.math.maxInt(u32);
    // Offsets of methods, and of what is none: they ascend, or one is of no function, missing, too large or small.
    const offsets = [8][2]u32{
        .{ 0x1000, 0x1000 }, .{ 0x1040, 0x1000 }, .{ none, 0x1000 },
        .{ 0x1000, 0x2000 }, .{ 0x1001, 0x1000 }, .{ 0x1000, none },
        .{ 0x8000, 0x1000 }, .{ 0x1000, 0xfe0 },
    };
    const words = [_]u64{ image + 0x2000, image + 0x1fff, 7, image + image_size } ++ @as([8]u64, @bitCast(offsets));
    @memcpy(base[0x9000..][0 .. words.len * 8], std.mem.sliceAsBytes(&words));
    // The function at text + 0x1000 has moved by 0x20, and so has what follows.
    const moved_offsets = [_][2]u32{ .{ 0x1020, 0x1020 }, .{ 0x1060, 0x1020 }, .{ none, 0x1020 } } ++ offsets[3..].*;
    const expected = [_]u64{ image + 0x2020, image + 0x1fff, 7, image + image_size } ++
        @as([8]u64, @bitCast(moved_offsets));
    const range: Range = .{ .variant = 0x9000, .base = 0x9000, .size = words.len * 8, .kind = .data };
    try expectPrediction(&(one_function_moved ++ .{range}), &base, 0x9000, std.mem.sliceAsBytes(&expected));
}

test "data: each word of many is looked at" {
    const moved: u64 = 0x1020 << 32;
    for (0..21) |index| {
        for ([_]u64{ image + 0x2000, moved - (0x20 << 32) | 0x1000 }, [_]u64{ image + 0x2020, moved | 0x1020 }) |a, b| {
            var words: [21]u64 = @splat(0);
            words[index] = b;
            var base = zeros();
            std.mem.writeInt(u64, base[0x9000 + 8 * index ..][0..8], a, .little);
            const data: Range = .{ .variant = 0x9000, .base = 0x9000, .size = 168, .kind = .data };
            try expectPrediction(&(one_function_moved ++ .{data}), &base, 0x9000, std.mem.asBytes(&words));
        }
    }
}

test "data: nothing behind it is looked at, if zeros are pointers, too" {
    var made: Made = .{};
    made.init(&.{.{ .variant = 0x9000, .base = 0x9000, .size = 256, .kind = .data }});
    const header = std.mem.bytesAsValue(format.Recipe, made.bytes[0..@sizeOf(format.Recipe)]);
    header.pointer_min = 0;
    header.base_image = 0;
    const base = zeros();
    const recipe = try made.recipe();
    for (0..32) |count| {
        var words: [32]u64 = @splat(0);
        predict.predict(.amd64, &recipe, &.{ .stored = &base }, 0x9000, std.mem.sliceAsBytes(words[0..count]));
        for (words, 0..) |word, index| {
            try testing.expectEqual(@as(u64, if (index < count) image else 0), word);
        }
    }
}

test "code of words: absolute addresses follow what they point to, and jumps in code that has changed" {
    // arm: bl; b to what has moved; an address. Power: bl; lis and addi; b.
    const cases = .{ .{
        .arm,
        [_]u32{ 0xeb00_03fe, 0xea00_0001, image + 0x2000, 0 },
        [_]u32{ 0xeb00_0406, 0xea00_0002, image + 0x2020, 0 },
    }, .{
        .ppc64le,
        [_]u32{ 0x4800_1001, 0x3c80_0041, 0x3884_9000, 0x4800_0010 },
        [_]u32{ 0x4800_1021, 0x3c80_0041, 0x3884_9020, 0x4800_0014 },
    } };
    inline for (cases) |case| {
        const architecture, const words, const expected = case;
        var base = zeros();
        @memcpy(base[0x1000..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
        var made: Made = .{};
        made.init(&.{
            .{ .variant = 0x1000, .base = 0x1000, .size = words.len * 4, .kind = .changed_code },
            .{ .variant = 0x1014, .base = 0x1010, .size = 0x10, .kind = .changed_code },
            .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        });
        const recipe = try made.recipe();
        var found: [words.len * 4]u8 = undefined;
        predict.predict(architecture, &recipe, &.{ .stored = &base }, 0x1000, &found);
        try testing.expectEqualSlices(u8, std.mem.sliceAsBytes(&expected), &found);
    }
}

test "code for Power10: absolute addresses become relative ones of prefixed instructions" {
    // lis and addi; lis and lwz; lis and ld; lis and std, through another register; lis and lwa; a constant.
    const pairs = [_]u32{
        0x3c80_0041, 0x3884_9000, 0x3c80_0040, 0x8084_2000, 0x3d40_0040, 0xe94a_0108, 0x3fe0_0041, 0xf87f_9000,
        0x3c60_0041, 0xe863_9002, 0x3c60_0001, 0x3863_0000,
    };
    const prefixed = [_]u32{
        0x0610_0000, 0x3880_8010, 0x0610_0000, 0x8080_1008, 0x0413_ffff, 0xe540_f0e8, 0x0410_0000, 0xf460_7ff8,
        0x0410_0000, 0xa460_7ff0, 0x3c60_0001, 0x3863_0000,
    };
    var base = zeros();
    @memcpy(base[0x1000..][0 .. pairs.len * 4], std.mem.sliceAsBytes(&pairs));
    var made: Made = .{};
    made.init(&.{
        .{ .variant = 0x1010, .base = 0x1000, .size = pairs.len * 4, .kind = .prefixed_code },
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
    });
    const recipe = try made.recipe();
    var found: [pairs.len * 4]u8 = undefined;
    predict.predict(.ppc64le, &recipe, &.{ .stored = &base }, 0x1010, &found);
    try testing.expectEqualSlices(u8, std.mem.sliceAsBytes(&prefixed), &found);
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
    made.area(0).size += 4;
    const recipe = try made.recipe();
    var found: [10]u8 = undefined;
    predict.predict(.amd64, &recipe, &.inPlace(&recipe, &memory, "stored"), 0, &found);
    try testing.expectEqualStrings("abcdwxyz\x00\x00", &found);
    // Memory that is not there predicts nothing.
    predict.predict(.amd64, &recipe, &.inPlace(&recipe, memory[0..2], "stored"), 0, &found);
    try testing.expectEqualStrings("ab\x00\x00\x00\x00\x00\x00\x00\x00", &found);
}

test "recipes that contradict themselves are refused" {
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
        try testing.expectError(error.Recipe, made.recipe());
    }
    var made: Made = .{};
    made.init(&.{.{ .variant = 0, .base = 0, .size = 1, .kind = .bytes }});
    for (0..made.size) |size| {
        try testing.expectError(error.Recipe, Recipe.parse(made.bytes[0..size], &made.memory));
    }
    made.bytes[made.size - 1] = @typeInfo(format.Kind).@"enum".fields.len;
    try testing.expectError(error.Recipe, made.recipe());
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
                try testing.expectError(error.Recipe, made.recipe());
            } else _ = try made.recipe();
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
            const recipe = try made.recipe();
            var found: [base.len]u8 = undefined;
            predict.predict(.amd64, &recipe, &.{ .stored = &base }, 0, &found);
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
        const recipe = made.recipe() catch continue;
        taken += 1;
        // Testing's allocator finds what is written before or behind.
        const out = try testing.allocator.alloc(u8, random.uintAtMost(usize, 5000));
        defer testing.allocator.free(out);
        predict.predict(.amd64, &recipe, &.{ .stored = &base }, random.uintLessThan(u64, image_size), out);
    }
    try testing.expect(taken > 5000);
}
