const std = @import("std");
const levels = @import("format").levels;

test "names and numbers of levels stand for each other" {
    inline for (@typeInfo(levels.architectures).@"struct".decls) |declared| {
        const architecture = @field(levels.architectures, declared.name);
        const names = levels.Names(architecture);
        inline for (architecture.levels, 1..) |level, number| {
            try std.testing.expectEqualStrings(level.name, names.of(number));
            try std.testing.expectEqual(@as(?u8, number), names.find(level.name));
        }
        try std.testing.expect(names.find(architecture.default_base) != null);
        for (architecture.default_levels) |name| try std.testing.expect(names.find(name) != null);
        for ([_][]const u8{ "", "v", "v0", "v33", "V3", "3" }) |name| {
            try std.testing.expectEqual(null, names.find(name));
        }
    }
    try std.testing.expectEqualStrings("v1, v2, v3 or v4", levels.Names(levels.architectures.amd64).list);
}
