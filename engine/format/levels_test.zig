const std = @import("std");
const levels = @import("format").levels;

test "names and numbers of levels stand for each other" {
    inline for (@typeInfo(levels.architectures).@"struct".decls) |declared| {
        const architecture = @field(levels.architectures, declared.name);
        const table = levels.Table(architecture);
        inline for (architecture.levels, 1..) |level, number| {
            try std.testing.expectEqualStrings(level.name, table.nameOf(number));
            try std.testing.expectEqual(@as(?u8, number), table.find(level.name));
            inline for (level.aliases) |alias| try std.testing.expectEqual(@as(?u8, number), table.find(alias));
            try std.testing.expect(table.within(number).contains(number));
        }
        try std.testing.expect(table.find(architecture.default_base) != null);
        for (architecture.default_levels) |name| try std.testing.expect(table.find(name) != null);
        for ([_][]const u8{ "", "v", "v0", "v33", "V3", "3", "5,", "6,hard", "v8", "v8.1,", "power", "rva22" }) |name| {
            try std.testing.expectEqual(null, table.find(name));
        }
    }
    try std.testing.expectEqualStrings("v1, v2, v3 or v4", levels.Table(levels.architectures.amd64).list);
}

test "levels include those that need no more" {
    try expectWithin("amd64", "v3", &.{ "v1", "v2", "v3" });
    try expectWithin("arm", "7,softfloat", &.{ "5", "6,softfloat", "7,softfloat" });
    try expectWithin("arm", "5,hardfloat", &.{ "5", "5,hardfloat" });
    try expectWithin("arm", "6", &.{ "5", "6,softfloat", "5,hardfloat", "6" });
    try expectWithin("arm", "7", &.{ "5", "6,softfloat", "7,softfloat", "5,hardfloat", "6", "7" });
    try expectWithin("arm64", "v8.1", &.{ "v8.0", "v8.0,lse", "v8.1" });
    try expectWithin("arm64", "v8.1,crypto", &.{
        "v8.0", "v8.0,crypto", "v8.0,lse", "v8.0,lse,crypto", "v8.1", "v8.1,crypto",
    });
    // v9.0 diverged from v8.5: see Supports of internal/buildcfg.
    try expectWithin("arm64", "v9.0", &.{ "v8.0", "v8.0,lse", "v8.1", "v8.2", "v8.3", "v8.4", "v8.5", "v9.0" });
    try expectWithin("riscv64", "rva23u64", &.{ "rva20u64", "rva22u64", "rva23u64" });
    try expectWithin("ppc64le", "power9", &.{ "power8", "power9" });
}

fn expectWithin(comptime name: []const u8, comptime level: []const u8, expected: []const []const u8) !void {
    const table = levels.Table(@field(levels.architectures, name));
    var set: levels.Levels = .{};
    for (expected) |one| set.add(table.find(one).?);
    try std.testing.expectEqual(set, table.within(table.find(level).?));
}
