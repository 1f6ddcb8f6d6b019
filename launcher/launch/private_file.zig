//! A file in a folder that nobody else can find, change or put another one in the place of: it never had a name, or
//! lost it before anything was written. So nothing is left of it when the launcher ends, whatever ends that.
const exec = @import("exec.zig");
const Fallback = @import("fallback.zig").Fallback;
const system = @import("../system.zig");

/// Its two descriptors: a file that is open for writing is not executed (ETXTBSY).
pub const PrivateFile = struct {
    writable: system.Descriptor,
    readable: system.Descriptor,

    /// `path` is an absolute one of a folder. Null where that has no place for the file, which `fallback` is told.
    pub fn create(path: [:0]const u8, fallback: *Fallback) ?PrivateFile {
        const folder: system.Descriptor = switch (system.openAt(0, path, .{ .DIRECTORY = true, .PATH = true })) {
            .ok => |descriptor| @intCast(descriptor),
            .failed => |number| return refuse(fallback, path, ": ", number),
        };
        defer system.close(folder);
        if (system.isMountedNoexec(folder)) return refuse(fallback, path, ", which is mounted noexec: ", .ACCES);
        return createUnnamed(folder) orelse createNamed(folder, path, fallback);
    }
};

fn refuse(fallback: *Fallback, path: []const u8, step: []const u8, number: system.Errno) ?PrivateFile {
    fallback.closed("file in ", path, step, number);
    return null;
}

/// Null where the kernel or the file system knows no such files, or /proc is missing.
fn createUnnamed(folder: system.Descriptor) ?PrivateFile {
    const writable: system.Descriptor = switch (system.openAt(folder, ".", .{
        .ACCMODE = .RDWR,
        .TMPFILE = true,
        .DIRECTORY = true,
        // It cannot be given a name later on.
        .EXCL = true,
    })) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return null,
    };
    system.makeExecutable(writable);
    var buffer: exec.ProcPath = undefined;
    return switch (openAgain(writable, 0, exec.procPath(&buffer, writable))) {
        .ok => |readable| .{ .writable = writable, .readable = @intCast(readable) },
        .failed => null,
    };
}

/// Signals wait while the file has a name, so that SIGKILL alone can leave it behind, empty.
fn createNamed(folder: system.Descriptor, path: []const u8, fallback: *Fallback) ?PrivateFile {
    var name = ".mgo-0123456789abcdef".*;
    const random = name[".mgo-".len..];
    switch (system.randomBytes(random)) {
        .ok => {},
        .failed => |number| return refuse(fallback, path, ": getrandom: ", number),
    }
    for (random) |*letter| letter.* = 'a' + (letter.* & 15);
    system.blockAllSignals();
    defer exec.resumeSignals(fallback.process);
    const writable: system.Descriptor = switch (system.openAt(folder, &name, .{
        .ACCMODE = .RDWR,
        .CREAT = true,
        .EXCL = true,
        .NOFOLLOW = true,
    })) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| return refuse(fallback, path, ": ", number),
    };
    system.makeExecutable(writable);
    const opened = openAgain(writable, folder, &name);
    system.removeAt(folder, &name);
    return switch (opened) {
        .ok => |readable| .{ .writable = writable, .readable = @intCast(readable) },
        .failed => |number| refuse(fallback, path, ": ", number),
    };
}

/// For reading. Closes `writable` where that cannot be.
fn openAgain(writable: system.Descriptor, folder: system.Descriptor, path: [*:0]const u8) system.Result {
    const opened = system.openAt(folder, path, .{});
    const failure = switch (opened) {
        .ok => |readable| failure: {
            // Somebody who may rename in that folder may have been faster.
            if (system.isSameFile(writable, @intCast(readable))) return opened;
            system.close(@intCast(readable));
            break :failure system.Result{ .failed = .EXIST };
        },
        .failed => opened,
    };
    system.close(writable);
    return failure;
}
