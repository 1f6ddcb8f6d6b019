//! System calls on the process itself.
const std = @import("std");
const linux = std.os.linux;
const system = @import("../system.zig");
const Result = system.Result;

pub fn exit(status: u8) noreturn {
    _ = linux.syscall1(.exit_group, status);
    unreachable;
}

/// Size of a process name with its final zero, in bytes: TASK_COMM_LEN of <linux/sched.h>.
pub const name_size = 16;

/// Reads the name of the calling thread, padded with zeros.
pub fn name(buffer: *[name_size]u8) Result {
    return .from(linux.syscall2(.prctl, @intFromEnum(linux.PR.GET_NAME), @intFromPtr(buffer)));
}

/// Returns the process ID.
pub fn id() u32 {
    return @truncate(linux.syscall0(.getpid));
}

/// Whether processes of the same user may read this one's memory: not if they may not read its file.
pub fn isDumpable() bool {
    return linux.syscall1(.prctl, @intFromEnum(linux.PR.GET_DUMPABLE)) == 1;
}

/// Whether a page that this process needed had to be read from a disk.
pub fn hasWaitedForDisk() bool {
    var usage: linux.rusage = undefined;
    return linux.getrusage(linux.rusage.SELF, &usage) == 0 and usage.majflt > 0;
}

/// Executes the file of a descriptor; returns only on failure.
pub fn executeDescriptor(
    descriptor: system.Descriptor,
    arguments: system.Strings,
    environment: system.Strings,
) system.Errno {
    return linux.errno(linux.syscall5(
        .execveat,
        descriptor,
        @intFromPtr(@as([*:0]const u8, "")),
        @intFromPtr(arguments),
        @intFromPtr(environment),
        linux.AT.EMPTY_PATH,
    ));
}

/// Executes the file of a path; returns only on failure.
pub fn execute(path: [*:0]const u8, arguments: system.Strings, environment: system.Strings) system.Errno {
    return linux.errno(linux.syscall3(
        .execve,
        @intFromPtr(path),
        @intFromPtr(arguments),
        @intFromPtr(environment),
    ));
}

/// Reads the path of the working directory, with its final zero, which the size includes.
pub fn workingDirectory(buffer: []u8) Result {
    return .from(linux.syscall2(.getcwd, @intFromPtr(buffer.ptr), buffer.len));
}

/// Fills a buffer of at most 256 bytes, or fails if the kernel has not gathered enough yet.
pub fn randomBytes(buffer: []u8) Result {
    const nonblocking = 1;
    return .from(linux.syscall3(.getrandom, @intFromPtr(buffer.ptr), buffer.len, nonblocking));
}
