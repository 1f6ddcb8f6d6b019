//! Lengths and distances of matches as symbols with extra bits: the tables of RFC 1951 section 3.2.5,
//! computed. Both are a logarithmic scale: a symbol stands for a power of two and the bits that follow
//! its leading one, two for lengths and one for distances; the rest are extra bits.
const std = @import("std");

/// The alphabet of literals and lengths: 256 literals, the end of the block, 29 lengths.
pub const literal_count = 286;
pub const end_of_block = 256;
const length_first = 257;
pub const distance_count = 30;

pub const length_max = 258;
const length_min = 3;
const length_symbol_max = literal_count - 1;

/// Packed, to be returned in a register.
pub const Symbol = packed struct(u32) {
    /// In its alphabet.
    index: u12,
    extra: u16,
    extra_bits: u4,
};

/// 3 to 258 bytes.
pub fn ofLength(length: u16) Symbol {
    @setRuntimeSafety(true);
    // The longest length has a symbol for itself, beside the scale.
    if (length == length_max) return .{ .index = length_symbol_max, .extra = 0, .extra_bits = 0 };
    var symbol = onScale(length - length_min, 2);
    symbol.index += length_first;
    return symbol;
}

/// 1 to 32768 bytes back.
pub fn ofDistance(distance: u16) Symbol {
    @setRuntimeSafety(true);
    return onScale(distance - 1, 1);
}

fn onScale(value: u16, comptime precision: u4) Symbol {
    @setRuntimeSafety(true);
    const extra_bits: u4 = std.math.log2_int(u16, value | 1 << precision) - precision;
    return .{
        .index = @intCast((@as(u16, extra_bits) << precision) + (value >> extra_bits)),
        .extra = value & ((@as(u16, 1) << extra_bits) - 1),
        .extra_bits = extra_bits,
    };
}
