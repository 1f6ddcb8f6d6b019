//! Levels of CPUs by what their kernels announce: listings of /proc/cpuinfo and of kernel logs that their users have
//! published, beside their addresses.
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

/// The features of AT_HWCAP by their names in /proc/cpuinfo, from bit 0 on (<asm/hwcap.h>).
const names_of_arm = "swp half thumb 26bit fastmult fpa vfp edsp java iwmmxt crunch thumbee neon vfpv3 vfpv3d16 tls " ++
    "vfpv4 idiva idivt vfpd32 lpae evtstrm";
const names_of_arm64 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma " ++
    "lrcpc dcpop sha3 sm3 sm4 asimddp sha512 sve asimdfhm dit uscat ilrcpc flagm ssbs sb paca pacg";

/// Returns the bits of the features in a listing. Names of AT_HWCAP2, as crc32 on arm, have none.
fn bitsOf(names: []const u8, listing: []const u8) u64 {
    var bits: u64 = 0;
    var listed = std.mem.tokenizeScalar(u8, listing, ' ');
    while (listed.next()) |name| {
        var known = std.mem.tokenizeScalar(u8, names, ' ');
        var bit: u6 = 0;
        while (known.next()) |one| : (bit += 1) {
            if (std.mem.eql(u8, one, name)) bits |= @as(u64, 1) << bit;
        }
    }
    return bits;
}

test "arm goes by the instruction set and by floating point" {
    const v7 = "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae evtstrm crc32";
    inline for (.{
        // Raspberry Pi Zero: https://github.com/gary-rowe/hid4java/issues/118
        .{ "6", "half thumb fastmult vfp edsp java tls", "v6l" },
        // Raspberry Pi 3, 32 bits: https://github.com/jgarff/rpi_ws281x/issues/99
        .{ "7", v7, "v7l" },
        // A kernel of 64 bits, to a program of 32: https://github.com/machinekit/machinekit-hal/pull/299
        .{ "7", "half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt lpae evtstrm aes pmull sha1", "v8l" },
        // Armada 370, without NEON: https://github.com/SynoCommunity/spksrc/issues/5283
        .{ "7", "swp half thumb fastmult vfp edsp vfpv3 vfpv3d16 tls", "v7l" },
        // CPUs or kernels without floating point, and some that name no platform.
        .{ "5", "swp half thumb fastmult edsp", "v5l" },
        .{ "6,softfloat", "half thumb fastmult edsp java tls", "v6l" },
        .{ "7,softfloat", "half thumb fastmult edsp tls", "v7l" },
        .{ "5,hardfloat", "half thumb fastmult vfp edsp", "v5l" },
        .{ "7", v7, "" },
        .{ "5", "half thumb fastmult edsp", "" },
        .{ null, "swp half thumb", "v4l" },
    }) |case| try expectHighest("arm", case[0], arm.levels(arm.decide(bitsOf(names_of_arm, case[1]), case[2])));
}

test "arm64 goes by AT_HWCAP and AT_HWCAP2" {
    const a72 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid";
    const n1 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp";
    inline for (.{
        // Raspberry Pi 3: https://github.com/hrw/arm-socs-table/issues/29
        .{ "v8.0", "fp asimd evtstrm crc32 cpuid" },
        // Cortex-A72 of AWS's a1: https://github.com/aws/aws-graviton-getting-started/pull/441
        .{ "v8.0,crypto", a72 },
        // Graviton 2: https://github.com/archspec/archspec-json/issues/41
        .{ "v8.2,crypto", n1 ++ " ssbs" },
        // Ampere Altra (Mt. Jade): https://github.com/llvm/llvm-zorg/pull/354
        .{ "v8.2,crypto", n1 },
        // LSE in a kernel before it knows ASIMDRDM.
        .{ "v8.0,lse", "fp asimd atomics" },
        .{ null, "" },
    }) |case| {
        const hwcap = bitsOf(names_of_arm64, case[1]);
        try expectHighest("arm64", case[0], arm64.levels(.{ .hwcap = hwcap, .hwcap2 = 0 }));
    }
}

test "riscv64 goes by riscv_hwprobe, and by letters where it is missing" {
    inline for (.{
        // VisionFive 2, with Zba, Zbb, Zca and Zcd, without Zbs: https://github.com/Dr-Noob/cpufetch/pull/320
        .{ "rva20u64", 0x2800_0000_001b },
        // Linux 6.12 on QEMU 10.0.2's rva22s64 and rva23s64.
        .{ "rva22u64", 0x2810_1001_007b },
        .{ "rva23u64", 0x1_bff9_b40b_007f },
        // With Zbs, and V alone on top.
        .{ "rva22u64", 0x3b },
        .{ "rva22u64", 0x3f },
    }) |case| try expectHighest("riscv64", case[0], riscv64.levels(.{ .base_behavior = 1, .ima_ext_0 = case[1] }));
    // imafdc, and without f and d.
    try expectHighest("riscv64", "rva20u64", riscv64.levels(riscv64.fromLetters(0x112d)));
    try expectHighest("riscv64", null, riscv64.levels(riscv64.fromLetters(0x1105)));
}

test "ppc64le goes by AT_HWCAP2" {
    inline for (.{
        .{ "power8", 0xdc00_65c2, 0xef00_0000 },
        // A guest of KVM with radix MMU: https://lore.kernel.org/kvm/20200724083533.281700-1-lvivier@redhat.com/
        .{ "power9", 0xdc00_65c2, 0xaee0_0000 },
        // https://lore.kernel.org/linux-xfs/828a1562-3bf4-c1d8-d943-188ee6c3d4fa@linux.vnet.ibm.com/
        .{ "power10", 0xdc00_65c2, 0xaef6_0000 },
        // Without VSX in the kernel.
        .{ null, 0xdc00_6542, 0xef00_0000 },
    }) |case| try expectHighest("ppc64le", case[0], ppc64le.levels(.{ .hwcap = case[1], .hwcap2 = case[2] }));
}
