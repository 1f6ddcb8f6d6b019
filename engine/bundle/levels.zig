//! The set of levels that a bundle has variants for.
const std = @import("std");
const assert = std.debug.assert;
const level_max = @import("format").level_max;

/// The levels in a bundle: bit 1 for the lowest of all levels, and so on.
pub const Levels = struct {
    bits: Bits = 0,

    const Bits = std.meta.Int(.unsigned, std.math.ceilPowerOfTwoAssert(u16, @max(level_max + 1, 8)));

    pub fn add(levels: *Levels, level: u8) void {
        assert(level >= 1 and level <= level_max);
        levels.bits |= @as(Bits, 1) << @intCast(level);
    }

    /// The highest of the levels that is not above `level`, or null.
    pub fn highestUpTo(levels: Levels, level: u8) ?u8 {
        var candidate = level;
        while (candidate >= 1) : (candidate -= 1) {
            if (levels.contains(candidate)) return candidate;
        }
        return null;
    }

    pub fn lowest(levels: Levels) u8 {
        return @ctz(levels.bits);
    }

    pub fn highest(levels: Levels) u8 {
        return @bitSizeOf(Bits) - 1 - @clz(levels.bits);
    }

    fn contains(levels: Levels, level: u8) bool {
        return levels.bits & (@as(Bits, 1) << @intCast(level)) != 0;
    }
};
