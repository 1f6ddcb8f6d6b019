//! Zig's side of sequences.S.
const std = @import("std");

/// Executes sequences; the argument is engine/zstd/sequences.zig's `Run`. Returns whether it stopped within one.
pub const run = @extern(*const fn (*anyopaque) callconv(.c) bool, .{ .name = "mgo_zstd_run", .visibility = .hidden });

/// Which of four offsets come first once one of them is used, as byte indices for PSHUFB: those of `Run.resolve`.
pub const rotations = all: {
    var found: [4][16]u8 = undefined;
    for ([_][4]u8{ .{ 0, 1, 2, 3 }, .{ 1, 0, 2, 3 }, .{ 2, 0, 1, 3 }, .{ 3, 0, 1, 3 } }, &found) |order, *rotation| {
        for (order, 0..) |from, to| for (0..4) |byte| {
            rotation[4 * to + byte] = 4 * from + byte;
        };
    }
    break :all found;
};

/// By offset, which of the bytes that are so far back fill 16 bytes, as byte indices for PSHUFB. The first row has, by
/// offset, how many of these bytes are whole repetitions.
pub const patterns: [16][16]u8 align(16) = all: {
    var found: [16][16]u8 = @splat(@splat(0));
    for (1..16) |offset| {
        for (&found[offset], 0..) |*index, place| index.* = place % offset;
        found[0][offset] = 16 - 16 % offset;
    }
    break :all found;
};

/// Fails to compile if sequences.S has other offsets than these types.
pub fn check(comptime Run: type, comptime Entry: type) void {
    for (.{ .{ "value", 0 }, .{ "state", 4 }, .{ "value_bits", 6 }, .{ "state_bits", 7 } }) |field| {
        std.debug.assert(@offsetOf(Entry, field[0]) == field[1]);
    }
    std.debug.assert(@sizeOf(Entry) == 8);
    for (.{
        .{ "offsets", 0 },                  .{ "literal_lengths", 2048 },     .{ "match_lengths", 6144 },
        .{ "rotations", 10240 },            .{ "repeats", 10304 },            .{ "first_match", 10320 },
        .{ "out_max", 10328 },              .{ "literals_max", 10336 },       .{ "window_min", 10344 },
        .{ "out", 10352 },                  .{ "literals", 10360 },           .{ "window", 10368 },
        .{ "window_bits", 10376 },          .{ "count", 10384 },              .{ "offset_state", 10392 },
        .{ "literal_length_state", 10400 }, .{ "match_length_state", 10408 }, .{ "literal_length", 10416 },
        .{ "match_length", 10424 },         .{ "offset", 10432 },             .{ "patterns", 10440 },
    }) |field| std.debug.assert(@offsetOf(Run, field[0]) == field[1]);
}
