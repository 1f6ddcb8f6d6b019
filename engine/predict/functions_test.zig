//! Go's tables of functions in recipes made by hand, each kind of range by itself.
const std = @import("std");
const fixture = @import("recipe_fixture.zig");
const expectPrediction = fixture.expectPrediction;
const Range = fixture.Range;
const zeros = fixture.zeros;
const one_function_moved = fixture.one_function_moved;

test "function records: each starts at a multiple of a word" {
    var base = zeros();
    const rest: [11]u32 = @splat(0); // Neither counters nor data: 44 bytes with the entry.
    @memcpy(base[0x9100..][0..96], std.mem.asBytes(&(([_]u32{0x1000} ++ rest) ** 2)));
    const range: Range = .{ .variant = 0x9100, .base = 0x9100, .size = 96, .kind = .functions };
    const ranges = one_function_moved ++ .{range};
    try expectPrediction(&ranges, &base, 0x9100, std.mem.asBytes(&(([_]u32{0x1020} ++ rest) ** 2)));
}

test "function records: each field is translated by its own origin" {
    var base = zeros();
    // entry, name, two words, three counters, their number, list of files, a word, one data; then a counter, two data.
    const words = [_]u32{ 0x1000, 0x10, 1, 2, 0, 0x20, 0x30, 1, 3, 4, 2 << 24, 0x40, 0x50, std.math.maxInt(u32) };
    @memcpy(base[0x9100..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
    var expected = words;
    expected[0] = 0x1020;
    expected[6] = 0x31;
    expected[8] = 5;
    expected[11] = 0x41;
    try expectPrediction(&.{
        .{ .variant = 0x2020, .base = 0x2000, .size = 0x100, .kind = .none },
        .{ .variant = 0x9120, .base = 0x9100, .size = words.len * 4, .kind = .functions },
        .{ .variant = 0xa000, .base = 0xa000, .size = 0x100, .kind = .none },
        .{ .variant = 0xb000, .base = 0xb000, .size = 0x28, .kind = .none },
        .{ .variant = 0xb029, .base = 0xb028, .size = 0x100, .kind = .none },
        .{ .variant = 0xc100, .base = 0xc000, .size = 0x100, .kind = .none },
        .{ .variant = 0xd000, .base = 0xd000, .size = 0xc, .kind = .none },
        .{ .variant = 0xd014, .base = 0xd00c, .size = 0x100, .kind = .none },
    }, &base, 0x9120, std.mem.sliceAsBytes(&expected));
}

test "lists of files: offsets of names are translated, but for files that are in no function" {
    var base = zeros();
    const words = [_]u32{ 0x10, std.math.maxInt(u32), 0x20, 0x30 };
    @memcpy(base[0xd000..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
    const expected = [_]u32{ 0x10, std.math.maxInt(u32), 0x27, 0x37 };
    const ranges = [_]Range{
        .{ .variant = 0xd000, .base = 0xd000, .size = words.len * 4, .kind = .file_lists },
        .{ .variant = 0xe000, .base = 0xe000, .size = 0x20, .kind = .none },
        .{ .variant = 0xe027, .base = 0xe020, .size = 0x100, .kind = .none },
    };
    const bytes = std.mem.sliceAsBytes(&expected);
    try expectPrediction(&ranges, &base, 0xd000, bytes);
    try expectPrediction(&ranges, &base, 0xd008, bytes[8..]);
}

test "the data of functions: names in inline trees are translated" {
    var base = zeros();
    // Something else; then a kind of function, a name, a place in the parent and a line, with what is none.
    const words = [_]u32{ 0x120, 32, 0x120, 0, 0x120, 0x80, 7, 4, 0x1001, 0x80, 7, 1, 0x120, 1 << 20, 7, 0, 0x120 };
    @memcpy(base[0xc000..][0 .. words.len * 4], std.mem.sliceAsBytes(&words));
    var expected = words;
    expected[4] = 0x125;
    try expectPrediction(&.{
        .{ .variant = 0xa000, .base = 0xa000, .size = 0x100, .kind = .none },
        .{ .variant = 0xa105, .base = 0xa100, .size = 0x100, .kind = .none },
        .{ .variant = 0xc100, .base = 0xc000, .size = words.len * 4, .kind = .function_data },
    }, &base, 0xc100, std.mem.sliceAsBytes(&expected));
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
