//! The lengths of a block's code words as RFC 1951 section 3.2.7 puts them before the block: runs of
//! them as symbols, cut the way Go's writer cuts (generateCodegen of compress/flate/huffman_bit_writer.go).
const std = @import("std");
const huffman = @import("huffman.zig");
const symbols = @import("symbols.zig");

/// 0 to 15 stand for a length.
pub const symbol_count = 19;
/// The length before, 3 to 6 times, in 2 extra bits.
const repeat = 16;
/// Length 0, 3 to 10 times, in 3 extra bits.
const zeros = 17;
/// Length 0, 11 to 138 times, in 7 extra bits.
const many_zeros = 18;

pub const Run = struct {
    symbol: u8,
    extra: u8 = 0,

    pub fn extraBits(run: Run) u4 {
        return extraBitsOf(run.symbol);
    }
};

pub fn extraBitsOf(symbol: usize) u4 {
    return switch (symbol) {
        repeat => 2,
        zeros => 3,
        many_zeros => 7,
        else => 0,
    };
}

pub const Runs = struct {
    items: [symbols.literal_count + symbols.distance_count]Run,
    count: usize,
    frequencies: [symbol_count]u32,

    /// The lengths of both codes are one row: a run may begin in one and end in the other.
    pub fn set(runs: *Runs, literals: []const huffman.Word, distances: []const huffman.Word) void {
        @setRuntimeSafety(true);
        runs.count = 0;
        runs.frequencies = @splat(0);
        var length: u8 = literals[0].length;
        var count: usize = 0;
        for ([_][]const huffman.Word{ literals, distances }) |words| {
            for (words) |word| {
                if (word.length != length) {
                    runs.appendRun(length, count);
                    length = word.length;
                    count = 0;
                }
                count += 1;
            }
        }
        runs.appendRun(length, count);
    }

    pub fn slice(runs: *const Runs) []const Run {
        @setRuntimeSafety(true);
        return runs.items[0..runs.count];
    }

    /// Takes the longest repetitions first, and leaves over what is too short to be one, even where
    /// other cuts would leave nothing over.
    fn appendRun(runs: *Runs, length: u8, count: usize) void {
        @setRuntimeSafety(true);
        var left = count;
        if (length == 0) {
            while (left >= 11) left -= runs.appendRepetition(many_zeros, left, 11, 138);
            if (left >= 3) left -= runs.appendRepetition(zeros, left, 3, 10);
        } else {
            runs.append(.{ .symbol = length });
            left -= 1;
            while (left >= 3) left -= runs.appendRepetition(repeat, left, 3, 6);
        }
        while (left > 0) : (left -= 1) runs.append(.{ .symbol = length });
    }

    /// Gives how many lengths that covers.
    fn appendRepetition(runs: *Runs, symbol: u8, left: usize, min: usize, max: usize) usize {
        @setRuntimeSafety(true);
        const covered = @min(left, max);
        runs.append(.{ .symbol = symbol, .extra = @intCast(covered - min) });
        return covered;
    }

    fn append(runs: *Runs, run: Run) void {
        @setRuntimeSafety(true);
        runs.items[runs.count] = run;
        runs.count += 1;
        runs.frequencies[run.symbol] += 1;
    }
};
