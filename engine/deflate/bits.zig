//! Bits in the order of RFC 1951 section 3.1.1: each byte is filled from its least significant bit.
const std = @import("std");
const output_file = @import("output.zig");
const Error = output_file.Error;
const Output = output_file.Output;

pub const Bits = struct {
    output: *Output,
    /// The bits that are not yet in `output`, the first one lowest; those above `count` are zero.
    pending: u64 = 0,
    /// Less than 32 between calls.
    count: u6 = 0,

    /// Appends the `count` low bits of `value`, at most 32; its other bits are zero.
    pub fn put(bits: *Bits, value: u32, count: u6) Error!void {
        @setRuntimeSafety(true);
        bits.pending |= @as(u64, value) << bits.count;
        bits.count += count;
        if (bits.count >= 32) {
            try bits.output.writeWord(@truncate(bits.pending));
            bits.pending >>= 32;
            bits.count -= 32;
        }
    }

    /// Appends zero bits up to the next whole byte, and hands on all bytes.
    pub fn alignToByte(bits: *Bits) Error!void {
        @setRuntimeSafety(true);
        var bytes: [8]u8 = undefined;
        std.mem.writeInt(u64, &bytes, bits.pending, .little);
        const size = (@as(usize, bits.count) + 7) / 8;
        bits.pending = 0;
        bits.count = 0;
        try bits.output.write(bytes[0..size]);
    }
};
