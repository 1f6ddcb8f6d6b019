//! The base of the direct layout, which the kernel or a dynamic linker has made ready to run. The launcher is one more
//! segment of it and can enter it at any time.
const std = @import("std");
const arch = @import("arch");
const Bundle = @import("bundle").Bundle;
const image = @import("../self/image.zig");
const Launch = @import("launch.zig").Launch;
const Process = @import("../self/process.zig").Process;

pub fn start(launch: *const Launch) void {
    launch.attempts.enterBase();
}

pub const Base = struct {
    level: u8,
    /// Address of its entry.
    entry: usize,

    /// Returns null if no code of the base is at the recorded entry.
    pub fn find(process: *const Process, bundle: *const Bundle) ?Base {
        return .{
            .level = bundle.inPlace().?.level,
            .entry = image.baseEntry(process, bundle) orelse return null,
        };
    }

    /// Becomes the base. The caller has restored what the launcher changed.
    pub fn enter(base: *const Base, process: *const Process) noreturn {
        if (process.auxiliaryValue(std.elf.AT_ENTRY)) |entry| entry.* = base.entry;
        arch.enter(process.stack, base.entry);
    }
};
