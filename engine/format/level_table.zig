//! The levels of an architecture by their numbers: names and features, held in place. Tables of slices would need
//! relocations, which the launcher has none of.
const std = @import("std");
const assert = std.debug.assert;
const Architecture = @import("levels.zig").Architecture;
const Level = @import("levels.zig").Level;
const Levels = @import("level_set.zig").Levels;

pub fn Table(comptime architecture: Architecture) type {
    const rows = architecture.levels;
    return struct {
        /// The number of the last level.
        pub const highest: u8 = rows.len;

        /// Names of the features of all levels.
        pub const features = featuresOf(rows);

        /// The features that each level needs: bits in the order of `features`.
        pub const needs = needsOf(rows);

        /// The names of the levels without options as a sentence lists them: "v1, v2, v3 or v4".
        pub const list = listOf(rows);

        const Text = [textSize(rows):0]u8;
        const names = namesOf(rows, Text);
        const aliases = aliasesOf(rows, Text);
        const included = includedOf(rows);

        /// Returns the name of the level of this number.
        pub fn nameOf(level: u8) []const u8 {
            return std.mem.sliceTo(&names[level - 1], 0);
        }

        /// Returns the number of the level of this name, or of this alias; null if there is none.
        pub fn find(name: []const u8) ?u8 {
            for (&names, 1..) |*known, level| {
                if (std.mem.eql(u8, std.mem.sliceTo(known, 0), name)) return @intCast(level);
            }
            for (&aliases) |*alias| {
                if (std.mem.eql(u8, std.mem.sliceTo(&alias.name, 0), name)) return alias.level;
            }
            return null;
        }

        /// Returns the levels that need no more than this one, with itself.
        pub fn within(level: u8) Levels {
            return .{ .bits = included[level - 1] };
        }

        /// Returns the names of what a level needs.
        pub fn needsByName(comptime level: u8) []const []const u8 {
            comptime {
                var found: []const []const u8 = &.{};
                for (features, 0..) |name, index| {
                    if (needs[level - 1] >> index & 1 != 0) found = found ++ .{name};
                }
                return found;
            }
        }
    };
}

fn textSize(comptime rows: []const Level) usize {
    var size = 0;
    for (rows) |level| {
        size = @max(size, level.name.len);
        for (level.aliases) |alias| size = @max(size, alias.len);
    }
    return size;
}

fn namesOf(comptime rows: []const Level, comptime Text: type) [rows.len]Text {
    var all: [rows.len]Text = undefined;
    for (&all, rows) |*name, level| name.* = padded(Text, level.name);
    return all;
}

fn Alias(comptime Text: type) type {
    return struct { name: Text, level: u8 };
}

fn aliasCount(comptime rows: []const Level) usize {
    var count = 0;
    for (rows) |level| count += level.aliases.len;
    return count;
}

fn aliasesOf(comptime rows: []const Level, comptime Text: type) [aliasCount(rows)]Alias(Text) {
    var all: [aliasCount(rows)]Alias(Text) = undefined;
    var count = 0;
    for (rows, 1..) |level, number| for (level.aliases) |alias| {
        all[count] = .{ .name = padded(Text, alias), .level = number };
        count += 1;
    };
    return all;
}

fn padded(comptime Text: type, comptime text: []const u8) Text {
    var result: Text = @splat(0);
    @memcpy(result[0..text.len], text);
    return result;
}

fn featuresOf(comptime rows: []const Level) []const []const u8 {
    @setEvalBranchQuota(100_000);
    var all: []const []const u8 = &.{};
    for (rows) |level| for (level.features) |name| {
        if (indexOf(all, name) == null) all = all ++ .{name};
    };
    return all;
}

fn needsOf(comptime rows: []const Level) [rows.len]u64 {
    @setEvalBranchQuota(100_000);
    const features = featuresOf(rows);
    var all: [rows.len]u64 = undefined;
    for (&all, rows, 0..) |*set, level, row| {
        set.* = if (level.over) |name| all[rowOf(rows[0..row], name)] else 0;
        for (level.features) |name| set.* |= 1 << indexOf(features, name).?;
    }
    return all;
}

fn rowOf(comptime rows: []const Level, comptime name: []const u8) usize {
    for (rows, 0..) |level, row| if (std.mem.eql(u8, level.name, name)) return row;
    @compileError("no level " ++ name ++ " stands in front of one that is over it");
}

fn indexOf(comptime all: []const []const u8, comptime name: []const u8) ?u6 {
    for (all, 0..) |known, index| if (std.mem.eql(u8, known, name)) return index;
    return null;
}

fn includedOf(comptime rows: []const Level) [rows.len]Levels.Bits {
    @setEvalBranchQuota(100_000);
    const needs = needsOf(rows);
    var all: [rows.len]Levels.Bits = undefined;
    for (&all, needs, 1..) |*bits, own, number| {
        var found: Levels = .{};
        for (needs, 1..) |others, other| {
            if (others & ~own != 0) continue;
            assert(other <= number);
            found.add(other);
        }
        bits.* = found.bits;
    }
    return all;
}

fn listOf(comptime rows: []const Level) []const u8 {
    @setEvalBranchQuota(10_000);
    var plain: []const []const u8 = &.{};
    for (rows) |level| {
        if (std.mem.indexOfScalar(u8, level.name, ',') == null) plain = plain ++ .{level.name};
    }
    var text = plain[0];
    for (plain[1..], 2..) |name, count| text = text ++ (if (count < plain.len) ", " else " or ") ++ name;
    return text;
}
