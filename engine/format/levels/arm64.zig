//! The levels of arm64: a version of the architecture, with the options that Go knows.
//!
//! A version's features are those that it makes mandatory (Arm Architecture Reference Manual, A2.2 to A2.3) and that
//! Linux announces (Documentation/arch/arm64/elf_hwcaps.rst), by their names there. Each version of 9 includes the
//! version of 8 that is five higher. Go 1.26 compiles nothing for them but atomics (ATOMICS, which the option `lse`
//! stands for and v8.1 includes), which its runtime tests at its start (runtime/asm_arm64.s), and leaves the rest to
//! C compilers and to packages with files for a level.
const Architecture = @import("../levels.zig").Architecture;
const Level = @import("../levels.zig").Level;

pub const arm64: Architecture = .{
    .elf_machine = 183,
    .elf_class = 2,
    .function_align = 16,
    .variable = "GOARM64",
    .levels = &levels,
    .default_levels = &.{ "v8.0", "v8.1" },
    .default_base = "v8.1",
};

const Version = struct { name: []const u8, over: ?[]const u8 = null, features: []const []const u8 };

const versions = [_]Version{
    .{ .name = "v8.1", .over = "v8.0", .features = &.{ "ATOMICS", "ASIMDRDM", "CRC32" } },
    .{ .name = "v8.2", .over = "v8.1", .features = &.{"DCPOP"} },
    .{ .name = "v8.3", .over = "v8.2", .features = &.{ "FCMA", "JSCVT", "LRCPC", "PACA" } },
    .{ .name = "v8.4", .over = "v8.3", .features = &.{ "ASIMDDP", "DIT", "FLAGM", "ILRCPC", "USCAT" } },
    .{ .name = "v8.5", .over = "v8.4", .features = &.{ "BTI", "DCPODP", "FLAGM2", "FRINT", "SB" } },
    .{ .name = "v8.6", .over = "v8.5", .features = &.{ "BF16", "I8MM" } },
    .{ .name = "v8.7", .over = "v8.6", .features = &.{"WFXT"} },
    .{ .name = "v8.8", .over = "v8.7", .features = &.{ "HBC", "MOPS" } },
    .{ .name = "v8.9", .over = "v8.8", .features = &.{"CSSC"} },
    .{ .name = "v9.0", .over = "v8.5", .features = &.{"SVE2"} },
    .{ .name = "v9.1", .over = "v9.0", .features = &.{ "BF16", "I8MM" } },
    .{ .name = "v9.2", .over = "v9.1", .features = &.{"WFXT"} },
    .{ .name = "v9.3", .over = "v9.2", .features = &.{ "HBC", "MOPS" } },
    .{ .name = "v9.4", .over = "v9.3", .features = &.{"CSSC"} },
    .{ .name = "v9.5", .over = "v9.4", .features = &.{ "FAMINMAX", "LUT" } },
};

/// FEAT_AES, FEAT_PMULL, FEAT_SHA1 and FEAT_SHA256, as in internal/buildcfg.
const crypto = [_][]const u8{ "AES", "PMULL", "SHA1", "SHA2" };

const levels = levels: {
    var all: [4 + 2 * versions.len]Level = undefined;
    all[0] = .{ .name = "v8.0", .march = "armv8-a", .features = &.{ "ASIMD", "FP" } };
    all[1] = .{ .name = "v8.0,crypto", .march = "armv8-a+crypto", .over = "v8.0", .features = &crypto };
    all[2] = .{ .name = "v8.0,lse", .march = "armv8-a+lse", .over = "v8.0", .features = &.{"ATOMICS"} };
    all[3] = .{
        .name = "v8.0,lse,crypto",
        .aliases = &.{"v8.0,crypto,lse"},
        .march = "armv8-a+lse+crypto",
        .over = "v8.0,lse",
        .features = &crypto,
    };
    for (versions, 0..) |version, index| {
        const name = version.name;
        const march = "arm" ++ (if (name[3] == '0') name[0..2] else name) ++ "-a";
        all[4 + 2 * index] = .{
            .name = name,
            .aliases = &.{name ++ ",lse"},
            .march = march,
            .over = version.over,
            .features = version.features,
        };
        all[5 + 2 * index] = .{
            .name = name ++ ",crypto",
            .aliases = &.{ name ++ ",crypto,lse", name ++ ",lse,crypto" },
            .march = march ++ "+crypto",
            .over = name,
            .features = &crypto,
        };
    }
    break :levels all;
};
