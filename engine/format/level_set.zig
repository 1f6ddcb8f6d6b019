//! A set of levels of one architecture.
const std = @import("std");
const assert = std.debug.assert;
const level_max = @import("levels.zig").level_max;

/// Bit 1 for the first level of the table, and so on.
pub const Levels = struct {
    bits: Bits = 0,

    pub const Bits = std.meta.Int(.unsigned, std.math.ceilPowerOfTwoAssert(u16, @max(level_max + 1, 8)));

    pub fn add(levels: *Levels, level: u8) void {
        assert(level >= 1 and level <= level_max);
        levels.bits |= @as(Bits, 1) << @intCast(level);
    }

    pub fn contains(levels: Levels, level: u8) bool {
        return levels.bits >> @intCast(level) & 1 != 0;
    }

    /// The levels that are in both sets.
    pub fn both(levels: Levels, others: Levels) Levels {
        return .{ .bits = levels.bits & others.bits };
    }

    /// Returns null if the set is empty.
    pub fn lowest(levels: Levels) ?u8 {
        return if (levels.bits == 0) null else @ctz(levels.bits);
    }

    /// Returns null if the set is empty.
    pub fn highest(levels: Levels) ?u8 {
        return if (levels.bits == 0) null else @bitSizeOf(Bits) - 1 - @as(u8, @clz(levels.bits));
    }
};
