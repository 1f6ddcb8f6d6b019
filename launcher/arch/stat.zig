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
