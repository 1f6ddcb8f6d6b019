//! The Linux system calls that the launcher makes, each with its retries. A call that fails returns the kernel's error
//! number in a `Result`: Zig errors carry none.
const std = @import("std");
const linux = std.os.linux;

pub const file = @import("system/file.zig");
pub const memory = @import("system/memory.zig");
pub const process = @import("system/process.zig");
pub const signal = @import("system/signal.zig");

pub const Errno = linux.E;
pub const Descriptor = u32;

/// Pointers up to null, as arguments and environment are passed.
pub const Strings = [*:null]const ?[*:0]const u8;

/// Result of a system call: a number, or the kernel's error number.
pub const Result = union(enum) {
    ok: usize,
    failed: Errno,

    pub fn from(returned: usize) Result {
        return switch (linux.errno(returned)) {
            .SUCCESS => .{ .ok = returned },
            else => |number| .{ .failed = number },
        };
    }
};

pub const stdout: Descriptor = 1;
pub const stderr: Descriptor = 2;
