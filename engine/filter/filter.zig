//! Filters: reversible changes to a frame's bytes that make them compress better.
//!
//! Code calls or reads the same function or variable from many places, each time by another distance. The filter
//! `code` has the target's address instead, so that equal operands have equal bytes: archivers call it BCJ. Here it
//! covers addresses relative to RIP, too, which are half of those in Go code.
//!
//! An operand is left alone unless it is a distance within the file's size. Of distances and targets the low `bits`
//! count, with sign: so both are within that range, or neither is.
const std = @import("std");
const arch = @import("arch");

pub const Direction = enum {
    /// Distances become targets: for the encoder.
    forward,
    /// Targets become distances.
    backward,
};

/// Returns how many bits the numbers have, in a file of so many bytes: at least 25.
pub fn bitsFor(file_size: u64) u6 {
    @setRuntimeSafety(true);
    var bits: u6 = 25;
    while (bits < 32 and file_size > @as(u64, 1) << (bits - 1)) bits += 1;
    return bits;
}

/// Changes code in place. `position` is that of the first byte in its file; both directions must be told the same.
pub noinline fn code(
    comptime direction: Direction,
    comptime architecture: arch.Architecture,
    bytes: []u8,
    position: u64,
    bits: u6,
) void {
    const context: Context(direction) = .{ .numbers = .of(bits) };
    arch.operands(architecture).changeEach(bytes, @truncate(position), context, @TypeOf(context).change);
}

fn Context(comptime direction: Direction) type {
    return struct {
        numbers: Numbers,

        pub const has_targets = direction == .backward;

        pub inline fn wrap(context: @This(), target: u32) u32 {
            return context.numbers.wrap(target);
        }

        inline fn change(context: @This(), place: u32, operand: u32) u32 {
            const numbers = context.numbers;
            if (!numbers.have(operand)) return operand;
            return numbers.wrap(if (direction == .forward) operand +% place else operand -% place);
        }
    };
}

/// The numbers of so many bits, with sign.
pub const Numbers = struct {
    /// The distance from the lowest to 0.
    half: u32,
    mask: u32,

    pub fn of(bits: u6) Numbers {
        @setRuntimeSafety(true);
        const unused: u5 = @intCast(32 - bits);
        const mask = ~@as(u32, 0) >> unused;
        return .{ .half = mask / 2 + 1, .mask = mask };
    }

    pub inline fn have(numbers: Numbers, value: u32) bool {
        return value +% numbers.half <= numbers.mask;
    }

    /// Returns the number that has the same low bits.
    pub inline fn wrap(numbers: Numbers, value: u32) u32 {
        return (value +% numbers.half & numbers.mask) -% numbers.half;
    }
};
