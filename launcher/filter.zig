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
pub noinline fn code(comptime direction: Direction, bytes: []u8, position: u64, bits: u6) void {
    @setRuntimeSafety(true);
    const unused: u5 = @intCast(32 - bits);
    var at: usize = 0;
    while (at + 5 <= bytes.len) {
        const width = @min(block_size, bytes.len - at - 4);
        var starts = if (width == block_size) startsIn(bytes, at) else startsAtEnd(bytes, at);
        at += width;
        while (starts != 0) {
            const bit: u32 = @ctz(starts);
            const after = bit + 5;
            starts = if (after < 64) starts & @as(u64, std.math.maxInt(u64)) << @intCast(after) else 0;
            const end = at - width + after;
            const operand = bytes[end - 4 ..][0..4];
            const value = std.mem.readInt(u32, operand, .little);
            if (extend(value, unused) == value) {
                const place: u32 = @truncate(position + end);
                const changed = if (direction == .forward) value +% place else value -% place;
                std.mem.writeInt(u32, operand, extend(changed, unused), .little);
            }
            if (after > width) at = end;
        }
    }
}

/// The number that the low bits are, with sign.
inline fn extend(value: u32, unused: u5) u32 {
    return @bitCast(@as(i32, @bitCast(value << unused)) >> unused);
}

const block_size = 64;
const vector_size = 16;
const Vector = @Vector(vector_size, u8);

/// Which of the next 64 bytes may stand in front of an operand.
inline fn startsIn(bytes: []const u8, at: usize) u64 {
    @setRuntimeSafety(true);
    var found: u64 = 0;
    inline for (0..block_size / vector_size) |index| {
        const block = load(bytes, at + index * vector_size);
        const chosen = (block == splat(0xe8)) | ((block & splat(0xc7)) == splat(0x05));
        found |= @as(u64, @as(u16, @bitCast(chosen))) << (index * vector_size);
    }
    return found;
}

fn startsAtEnd(bytes: []const u8, at: usize) u64 {
    @setRuntimeSafety(true);
    var found: u64 = 0;
    for (bytes[at .. bytes.len - 4], 0..) |byte, index| {
        if (byte == 0xe8 or byte & 0xc7 == 0x05) found |= @as(u64, 1) << @intCast(index);
    }
    return found;
}

inline fn load(bytes: []const u8, at: usize) Vector {
    @setRuntimeSafety(true);
    // Of an array, the compiler would load each byte by itself.
    return @as(*align(1) const Vector, @ptrCast(bytes[at..][0..vector_size])).*;
}

inline fn splat(byte: u8) Vector {
    return @splat(byte);
}
