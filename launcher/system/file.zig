//! System calls on files and descriptors.
const std = @import("std");
const arch = @import("arch");
const linux = std.os.linux;
const system = @import("../system.zig");
const Descriptor = system.Descriptor;
const Result = system.Result;
const wide = @import("wide.zig");

/// <linux/memfd.h>; Linux before 6.3 refuses MFD_EXEC.
const memfd_cloexec = 1;
const memfd_exec = 0x10;

/// The most that one write takes on Linux, in bytes: INT_MAX rounded down to a page.
const write_size_max = 0x7fff_f000;

/// Mode of files that the launcher makes, until they are started: their owner's alone.
const private_mode = 0o700;

pub const Flags = linux.O;

/// Writes a line in one call and ignores failures.
pub fn writeLine(descriptor: Descriptor, line: []const u8) void {
    _ = linux.syscall3(.write, descriptor, @intFromPtr(line.ptr), line.len);
}

/// Writes all bytes, to a descriptor that may be non-blocking.
pub fn write(descriptor: Descriptor, bytes: []const u8) Result {
    var rest = bytes;
    while (rest.len > 0) {
        const size = @min(rest.len, write_size_max);
        switch (Result.from(linux.syscall3(.write, descriptor, @intFromPtr(rest.ptr), size))) {
            .ok => |written| rest = rest[@min(written, size)..],
            .failed => |number| switch (number) {
                .INTR => {},
                .AGAIN => waitUntilWritable(descriptor),
                else => return .{ .failed = number },
            },
        }
    }
    return .{ .ok = bytes.len };
}

fn waitUntilWritable(descriptor: Descriptor) void {
    var wanted = [1]linux.pollfd{.{ .fd = @intCast(descriptor), .events = linux.POLL.OUT, .revents = 0 }};
    _ = linux.syscall5(.ppoll, @intFromPtr(&wanted), wanted.len, 0, 0, 0);
}

/// Writes all bytes from `offset` of a file on.
pub fn writeAt(descriptor: Descriptor, bytes: []const u8, offset: u64) Result {
    var done: usize = 0;
    while (done < bytes.len) {
        const size = @min(bytes.len - done, write_size_max);
        const address = @intFromPtr(bytes.ptr) + done;
        switch (Result.from(wide.pwrite(descriptor, address, size, offset + done))) {
            .ok => |written| done += @min(written, size),
            .failed => |number| if (number != .INTR) return .{ .failed = number },
        }
    }
    return .{ .ok = bytes.len };
}

/// Reads from `offset` on, as far as the file goes and the buffer has space.
pub fn readAt(descriptor: Descriptor, buffer: []u8, offset: u64) Result {
    return .from(wide.pread(descriptor, @intFromPtr(buffer.ptr), buffer.len, offset));
}

/// Reads the whole buffer from `offset` on, or returns false.
pub fn readAllAt(descriptor: Descriptor, buffer: []u8, offset: u64) bool {
    return switch (readAt(descriptor, buffer, offset)) {
        .ok => |size| size == buffer.len,
        .failed => false,
    };
}

/// Cuts a file off or extends it with a hole.
pub fn setSize(descriptor: Descriptor, size: u64) Result {
    return .from(wide.ftruncate(descriptor, size));
}

/// Makes an anonymous file to execute, closed on exec. The descriptor is above the standard ones even if those are
/// closed: a line for stderr must not end up in the program.
pub fn createMemfd(name: [*:0]const u8) Result {
    const with_exec = Result.from(linux.syscall2(.memfd_create, @intFromPtr(name), memfd_cloexec | memfd_exec));
    const created = switch (with_exec) {
        .failed => |number| if (number == .INVAL)
            Result.from(linux.syscall2(.memfd_create, @intFromPtr(name), memfd_cloexec))
        else
            with_exec,
        .ok => with_exec,
    };
    return aboveStandard(created);
}

fn aboveStandard(opened: Result) Result {
    const descriptor = switch (opened) {
        .ok => |descriptor| descriptor,
        .failed => return opened,
    };
    if (descriptor > system.stderr) return opened;
    const moved = Result.from(linux.syscall3(.fcntl, descriptor, linux.F.DUPFD_CLOEXEC, system.stderr + 1));
    close(@intCast(descriptor));
    return moved;
}

pub fn close(descriptor: Descriptor) void {
    _ = linux.syscall1(.close, descriptor);
}

/// Opens a file for reading, as `openAt` does.
pub fn open(path: [*:0]const u8) Result {
    return openAt(working_folder, path, .{});
}

/// Stands for the working directory where a folder's descriptor is wanted.
pub const working_folder: Descriptor = @bitCast(@as(i32, linux.AT.FDCWD));

/// Opens a path relative to a folder, closed on exec. The descriptor is above the standard ones.
pub noinline fn openAt(folder: Descriptor, path: [*:0]const u8, flags: Flags) Result {
    var closed_on_exec = flags;
    closed_on_exec.CLOEXEC = true;
    const bits: u32 = @bitCast(closed_on_exec);
    return aboveStandard(.from(linux.syscall4(.openat, folder, @intFromPtr(path), bits, private_mode)));
}

/// Restores the mode that the umask has cut.
pub fn makeExecutable(descriptor: Descriptor) void {
    setMode(descriptor, private_mode);
}

/// Sets a file's permissions, or leaves them where that is not allowed.
pub fn setMode(descriptor: Descriptor, mode: u32) void {
    _ = linux.syscall2(.fchmod, descriptor, mode);
}

pub fn setOwner(descriptor: Descriptor, user: u32, group: u32) Result {
    return .from(linux.syscall3(.fchown, descriptor, user, group));
}

pub fn removeAt(folder: Descriptor, name: [*:0]const u8) void {
    _ = linux.syscall3(.unlinkat, folder, @intFromPtr(name), 0);
}

/// Returns zeros if the kernel gives no status.
pub noinline fn status(descriptor: Descriptor) arch.Stat {
    var stat = std.mem.zeroes(arch.Stat);
    wide.fstat(descriptor, &stat);
    return stat;
}

/// Whether two descriptors refer to one file.
pub fn isSame(one: Descriptor, other: Descriptor) bool {
    const stats = [_]arch.Stat{ status(one), status(other) };
    return stats[0].dev == stats[1].dev and stats[0].ino == stats[1].ino;
}

/// Returns the file's size in bytes.
pub fn sizeOf(descriptor: Descriptor) u64 {
    return status(descriptor).size;
}

/// Whether the descriptor's path lies on a mount that forbids executing files.
pub fn isMountedNoexec(descriptor: Descriptor) bool {
    // ST_NOEXEC of <linux/statfs.h>.
    const noexec = 8;
    return wide.fstatfsFlags(descriptor) & noexec != 0;
}

/// Clears close-on-exec.
pub fn keepOnExec(descriptor: Descriptor) void {
    _ = linux.syscall3(.fcntl, descriptor, linux.F.SETFD, 0);
}

/// Reads the target of a symbolic link, cut at the buffer's size.
pub fn readLink(path: [*:0]const u8, buffer: []u8) Result {
    const address = @intFromPtr(buffer.ptr);
    return .from(linux.syscall4(.readlinkat, working_folder, @intFromPtr(path), address, buffer.len));
}

/// Returns the size of an attribute's value in bytes.
pub fn extendedAttributeSize(path: [*:0]const u8, name: [*:0]const u8) Result {
    return .from(linux.syscall4(.getxattr, @intFromPtr(path), @intFromPtr(name), 0, 0));
}
