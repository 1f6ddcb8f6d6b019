//! The GOARM levels that this CPU and its kernel support.
const std = @import("std");
const elf = std.elf;
const auxiliary = @import("../auxiliary.zig");
const format = @import("format");
const Features = @import("../features.zig").Features;

pub const Words = struct {
    /// Bits of versions: 5 for ARMv5, and so on.
    versions: u64 = 0,
    /// AT_HWCAP.
    hwcap: u64 = 0,
};

pub const levels = Features(format.levels.architectures.arm, Words, bits).levels;

const bits = struct {
    pub const ARMv5: Words = .{ .versions = 1 << 5 };
    pub const ARMv6: Words = .{ .versions = 1 << 6 };
    pub const ARMv7: Words = .{ .versions = 1 << 7 };
    /// By their names in <asm/hwcap.h>.
    pub const VFP: Words = .{ .hwcap = 1 << 6 };
    pub const VFPv3: Words = .{ .hwcap = 1 << 13 };
};

pub fn read(vector: auxiliary.Auxiliary) Words {
    const hwcap = auxiliary.get(vector, elf.AT_HWCAP) orelse 0;
    const platform = auxiliary.get(vector, elf.AT_PLATFORM) orelse return decide(hwcap, "");
    return decide(hwcap, std.mem.span(@as([*:0]const u8, @ptrFromInt(platform))));
}

/// `platform`: AT_PLATFORM, which is "v7l" for ARMv7, and "v8l" or "aarch64" on CPUs that have other instructions
/// beside those of arm. Empty if there is none.
pub fn decide(hwcap: u64, platform: []const u8) Words {
    const version: u6 = if (platform.len > 1 and platform[0] == 'v' and platform[1] >= '4' and platform[1] <= '9')
        @intCast(platform[1] - '0')
    else if (std.mem.eql(u8, platform, "aarch64"))
        8
    else if (hwcap & bits.VFPv3.hwcap != 0)
        7
    else
        // Go needs no less.
        5;
    return .{ .versions = (@as(u64, 2) << version) - 1, .hwcap = hwcap };
}
