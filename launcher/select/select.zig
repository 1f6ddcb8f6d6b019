//! Selects the level to start: a pure function of the levels in the bundle, the level of the CPU and the override.
const std = @import("std");
const assert = std.debug.assert;
const level_max = @import("levels.zig").highest;

pub const Levels = @import("bundle").Levels;

pub const Selection = struct {
    level: u8,
    /// Whether the override asks for more than the CPU can run.
    override_refused: bool = false,
};

/// Returns null if no variant fits the CPU. `override` is null if the user asks for no level.
pub fn select(present: Levels, cpu_level: u8, override: ?u8) ?Selection {
    assert(present.bits != 0);
    assert(cpu_level <= level_max);
    const best = present.highestUpTo(cpu_level) orelse return null;
    const wanted = override orelse return .{ .level = best };
    const asked = present.highestUpTo(wanted) orelse present.lowest();
    if (asked > cpu_level) return .{ .level = best, .override_refused = true };
    return .{ .level = asked };
}

test "select agrees with its definition by sets, for all arguments" {
    for (1..16) |set| {
        var present: Levels = .{};
        for (1..5) |level| {
            if (set & (@as(usize, 1) << @intCast(level - 1)) != 0) present.add(@intCast(level));
        }
        for (0..5) |cpu_level| {
            for (0..5) |override| {
                var best: ?u8 = null;
                var at_most: ?u8 = null;
                var lowest: ?u8 = null;
                for (1..5) |level_index| {
                    const level: u8 = @intCast(level_index);
                    if (set >> @intCast(level - 1) & 1 == 0) continue;
                    if (lowest == null) lowest = level;
                    if (level <= cpu_level) best = level;
                    if (level <= override) at_most = level;
                }
                const expected: ?Selection = if (best) |fits| expected: {
                    if (override == 0) break :expected .{ .level = fits };
                    const asked = at_most orelse lowest.?;
                    break :expected if (asked <= cpu_level)
                        .{ .level = asked }
                    else
                        .{ .level = fits, .override_refused = true };
                } else null;
                const override_level: ?u8 = if (override == 0) null else @intCast(override);
                try std.testing.expectEqual(expected, select(present, @intCast(cpu_level), override_level));
            }
        }
    }
}

test "select picks what the README's examples say" {
    const all = levelsOf("1234");
    try expectLevel(3, false, select(all, 3, null));
    try expectLevel(1, false, select(all, 3, 1));
    try expectLevel(3, true, select(all, 3, 4));
    try expectLevel(1, false, select(levelsOf("13"), 4, 2));
    try expectLevel(3, false, select(levelsOf("34"), 4, 1));
    try expectLevel(2, false, select(levelsOf("2"), 2, 4));
    try std.testing.expectEqual(null, select(levelsOf("34"), 2, null));
    try std.testing.expectEqual(null, select(levelsOf("34"), 2, 3));
    try std.testing.expectEqual(null, select(all, 0, 1));
}

fn levelsOf(digits: []const u8) Levels {
    var levels: Levels = .{};
    for (digits) |digit| levels.add(digit - '0');
    return levels;
}

fn expectLevel(level: u8, override_refused: bool, selection: ?Selection) !void {
    const expected: Selection = .{ .level = level, .override_refused = override_refused };
    try std.testing.expectEqual(@as(?Selection, expected), selection);
}
