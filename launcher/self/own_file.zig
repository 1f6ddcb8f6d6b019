//! The bundle's file: whether the caller may read it, and its permissions for the file that is started in its place.
const std = @import("std");
const Process = @import("process.zig").Process;
const system = @import("../system.zig");

/// Bits of a mode that concern reading and executing by the owner, and those that concern everybody else.
const owner_read = 0o400;
const owner_execute = 0o100;
const all = 0o777;
const others = 0o077;

/// Opens the file for reading: as the kernel knows it, or without /proc as it was executed.
pub fn open(process: *const Process) system.Result {
    return openWith(process, .{});
}

fn openWith(process: *const Process, flags: system.file.Flags) system.Result {
    const opened = system.file.openAt(system.file.working_folder, "/proc/self/exe", flags);
    if (opened == .ok) return opened;
    if (opened.failed == .ACCES) return opened;
    return system.file.openAt(system.file.working_folder, process.executed_path orelse return opened, flags);
}

/// Whether a plain program could read its own file. A caller may put anything at /proc and at the bundle's path; the
/// kernel knows better: it has made the process undumpable if its file could not be read. Raised privileges do so too.
pub noinline fn isReadable(process: *const Process) bool {
    if (!process.secure and !system.process.isDumpable()) return false;
    return switch (open(process)) {
        .ok => |descriptor| {
            system.file.close(@intCast(descriptor));
            return true;
        },
        .failed => |number| number != .ACCES,
    };
}

/// Lets the file of a descriptor be read and executed by those who may do so with the bundle. It belongs to whom the
/// bundle belongs, or else to the caller, who may do what the bundle allows the caller.
pub fn givePermissions(process: *const Process, descriptor: system.Descriptor) void {
    const opened = switch (openWith(process, .{ .PATH = true })) {
        .ok => |opened| opened,
        .failed => return,
    };
    const own = system.file.status(@intCast(opened));
    system.file.close(@intCast(opened));
    var mode = own.mode & all | owner_execute;
    if (system.file.setOwner(descriptor, own.uid, own.gid) == .failed) {
        mode = mode & others | owner_execute;
        if (isReadable(process)) mode |= owner_read;
    }
    system.file.setMode(descriptor, mode);
}
