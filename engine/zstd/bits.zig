//! Numbers of any width in bits, stored back to back, lowest bit first.
const std = @import("std");

pub const Error = error{
    /// Fewer bits are left than were asked for.
    NoBits,
};

/// From the first bit on.
pub const Forward = struct {
    bytes: []const u8,
    /// In bits.
    position: usize = 0,

    /// Returns the next bits without taking them. Bits behind the end are zero.
    pub fn peek(bits: *const Forward, count: u5) u32 {
        return extract(bits.bytes, bits.position, count);
    }

    pub fn skip(bits: *Forward, count: u5) Error!void {
        if (count > bits.bytes.len * 8 - bits.position) return error.NoBits;
        bits.position += count;
    }

    pub fn take(bits: *Forward, count: u5) Error!u32 {
        const value = bits.peek(count);
        try bits.skip(count);
        return value;
    }

    /// Returns how many bytes hold the bits that were taken.
    pub fn size(bits: *const Forward) usize {
        return (bits.position + 7) / 8;
    }
};

/// From the last bit on, for numbers that an encoder wrote in reverse: RFC 8878, section 4.1.
pub const Backward = struct {
    bytes: []const u8,
    /// In bits.
    left: usize,

    /// The highest set bit of the last byte marks the end.
    pub fn of(bytes: []const u8) Error!Backward {
        if (bytes.len == 0 or bytes[bytes.len - 1] == 0) return error.NoBits;
        return .{ .bytes = bytes, .left = bytes.len * 8 - 1 - @clz(bytes[bytes.len - 1]) };
    }

    pub fn take(bits: *Backward, count: u5) Error!u32 {
        if (count > bits.left) return error.NoBits;
        bits.left -= count;
        return extract(bits.bytes, bits.left, count);
    }
};

inline fn extract(bytes: []const u8, position: usize, count: u5) u32 {
    const start = @min(position / 8, bytes.len);
    const word = if (bytes.len - start >= 8)
        std.mem.readInt(u64, bytes[start..][0..8], .little)
    else
        readPart(bytes[start..]);
    const mask = (@as(u32, 1) << count) - 1;
    return @as(u32, @truncate(word >> @intCast(position % 8))) & mask;
}

/// Called at the end of the bytes only; inlined, it would take 2 KiB.
noinline fn readPart(bytes: []const u8) u64 {
    var word: u64 = 0;
    for (bytes, 0..) |byte, index| word |= @as(u64, byte) << @intCast(8 * index);
    return word;
}
