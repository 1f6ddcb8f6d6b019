//! A memfd for tests and fuzzing.
const std = @import("std");
const linux = std.os.linux;
const Process = @import("self/process.zig").Process;
const system = @import("system.zig");

pub const Descriptor = system.Descriptor;

/// For code that prepares a file to be started.
pub const process: Process = .{
    .stack = undefined,
    .arguments = undefined,
    .environment = undefined,
    .auxiliary = undefined,
    .executed_path = "/usr/bin/program",
};

pub fn create() Descriptor {
    return switch (system.file.createMemfd("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| std.debug.panic("no memfd to test with: {t}", .{number}),
    };
}

pub const close = system.file.close;

/// Replaces the contents and goes to their start.
pub fn fill(file: Descriptor, bytes: []const u8) void {
    _ = system.file.setSize(file, 0);
    _ = system.file.writeAt(file, bytes, 0);
    _ = linux.lseek(@intCast(file), 0, linux.SEEK.SET);
}

/// Reads the whole buffer from the start of the file, or returns false.
pub fn read(file: Descriptor, buffer: []u8) bool {
    return system.file.readAllAt(file, buffer, 0);
}

/// Returns the size in bytes.
pub fn sizeOf(file: Descriptor) u64 {
    return system.file.sizeOf(file);
}
