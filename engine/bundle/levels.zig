//! The set of levels that a bundle has variants for.
const std = @import("std");
const assert = std.debug.assert;
const level_max = @import("format").level_max;

/// The levels in a bundle: bit 1 for v1 to bit 4 for v4.
pub const Levels = struct {
    bits: u8 = 0,

    pub fn add(levels: *Levels, level: u8) void {
        assert(level >= 1 and level <= level_max);
        levels.bits |= @as(u8, 1) << @intCast(level);
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
        return 7 - @clz(levels.bits);
    }

    fn contains(levels: Levels, level: u8) bool {
        return levels.bits & (@as(u8, 1) << @intCast(level)) != 0;
    }
};
