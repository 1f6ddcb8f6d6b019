//! struct stat of kernels.
const std = @import("std");
const assert = std.debug.assert;

/// <asm-generic/stat.h>: arm64 and riscv64.
pub const Generic = extern struct {
    dev: u64,
    ino: u64,
    mode: u32,
    nlink: u32,
    uid: u32,
    gid: u32,
    rdev: u64,
    padding: u64,
    size: u64,
    rest: [9]u64,

    comptime {
        assert(@offsetOf(Generic, "size") == 48 and @sizeOf(Generic) == 128);
    }
};

/// struct stat64 of arm's <asm/stat.h>.
pub const Arm = extern struct {
    dev: u64,
    padding: u32,
    ino_low: u32,
    mode: u32,
    nlink: u32,
    uid: u32,
    gid: u32,
    rdev: u64,
    padding_behind: u64,
    size: u64,
    rest: [5]u64,
    ino: u64,

    comptime {
        assert(@offsetOf(Arm, "size") == 48 and @offsetOf(Arm, "ino") == 96 and @sizeOf(Arm) == 104);
    }
};

/// <asm/stat.h> of x86-64 and of 64-bit Power.
pub const X86AndPower = extern struct {
    dev: u64,
    ino: u64,
    nlink: u64,
    mode: u32,
    uid: u32,
    gid: u32,
    padding: u32,
    rdev: u64,
    size: u64,
    rest: [11]u64,

    comptime {
        assert(@offsetOf(X86AndPower, "size") == 48 and @sizeOf(X86AndPower) == 144);
    }
};
