//! Selects the level to start: a pure function of the levels in the bundle, the levels that the CPU can run, and the
//! override.
const std = @import("std");
const assert = std.debug.assert;
const levels = @import("levels.zig");

pub const Levels = levels.Levels;

pub const Selection = struct {
    level: u8,
    /// Whether the override asks for more than the CPU can run.
    override_refused: bool = false,
};

/// Returns null if no variant fits the CPU. `override` is null if the user asks for no level.
pub fn select(present: Levels, cpu: Levels, override: ?u8) ?Selection {
    assert(present.bits != 0);
    const best = present.both(cpu).highest() orelse return null;
    const wanted = override orelse return .{ .level = best };
    const asked = present.both(levels.within(wanted)).highest() orelse present.lowest().?;
    if (!cpu.contains(asked)) return .{ .level = best, .override_refused = true };
    return .{ .level = asked };
}

test "select agrees with its definition, for all bundles of up to three levels" {
    const count = levels.highest + 1;
    for (1..count) |first| for (1..count) |second| for (1..count) |third| {
        const numbers = [_]u8{ @intCast(first), @intCast(second), @intCast(third) };
        if (!std.sort.isSorted(u8, &numbers, {}, std.sort.asc(u8))) continue;
        try expectDefinition(&numbers, .{});
        for (1..count) |cpu_level| try expectDefinition(&numbers, levels.within(@intCast(cpu_level)));
    };
}

fn expectDefinition(numbers: []const u8, cpu: Levels) !void {
    var present: Levels = .{};
    var best: ?u8 = null;
    for (numbers) |level| {
        present.add(level);
        if (cpu.contains(level)) best = level;
    }
    for (0..levels.highest + 1) |override| {
        var asked: u8 = numbers[0];
        if (override > 0) for (numbers) |level| {
            if (levels.within(@intCast(override)).contains(level)) asked = level;
        };
        const expected: ?Selection = if (best) |fits| expected: {
            if (override == 0) break :expected .{ .level = fits };
            if (cpu.contains(asked)) break :expected .{ .level = asked };
            break :expected .{ .level = fits, .override_refused = true };
        } else null;
        const override_level: ?u8 = if (override == 0) null else @intCast(override);
        try std.testing.expectEqual(expected, select(present, cpu, override_level));
    }
}

test "select picks what the README's examples say" {
    if (levels.architecture != .amd64) return error.SkipZigTest;
    const all = levelsOf("1234");
    try expectLevel(3, false, select(all, levels.within(3), null));
    try expectLevel(1, false, select(all, levels.within(3), 1));
    try expectLevel(3, true, select(all, levels.within(3), 4));
    try expectLevel(1, false, select(levelsOf("13"), levels.within(4), 2));
    try expectLevel(3, false, select(levelsOf("34"), levels.within(4), 1));
    try expectLevel(2, false, select(levelsOf("2"), levels.within(2), 4));
    try std.testing.expectEqual(null, select(levelsOf("34"), levels.within(2), null));
    try std.testing.expectEqual(null, select(levelsOf("34"), levels.within(2), 3));
    try std.testing.expectEqual(null, select(all, .{}, 1));
}

fn levelsOf(digits: []const u8) Levels {
    var found: Levels = .{};
    for (digits) |digit| found.add(digit - '0');
    return found;
}

fn expectLevel(level: u8, override_refused: bool, selection: ?Selection) !void {
    const expected: Selection = .{ .level = level, .override_refused = override_refused };
    try std.testing.expectEqual(@as(?Selection, expected), selection);
}
