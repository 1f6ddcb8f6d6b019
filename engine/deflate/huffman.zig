//! Huffman codes of limited length, with the lengths that Go's writer arrives at
//! (compress/flate/huffman_code.go).
//!
//! Several codes can be optimal for the same frequencies. Go's writer merges packages lazily
//! ("boundary package-merge"); merging whole levels one after the other, as here, takes the same
//! choices as long as ties are broken alike: of equally frequent symbols, the one with the higher
//! number gets the shorter word, and of a symbol and a package of equal weight, the package comes first.
//! See L. Larmore and D. Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", 1990.
const std = @import("std");
const symbols = @import("symbols.zig");

/// The longest word of any code, in bits (RFC 1951 section 3.2.7).
const length_limit = 15;
const symbol_count_max = symbols.literal_count;
/// Each level has a package for every other item of the one below, beside the symbols.
const item_count_max = 2 * symbol_count_max - 1;

/// The code of one symbol.
pub const Word = struct {
    /// In the order in which they are written: the most significant one is lowest.
    bits: u16,
    /// In bits; 0 for a symbol that does not occur.
    length: u8,
};

pub const Scratch = struct {
    /// The symbols that occur, the rarest first.
    ranking: [symbol_count_max]Ranked,
    /// The weights of the level that is merged and of the one below.
    weights: [2][item_count_max]u32,
    /// Whether an item is a symbol rather than a package, for each level from the second on.
    is_symbol: [length_limit][item_count_max]bool,
};

const Ranked = packed struct(u32) {
    symbol: u9,
    /// A block has fewer than 2^17 symbols.
    frequency: u23,

    /// By frequency, then by symbol.
    fn isBefore(ranked: Ranked, other: Ranked) bool {
        return @as(u32, @bitCast(ranked)) < @as(u32, @bitCast(other));
    }
};

/// Makes the code for symbols of these frequencies, at least one of which is not zero.
/// `length_max` bits, at most 15, must be enough for that many symbols.
pub fn build(words: []Word, frequencies: []const u32, length_max: usize, scratch: *Scratch) void {
    @setRuntimeSafety(true);
    var count: usize = 0;
    for (words, frequencies, 0..) |*word, frequency, symbol| {
        word.length = 0;
        if (frequency == 0) continue;
        scratch.ranking[count] = .{ .symbol = @intCast(symbol), .frequency = @intCast(frequency) };
        count += 1;
    }
    const ranking = scratch.ranking[0..count];
    if (count <= 2) {
        // A single symbol has one bit as well, not none.
        for (ranking) |ranked| words[ranked.symbol].length = 1;
    } else {
        sort(ranking);
        assignLengths(words, ranking, @min(length_max, count - 1), scratch);
    }
    assignBits(words);
}

/// By insertion: std.sort swaps byte by byte, which took an eighth of all time.
fn sort(ranking: []Ranked) void {
    @setRuntimeSafety(true);
    for (ranking, 0..) |ranked, index| {
        var place = index;
        while (place > 0 and ranked.isBefore(ranking[place - 1])) : (place -= 1) ranking[place] = ranking[place - 1];
        ranking[place] = ranked;
    }
}

/// Package-merge with `depth` levels.
fn assignLengths(words: []Word, ranking: []const Ranked, depth: usize, scratch: *Scratch) void {
    @setRuntimeSafety(true);
    // The lowest level has symbols only.
    var below = scratch.weights[0][0..ranking.len];
    for (below, ranking) |*weight, ranked| weight.* = ranked.frequency;
    for (1..depth) |level| {
        below = merge(ranking, below, &scratch.weights[level % 2], &scratch.is_symbol[level]);
    }
    // The lightest items of the top level are taken; whatever package is among them takes two of the
    // level below. Each time a symbol is taken, its word gets one bit longer.
    var taken = 2 * ranking.len - 2;
    var level = depth;
    while (level > 0) {
        level -= 1;
        var symbols_taken: usize = 0;
        if (level == 0) {
            symbols_taken = taken;
        } else for (scratch.is_symbol[level][0..taken]) |is_symbol| {
            symbols_taken += @intFromBool(is_symbol);
        }
        for (ranking[0..symbols_taken]) |ranked| words[ranked.symbol].length += 1;
        taken = 2 * (taken - symbols_taken);
    }
}

/// The symbols and the packages of two items each of the level below, in the order of their weights.
fn merge(
    ranking: []const Ranked,
    below: []const u32,
    weights: *[item_count_max]u32,
    is_symbol: *[item_count_max]bool,
) []u32 {
    @setRuntimeSafety(true);
    // An odd item at the end is in no package.
    const package_count = below.len / 2;
    var ranked: usize = 0;
    var package: usize = 0;
    const count = ranking.len + package_count;
    for (weights[0..count], is_symbol[0..count]) |*weight, *takes_symbol| {
        const has_package = package < package_count;
        const package_weight = if (has_package) below[2 * package] + below[2 * package + 1] else std.math.maxInt(u32);
        takes_symbol.* = ranked < ranking.len and ranking[ranked].frequency < package_weight;
        if (takes_symbol.*) {
            weight.* = ranking[ranked].frequency;
            ranked += 1;
        } else {
            weight.* = package_weight;
            package += 1;
        }
    }
    return weights[0..count];
}

/// RFC 1951 section 3.2.2: words of one length are consecutive numbers in the order of their symbols.
fn assignBits(words: []Word) void {
    @setRuntimeSafety(true);
    var next: u16 = 0;
    for (1..length_limit + 1) |length| {
        next <<= 1;
        for (words) |*word| {
            if (word.length != length) continue;
            word.bits = @bitReverse(next) >> @intCast(16 - length);
            next += 1;
        }
    }
}
