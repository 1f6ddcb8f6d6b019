//! Selects the level to start: a pure function of the levels in the bundle, the levels that the CPU can run, the
//! override, and in the direct layout what is known of the base.
const std = @import("std");
const assert = std.debug.assert;
const StartPolicy = @import("format").StartPolicy;
const levels = @import("levels.zig");

pub const Levels = levels.Levels;

/// A variant that the bundle itself is.
pub const InPlace = struct {
    base: u8,
    policy: StartPolicy,
    /// The levels whose variants change nothing of the base outside of Go's own runtime.
    alike: Levels,
};

pub const Selection = struct {
    level: u8,
    /// Whether the override asks for more than the CPU can run.
    override_refused: bool = false,
    /// The best level that the CPU can run, where that is not the base and nobody asked for a level: it was weighed
    /// against the base.
    weighed: ?u8 = null,
};

/// Returns null if no variant fits the CPU. `override` is null if the user asks for no level, `in_place` in the packed
/// layout.
pub fn select(present: Levels, cpu: Levels, override: ?u8, in_place: ?InPlace) ?Selection {
    assert(present.bits != 0);
    const best = present.both(cpu).highest() orelse return null;
    const wanted = override orelse return selectBest(best, cpu, in_place);
    const asked = present.both(levels.within(wanted)).highest() orelse present.lowest().?;
    if (!cpu.contains(asked)) return .{ .level = best, .override_refused = true };
    return .{ .level = asked };
}

fn selectBest(best: u8, cpu: Levels, in_place: ?InPlace) Selection {
    const one = in_place orelse return .{ .level = best };
    if (best == one.base or !cpu.contains(one.base)) return .{ .level = best };
    const stays = switch (one.policy) {
        .best => false,
        .base => true,
        .auto => one.alike.contains(best),
    };
    return .{ .level = if (stays) one.base else best, .weighed = best };
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

const policies = std.enums.values(StartPolicy);

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
        try std.testing.expectEqual(expected, select(present, cpu, override_level, null));
        // A base in place makes no difference to who asks for a level, nor where the CPU cannot run it.
        for (numbers) |base| for (policies) |policy| for ([_]Levels{ .{}, present }) |alike| {
            const found = select(present, cpu, override_level, .{ .base = base, .policy = policy, .alike = alike });
            if (override > 0 or best == null or best.? == base or !cpu.contains(base)) {
                try std.testing.expectEqual(expected, found);
                continue;
            }
            const stays = policy == .base or (policy == .auto and alike.bits != 0);
            const level = if (stays) base else best.?;
            try std.testing.expectEqual(@as(?Selection, .{ .level = level, .weighed = best }), found);
        };
    }
}

test "select picks what the README's examples say" {
    if (levels.architecture != .amd64) return error.SkipZigTest;
    const all = levelsOf("1234");
    try expectLevel(3, false, select(all, levels.within(3), null, null));
    try expectLevel(1, false, select(all, levels.within(3), 1, null));
    try expectLevel(3, true, select(all, levels.within(3), 4, null));
    try expectLevel(1, false, select(levelsOf("13"), levels.within(4), 2, null));
    try expectLevel(3, false, select(levelsOf("34"), levels.within(4), 1, null));
    try expectLevel(2, false, select(levelsOf("2"), levels.within(2), 4, null));
    try std.testing.expectEqual(null, select(levelsOf("34"), levels.within(2), null, null));
    try std.testing.expectEqual(null, select(levelsOf("34"), levels.within(2), 3, null));
    try std.testing.expectEqual(null, select(all, .{}, 1, null));
}

test "auto leaves the base only for what its own best level gains" {
    if (levels.architecture != .amd64) return error.SkipZigTest;
    const all = levelsOf("1234");
    const auto: InPlace = .{ .base = 3, .policy = .auto, .alike = levelsOf("34") };
    try expectWeighed(3, 4, select(all, levels.within(4), null, auto));
    try expectLevel(3, false, select(all, levels.within(3), null, auto));
    try expectLevel(2, false, select(all, levels.within(2), null, auto));
    try expectLevel(4, false, select(all, levels.within(4), 4, auto));
    // Levels between the two are of no account.
    const low: InPlace = .{ .base = 1, .policy = .auto, .alike = levelsOf("12") };
    try expectWeighed(1, 2, select(all, levels.within(2), null, low));
    try expectWeighed(4, 4, select(all, levels.within(4), null, low));
}

fn expectWeighed(level: u8, weighed: u8, selection: ?Selection) !void {
    const expected: Selection = .{ .level = level, .weighed = weighed };
    try std.testing.expectEqual(@as(?Selection, expected), selection);
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
