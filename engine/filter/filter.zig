//! Filters: reversible changes to a frame's bytes that make them compress better.
//!
//! In x86-64 code, the same function or variable is called or read from many places, each time by another
//! distance. The filter `code` has the target's address instead, so that equal operands have equal bytes: BCJ, as
//! archivers call it, extended to addresses relative to RIP, which are half of those in Go code.
//!
//! It takes the byte E8 (CALL) and ModRM bytes with mod = 00 and r/m = 101 (an address relative to RIP: Intel SDM,
//! volume 2, table 2-2) for what stands in front of 4 bytes that are left alone unless they are a distance within
//! the file's size. Of distances and targets the low `bits` count, with sign: so what is within range stays so. No
//! byte of the 4 is taken for the start of others, so that each is found again.
const std = @import("std");

pub const Direction = enum {
    /// Distances become targets: for the encoder.
    forward,
    /// Targets become distances.
    backward,
};

/// How many bits the numbers have, in a file of that size: at least 25.
pub fn bitsFor(file_size: u64) u6 {
    @setRuntimeSafety(true);
    var bits: u6 = 25;
    while (bits < 32 and file_size > @as(u64, 1) << (bits - 1)) bits += 1;
    return bits;
}

/// `position` is that of the code in its file; both directions must be told the same.
///
/// Finds operands first, and then changes them: what a CPU guesses wrong costs more here than all else, and neither
/// has a branch that depends on the code, but for stretches with many operands.
pub noinline fn code(comptime direction: Direction, bytes: []u8, position: u64, bits: u6) void {
    @setRuntimeSafety(true);
    const unused: u5 = @intCast(32 - bits);
    var ends: [ends_max]u16 = undefined;
    // Bytes of the next block that are operands of this one's.
    var taken: u64 = 0;
    var start: usize = 0;
    while (start + 5 <= bytes.len) {
        const piece = bytes[start..@min(start + piece_size + 4, bytes.len)];
        const count = findEnds(piece, &taken, &ends);
        for (ends[0..count]) |end| {
            const operand = piece[end - 4 ..][0..4];
            const value = std.mem.readInt(u32, operand, .little);
            const place: u32 = @truncate(position + start + end);
            const changed = extend(if (direction == .forward) value +% place else value -% place, unused);
            std.mem.writeInt(u32, operand, if (extend(value, unused) == value) changed else value, .little);
        }
        start += piece_size;
    }
}

/// Where operands end that belong to bytes of a piece, all but its last 4; gives how many there are.
fn findEnds(piece: []const u8, taken: *u64, ends: *[ends_max]u16) usize {
    @setRuntimeSafety(true);
    const limit = piece.len - 4;
    var count: usize = 0;
    var at: usize = 0;
    while (at < limit) : (at += block_size) {
        var starts = if (limit - at >= block_size) startsIn(piece[at..][0..block_size]) else startsAtEnd(piece[at..limit]);
        starts &= ~taken.*;
        var chosen: u64 = 0;
        // Four in a row without a branch: few blocks have more, and what there is not does not count.
        inline for (0..4) |_| count = takeFirst(&starts, &chosen, at, ends, count);
        while (starts != 0) count = takeFirst(&starts, &chosen, at, ends, count);
        const last = chosen >> 60;
        taken.* = last | last >> 1 | last >> 2 | last >> 3;
    }
    return count;
}

inline fn takeFirst(starts: *u64, chosen: *u64, at: usize, ends: *[ends_max]u16, count: usize) usize {
    @setRuntimeSafety(true);
    const first = starts.* & (0 -% starts.*);
    ends[count] = @intCast(at + @ctz(starts.* | 1 << 63) + 5);
    const more = @intFromBool(starts.* != 0);
    chosen.* |= first;
    // This one, and the four bytes of its operand.
    starts.* &= ~((first << 5) -% first);
    return count + more;
}

/// The number that the low bits are, with sign.
inline fn extend(value: u32, unused: u5) u32 {
    return @bitCast(@as(i32, @bitCast(value << unused)) >> unused);
}

/// In bytes, which positions in it are told by.
const piece_size = 4096;
/// Each takes 5 bytes at least; and those of `takeFirst` that do not count.
const ends_max = piece_size / 5 + 1 + 4;
const block_size = 64;
const vector_size = 16;
const Vector = @Vector(vector_size, u8);

/// Which of these bytes may stand in front of an operand.
inline fn startsIn(bytes: *const [block_size]u8) u64 {
    var found: u64 = 0;
    inline for (0..block_size / vector_size) |index| {
        // Of an array, the compiler would load each byte by itself.
        const block = @as(*align(1) const Vector, @ptrCast(bytes[index * vector_size ..][0..vector_size])).*;
        const chosen = (block == splat(0xe8)) | ((block & splat(0xc7)) == splat(0x05));
        found |= @as(u64, @as(u16, @bitCast(chosen))) << (index * vector_size);
    }
    return found;
}

fn startsAtEnd(bytes: []const u8) u64 {
    @setRuntimeSafety(true);
    var found: u64 = 0;
    for (bytes, 0..) |byte, index| {
        if (byte == 0xe8 or byte & 0xc7 == 0x05) found |= @as(u64, 1) << @intCast(index);
    }
    return found;
}

inline fn splat(byte: u8) Vector {
    return @splat(byte);
}
