//! A file in memory for what is decoded.
const std = @import("std");
const linux = std.os.linux;
const start = @import("../start.zig");
const system = @import("../system.zig");

pub const Descriptor = system.Descriptor;

/// Which code that makes a file ready to start asks for.
pub var process: start.Process = .{
    .stack = undefined,
    .arguments = undefined,
    .environment = undefined,
    .auxiliary = undefined,
    .executed_path = "/usr/bin/program",
};

pub fn create() Descriptor {
    return switch (system.memfdCreate("fuzz")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => @panic("no file in memory to fuzz with"),
    };
}

pub const close = system.close;

/// Makes the file these bytes, and goes to its start.
pub fn fill(file: Descriptor, bytes: []const u8) void {
    _ = system.setSize(file, 0);
    _ = system.writeAt(file, bytes, 0);
    _ = linux.lseek(@intCast(file), 0, linux.SEEK.SET);
}

/// Whether it has that many bytes.
pub fn read(file: Descriptor, buffer: []u8) bool {
    return system.readAllAt(file, buffer, 0);
}

/// In bytes.
pub fn sizeOf(file: Descriptor) u64 {
    return linux.lseek(@intCast(file), 0, linux.SEEK.END);
}
