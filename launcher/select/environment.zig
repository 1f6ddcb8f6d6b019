//! The user's wishes in the environment: the level and MGODEBUG.
const std = @import("std");
const levels = @import("levels.zig");

pub const Environment = struct {
    /// The level that its variable names.
    level: ?u8 = null,
    /// The value of the variable if it names no level.
    level_unknown: ?[]const u8 = null,
    debug: Debug = .{},
    /// The first word of MGODEBUG that means nothing.
    debug_unknown: ?[]const u8 = null,
};

/// The words of MGODEBUG.
pub const Debug = struct {
    /// Print what is started and what was ignored.
    log: bool = false,
    /// Write the variant to stdout instead of starting it.
    extract: bool = false,
    /// Put debug data and symbols into the memfd, too.
    symbols: bool = false,
    /// Start the base of the direct layout, whatever else the CPU can run.
    base: bool = false,
};

/// Reads the environment. If a name occurs twice, the first counts, as for getenv.
pub fn parse(variables: [*:null]const ?[*:0]const u8) Environment {
    var environment: Environment = .{};
    if (find(variables, levels.variable ++ "=")) |value| {
        environment.level = levels.find(value);
        if (environment.level == null and value.len > 0) environment.level_unknown = value;
    }
    if (find(variables, "MGODEBUG=")) |value| parseDebug(value, &environment);
    return environment;
}

/// Returns the value of a variable; `prefix` is its name with the equals sign.
pub noinline fn find(variables: [*:null]const ?[*:0]const u8, prefix: []const u8) ?[:0]const u8 {
    var index: usize = 0;
    while (variables[index]) |variable| : (index += 1) {
        if (startsWith(variable, prefix)) return std.mem.span(variable + prefix.len);
    }
    return null;
}

fn startsWith(variable: [*:0]const u8, prefix: []const u8) bool {
    // Stopping at the first difference, it never reads past the variable's final zero.
    for (prefix, 0..) |byte, index| {
        if (variable[index] != byte) return false;
    }
    return true;
}

fn parseDebug(value: []const u8, environment: *Environment) void {
    var asked = std.mem.tokenizeScalar(u8, value, ',');
    words: while (asked.next()) |word| {
        inline for (@typeInfo(Debug).@"struct".fields) |field| {
            if (std.mem.eql(u8, word, field.name)) {
                @field(environment.debug, field.name) = true;
                continue :words;
            }
        }
        if (environment.debug_unknown == null) environment.debug_unknown = word;
    }
}

test "an environment without the variables asks for nothing" {
    try std.testing.expectEqualDeep(Environment{}, parse(&.{}));
    try std.testing.expectEqualDeep(
        Environment{},
        parse(&.{ "A=b", "", "GOAMD6=v1", "XGOAMD64=v1", "GOAMD64", "MGODEBU=log" }),
    );
}

test "GOAMD64 names a level" {
    for ([_][*:0]const u8{ "GOAMD64=v1", "GOAMD64=v2", "GOAMD64=v3", "GOAMD64=v4" }, 1..) |variable, level| {
        try std.testing.expectEqualDeep(Environment{ .level = @intCast(level) }, parse(&.{ "A=b", variable }));
    }
}

test "GOAMD64 with any other value is kept for the log" {
    inline for (.{ "v0", "v5", "v", "v33", "V3", "3", " v3", "v3 ", "sse" }) |value| {
        try std.testing.expectEqualDeep(Environment{ .level_unknown = value }, parse(&.{"GOAMD64=" ++ value}));
    }
    try std.testing.expectEqualDeep(Environment{}, parse(&.{"GOAMD64="}));
}

test "the first of two variables of one name counts" {
    const parsed = parse(&.{ "GOAMD64=v2", "MGODEBUG=log", "GOAMD64=v3", "MGODEBUG=extract" });
    try std.testing.expectEqualDeep(Environment{ .level = 2, .debug = .{ .log = true } }, parsed);
}

test "MGODEBUG is a list of words" {
    try expectDebug(.{ .log = true }, null, "log");
    try expectDebug(.{ .log = true, .extract = true }, null, "extract,log");
    try expectDebug(.{ .symbols = true, .base = true }, null, ",symbols,,base,");
    try expectDebug(.{}, null, "");
    try expectDebug(.{}, null, ",");
    try expectDebug(.{}, "logs", "logs,lo,Log, log,log=1");
    try expectDebug(.{ .extract = true }, "unknown", "unknown,extract,other");
}

fn expectDebug(expected: Debug, unknown: ?[]const u8, comptime value: []const u8) !void {
    const parsed = parse(&.{"MGODEBUG=" ++ value});
    try std.testing.expectEqualDeep(Environment{ .debug = expected, .debug_unknown = unknown }, parsed);
}
