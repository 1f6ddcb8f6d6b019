//! Finds what a block repeats, choosing exactly the matches that Go's writer chooses at BestSpeed
//! (compress/flate/deflatefast.go, which descends from Snappy).
//!
//! The choice depends on which earlier position a hash leads to, so every lookup and every entry that
//! Go's writer makes or omits has to be made or omitted here. What it keeps beside that changes
//! nothing, and is not kept: copies of the bytes in the table and of the block before (the whole input
//! is at hand), and offsets that start over before 2 GiB (no entry that is near enough changes then).
const std = @import("std");
const symbols = @import("symbols.zig");

/// RFC 1951 section 2: how far back a match may lie, in bytes.
const distance_max = 32 << 10;
/// Matches are found by hashes of this many bytes, and are never shorter.
const match_min = 4;
/// Go's writer looks for no match so near the block's end, as Snappy's decoder copies 16 bytes at once.
const margin = 15;
/// After so many positions without a match, every other position is looked at, then every third, ….
const patience = 32;
const hash_bits = 14;
/// Prime; Snappy's and zlib's.
const hash_factor = 0x1e35a7bd;

/// Table entries are positions in the input plus this, so that 0 is too far from every position.
const bias = distance_max + 1;
pub const input_size_max = std.math.maxInt(u32) - bias;

/// Go's writer calls its matcher for blocks of this size and more, except that smaller ones are coded
/// without (encSpeed in compress/flate/deflate.go).
pub const block_size_min = 128;
pub const block_size_max = 65535;

/// Literals, then a match. All numbers are bytes.
pub const Sequence = struct {
    literals: u16,
    length: u16,
    distance: u16,
};

/// The contents of a block: sequences, then literals up to its end.
pub const Sequences = struct {
    items: [block_size_max / match_min]Sequence,
    count: usize,
    /// Literals and matches together.
    token_count: usize,

    pub fn slice(sequences: *const Sequences) []const Sequence {
        @setRuntimeSafety(true);
        return sequences.items[0..sequences.count];
    }

    fn append(sequences: *Sequences, sequence: Sequence) void {
        @setRuntimeSafety(true);
        sequences.items[sequences.count] = sequence;
        sequences.count += 1;
        sequences.token_count += 1 + @as(usize, sequence.literals);
    }
};

pub const Matcher = struct {
    /// For each hash, the latest position that was entered.
    entries: [1 << hash_bits]u32,

    pub fn reset(matcher: *Matcher) void {
        @memset(&matcher.entries, 0);
    }

    /// Splits the block `input[start..end]`; matches may lie in the blocks before it, which were split
    /// with the same matcher.
    pub fn split(matcher: *Matcher, input: []const u8, start: usize, end: usize, sequences: *Sequences) void {
        @setRuntimeSafety(true);
        sequences.count = 0;
        sequences.token_count = 0;
        var position = start;
        var literals_start = start;
        const limit = end - margin;
        block: while (true) {
            var scanned: usize = patience;
            var distance: u16 = 0;
            while (distance == 0) {
                const step = scanned / patience;
                scanned += step;
                // Checked before the position is looked up or entered: the last few never are.
                if (position + step > limit) break :block;
                distance = matcher.enter(input, position);
                if (distance == 0) position += step;
            }
            while (distance != 0) {
                const length = lengthOf(input[0..end], position, distance);
                sequences.append(.{
                    .literals = @intCast(position - literals_start),
                    .length = length,
                    .distance = distance,
                });
                position += length;
                literals_start = position;
                if (position >= limit) break :block;
                // Only the last position within a match is entered.
                _ = matcher.enter(input, position - 1);
                distance = matcher.enter(input, position);
            }
            position += 1;
        }
        sequences.token_count += end - literals_start;
    }

    /// Enters the position, and gives the distance back to where the same bytes were entered before,
    /// if that is what its hash led to and it is near enough, else 0.
    fn enter(matcher: *Matcher, input: []const u8, position: usize) u16 {
        @setRuntimeSafety(true);
        const bytes = load(u32, input, position);
        const entry = &matcher.entries[(bytes *% hash_factor) >> (32 - hash_bits)];
        const entered: u32 = @intCast(position + bias);
        const distance = entered - entry.*;
        entry.* = entered;
        if (distance > distance_max or load(u32, input, position - distance) != bytes) return 0;
        return @intCast(distance);
    }
};

/// How long the match is, of which `match_min` bytes are known to be equal. It ends with the input.
fn lengthOf(input: []const u8, position: usize, distance: usize) u16 {
    @setRuntimeSafety(true);
    const max = @min(symbols.length_max, input.len - position);
    var length: usize = match_min;
    while (length + 8 <= max) : (length += 8) {
        const here = load(u64, input, position + length);
        const different = here ^ load(u64, input, position + length - distance);
        if (different != 0) return @intCast(length + @ctz(different) / 8);
    }
    while (length < max and input[position + length] == input[position + length - distance]) length += 1;
    return @intCast(length);
}

inline fn load(comptime T: type, input: []const u8, position: usize) T {
    @setRuntimeSafety(true);
    return std.mem.readInt(T, input[position..][0..@sizeOf(T)], .little);
}
