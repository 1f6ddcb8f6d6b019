//! x86-64 for the launcher: launcher/arch/arch.zig describes what this declares.
const std = @import("std");
const arch = @import("../arch.zig");
const cpu = @import("cpu.zig");

/// start.S has all of it.
pub const entry = struct {};
pub const stub = @import("stub.zig").stub;

pub fn detectCpu(level_wanted: u8, _: arch.Auxiliary) arch.Cpu {
    const leaves = cpu.read(cpu.Hardware{}, level_wanted);
    return .{ .levels = cpu.levels(&leaves), .assembly = cpu.runsAssembly(&leaves) };
}

/// Documentation/arch/x86/x86_64/mm.rst of the kernel: user space has 47 bits.
pub const address_max = 1 << 47;

pub const huge_page_size = 2 << 20;

/// <asm/stat.h>
pub const Stat = extern struct {
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
        std.debug.assert(@sizeOf(Stat) == 144);
    }
};

/// Handler, flags, restorer and mask; they go back to the kernel as they came.
pub const SignalAction = extern struct { words: [4]u64 };

/// Offsets as in fault.S.
pub const SavedSignals = extern struct {
    bus: SignalAction,
    segv: SignalAction,
    mask: u64,

    comptime {
        std.debug.assert(@offsetOf(SavedSignals, "segv") == 32);
        std.debug.assert(@offsetOf(SavedSignals, "mask") == 64);
        std.debug.assert(@sizeOf(SavedSignals) == 72);
    }
};

pub fn guard(saved: *SavedSignals) void {
    launcher_guard(saved);
}

extern fn launcher_guard(saved: *SavedSignals) callconv(.c) void;

pub const enter = @import("../enter.zig").enter;
pub const stage = @import("../enter.zig").stage;
