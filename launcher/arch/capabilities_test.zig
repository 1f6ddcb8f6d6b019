//! Levels of CPUs by what their kernels announce. Comments name the machines that announce it, and the features as
//! /proc/cpuinfo lists them.
const std = @import("std");
const format = @import("format");
const Levels = format.Levels;
const arm = @import("arm/cpu.zig");
const arm64 = @import("arm64/cpu.zig");
const ppc64le = @import("ppc64le/cpu.zig");
const riscv64 = @import("riscv64/cpu.zig");

fn expectHighest(comptime architecture: []const u8, level: ?[]const u8, found: Levels) !void {
    const table = format.levels.Table(@field(format.levels.architectures, architecture));
    const highest = found.highest() orelse return std.testing.expectEqual(null, level);
    try std.testing.expectEqualStrings(level orelse return error.TestUnexpectedResult, table.nameOf(highest));
}

test "arm goes by the instruction set and by floating point" {
    inline for (.{
        // Feroceon of a SheevaPlug: swp half thumb fastmult edsp.
        .{ "5", 0x97, "v5l" },
        // Raspberry Pi Zero: half thumb fastmult vfp edsp java tls.
        .{ "6", 0x81d6, "v6l" },
        // Raspberry Pi 3 with a 32-bit kernel, and with a 64-bit one.
        .{ "7", 0x3fb0d6, "v7l" },
        .{ "7", 0x3fb0d6, "v8l" },
        // Tegra 2: vfpv3d16 without NEON.
        .{ "7", 0xe0d6, "v7l" },
        // Kernels without the code for floating point, and one that names no platform.
        .{ "6,softfloat", 0x8196, "v6l" },
        .{ "7,softfloat", 0x8096, "v7l" },
        .{ "5,hardfloat", 0xd6, "v5l" },
        .{ "7", 0x3fb0d6, "" },
        .{ "5", 0x96, "" },
        .{ null, 0x07, "v4l" },
    }) |case| try expectHighest("arm", case[0], arm.levels(arm.decide(case[1], case[2])));
}

test "arm64 goes by AT_HWCAP and AT_HWCAP2" {
    inline for (.{
        // Raspberry Pi 3: fp asimd evtstrm crc32 cpuid.
        .{ "v8.0", 0x887, 0 },
        // The same with aes pmull sha1 sha2: Cortex-A72 of AWS's a1.
        .{ "v8.0,crypto", 0x8ff, 0 },
        // Graviton 2, and Ampere Altra, both of Neoverse N1.
        .{ "v8.2,crypto", 0x1011_9fff, 0 },
        // LSE in a kernel before it knows ASIMDRDM.
        .{ "v8.0,lse", 0x103, 0 },
        .{ null, 0, 0 },
    }) |case| try expectHighest("arm64", case[0], arm64.levels(.{ .hwcap = case[1], .hwcap2 = case[2] }));
}

test "riscv64 goes by riscv_hwprobe, and by letters where it is missing" {
    inline for (.{
        // VisionFive 2: Zba and Zbb without Zbs.
        .{ "rva20u64", 0x1b },
        // With Zbs, and V alone on top.
        .{ "rva22u64", 0x3b },
        .{ "rva22u64", 0x3f },
        .{ "rva23u64", std.math.maxInt(u64) },
    }) |case| try expectHighest("riscv64", case[0], riscv64.levels(.{ .base_behavior = 1, .ima_ext_0 = case[1] }));
    // imafdc, and without f and d.
    try expectHighest("riscv64", "rva20u64", riscv64.levels(riscv64.fromLetters(0x112d)));
    try expectHighest("riscv64", null, riscv64.levels(riscv64.fromLetters(0x1105)));
}

test "ppc64le goes by AT_HWCAP2" {
    inline for (.{
        .{ "power8", 0xdc00_65c2, 0xef00_0000 },
        .{ "power9", 0xdc00_65c2, 0xbef0_0000 },
        .{ "power10", 0xdc00_65c2, 0x8ee6_0000 },
        // Without VSX in the kernel.
        .{ null, 0xdc00_6542, 0xef00_0000 },
    }) |case| try expectHighest("ppc64le", case[0], ppc64le.levels(.{ .hwcap = case[1], .hwcap2 = case[2] }));
}
