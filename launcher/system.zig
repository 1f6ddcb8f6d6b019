//! The Linux system calls that the launcher makes, each with its retries, as Zig errors carry no
//! number: a call that fails gives `Failure` with the kernel's error number.
const std = @import("std");
const linux = std.os.linux;

pub const Errno = linux.E;
pub const Descriptor = u32;

/// A result of a system call: a number, or the kernel's error number.
pub const Result = union(enum) {
    ok: usize,
    failed: Errno,

    fn from(returned: usize) Result {
        return switch (linux.errno(returned)) {
            .SUCCESS => .{ .ok = returned },
            else => |number| .{ .failed = number },
        };
    }
};

pub const stdout: Descriptor = 1;
pub const stderr: Descriptor = 2;

/// As of <linux/memfd.h>; MFD_EXEC is known to Linux 6.3 and later.
const memfd_cloexec = 1;
const memfd_exec = 0x10;

/// The most that one write takes on Linux: INT_MAX rounded down to a page.
const write_size_max = 0x7fff_f000;

pub fn exit(status: u8) noreturn {
    _ = linux.syscall1(.exit_group, status);
    unreachable;
}

/// One write, for lines: whatever becomes of it.
pub fn writeOnce(descriptor: Descriptor, bytes: []const u8) void {
    _ = linux.syscall3(.write, descriptor, @intFromPtr(bytes.ptr), bytes.len);
}

/// Writes all the bytes. Whoever started the program may have left its output non-blocking.
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
    _ = linux.syscall3(.poll, @intFromPtr(&wanted), wanted.len, @as(usize, @bitCast(@as(isize, -1))));
}

/// Writes all the bytes from `offset` of a file on.
pub fn writeAt(descriptor: Descriptor, bytes: []const u8, offset: u64) Result {
    var done: usize = 0;
    while (done < bytes.len) {
        const size = @min(bytes.len - done, write_size_max);
        switch (Result.from(linux.syscall4(.pwrite64, descriptor, @intFromPtr(bytes.ptr) + done, size, offset + done))) {
            .ok => |written| done += @min(written, size),
            .failed => |number| if (number != .INTR) return .{ .failed = number },
        }
    }
    return .{ .ok = bytes.len };
}

/// Cuts a file off, or lets it end with a hole.
pub fn setSize(descriptor: Descriptor, size: u64) Result {
    return .from(linux.syscall2(.ftruncate, descriptor, size));
}

/// An anonymous file for a program to be executed from, closed on exec. Gives a descriptor above
/// the standard ones, also when those are closed: a line for stderr must not end up in the program.
pub fn memfdCreate(name: [*:0]const u8) Result {
    const with_exec = Result.from(linux.syscall2(.memfd_create, @intFromPtr(name), memfd_cloexec | memfd_exec));
    const created = switch (with_exec) {
        .failed => |number| if (number == .INVAL)
            Result.from(linux.syscall2(.memfd_create, @intFromPtr(name), memfd_cloexec))
        else
            with_exec,
        .ok => with_exec,
    };
    return moveFromStandard(created);
}

/// A descriptor that is none of the standard ones, also when those are closed.
fn moveFromStandard(opened: Result) Result {
    const descriptor = switch (opened) {
        .ok => |descriptor| descriptor,
        .failed => return opened,
    };
    if (descriptor > stderr) return opened;
    const moved = Result.from(linux.syscall3(.fcntl, descriptor, linux.F.DUPFD_CLOEXEC, stderr + 1));
    close(@intCast(descriptor));
    return moved;
}

pub fn close(descriptor: Descriptor) void {
    _ = linux.syscall1(.close, descriptor);
}

/// Opens a file for reading, closed on exec.
pub fn open(path: [*:0]const u8) Result {
    const flags: linux.O = .{ .ACCMODE = .RDONLY, .CLOEXEC = true };
    return .from(linux.syscall3(.open, @intFromPtr(path), @as(u32, @bitCast(flags)), 0));
}

/// Opens a path that is relative to a folder, closed on exec, as none of the standard descriptors. A file
/// that is made is its owner's alone.
pub noinline fn openAt(folder: Descriptor, path: [*:0]const u8, flags: linux.O) Result {
    var closed_on_exec = flags;
    closed_on_exec.CLOEXEC = true;
    return moveFromStandard(.from(linux.syscall4(.openat, folder, @intFromPtr(path), @as(u32, @bitCast(closed_on_exec)), private_mode)));
}

const private_mode = 0o700;

/// Whatever the umask has taken from it.
pub fn makeExecutable(descriptor: Descriptor) void {
    _ = linux.syscall2(.fchmod, descriptor, private_mode);
}

pub fn removeAt(folder: Descriptor, name: [*:0]const u8) void {
    _ = linux.syscall3(.unlinkat, folder, @intFromPtr(name), 0);
}

/// The words of the kernel's struct stat for x86-64 (<asm/stat.h>); zeros where it cannot be had.
noinline fn fileStatus(descriptor: Descriptor) [18]u64 {
    var words: [18]u64 = @splat(0);
    _ = linux.syscall2(.fstat, descriptor, @intFromPtr(&words));
    return words;
}

/// Whether two descriptors are of one file: st_dev and st_ino.
pub fn isSameFile(one: Descriptor, other: Descriptor) bool {
    return std.mem.eql(u64, fileStatus(one)[0..2], fileStatus(other)[0..2]);
}

/// In bytes: st_size.
pub fn fileSize(descriptor: Descriptor) u64 {
    return fileStatus(descriptor)[6];
}

/// Whether what the descriptor was opened for is on a mount that forbids to execute its files.
pub fn isMountedNoexec(descriptor: Descriptor) bool {
    // The kernel's struct statfs (<asm-generic/statfs.h>): f_flags has index 10 of its words.
    var words: [15]u64 = @splat(0);
    _ = linux.syscall2(.fstatfs, descriptor, @intFromPtr(&words));
    return words[10] & statfs_noexec != 0;
}

/// ST_NOEXEC of <linux/statfs.h>.
const statfs_noexec = 8;

/// Fills the buffer, which has 256 bytes or less, or fails: the kernel may not have gathered enough yet.
pub fn randomBytes(buffer: []u8) Result {
    const nonblocking = 1;
    return .from(linux.syscall3(.getrandom, @intFromPtr(buffer.ptr), buffer.len, nonblocking));
}

/// Clears close-on-exec.
pub fn keepOnExec(descriptor: Descriptor) void {
    _ = linux.syscall3(.fcntl, descriptor, linux.F.SETFD, 0);
}

/// Reads from `offset` on, as far as the file goes and `buffer` has room.
pub fn readAt(descriptor: Descriptor, buffer: []u8, offset: u64) Result {
    return .from(linux.syscall4(.pread64, descriptor, @intFromPtr(buffer.ptr), buffer.len, offset));
}

/// Whether the file had bytes for all of `buffer`.
pub fn readAllAt(descriptor: Descriptor, buffer: []u8, offset: u64) bool {
    return switch (readAt(descriptor, buffer, offset)) {
        .ok => |size| size == buffer.len,
        .failed => false,
    };
}

/// With the final zero, in bytes: TASK_COMM_LEN of <linux/sched.h>.
pub const process_name_size = 16;

/// The name of the calling thread, with its final zero and zeros behind it.
pub fn processName(buffer: *[process_name_size]u8) Result {
    return .from(linux.syscall2(.prctl, @intFromEnum(linux.PR.GET_NAME), @intFromPtr(buffer)));
}

pub const Strings = [*:null]const ?[*:0]const u8;

/// Executes the file of a descriptor; returns only on failure.
pub fn executeDescriptor(descriptor: Descriptor, arguments: Strings, environment: Strings) Errno {
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
pub fn execute(path: [*:0]const u8, arguments: Strings, environment: Strings) Errno {
    return linux.errno(linux.syscall3(
        .execve,
        @intFromPtr(path),
        @intFromPtr(arguments),
        @intFromPtr(environment),
    ));
}

/// The target of a symbolic link, cut at the buffer's size.
pub fn readLink(path: [*:0]const u8, buffer: []u8) Result {
    return .from(linux.syscall3(.readlink, @intFromPtr(path), @intFromPtr(buffer.ptr), buffer.len));
}

/// Of the value, in bytes.
pub fn extendedAttributeSize(path: [*:0]const u8, name: [*:0]const u8) Result {
    return .from(linux.syscall4(.getxattr, @intFromPtr(path), @intFromPtr(name), 0, 0));
}

/// The working directory, with a final zero that counts.
pub fn workingDirectory(buffer: []u8) Result {
    return .from(linux.syscall2(.getcwd, @intFromPtr(buffer.ptr), buffer.len));
}

/// Memory that is zero, wanted in huge pages: it is written once, from front to back.
pub fn map(size: usize) error{OutOfMemory}![]align(std.heap.page_size_min) u8 {
    const returned = linux.syscall6(
        .mmap,
        0,
        size,
        @as(u32, @bitCast(linux.PROT{ .READ = true, .WRITE = true })),
        @as(u32, @bitCast(linux.MAP{ .TYPE = .PRIVATE, .ANONYMOUS = true })),
        std.math.maxInt(usize),
        0,
    );
    if (linux.errno(returned) != .SUCCESS) return error.OutOfMemory;
    _ = linux.syscall3(.madvise, returned, size, linux.MADV.HUGEPAGE);
    const mapping: [*]align(std.heap.page_size_min) u8 = @ptrFromInt(returned);
    return mapping[0..size];
}

/// Gives memory back whose contents are needed no more: it stays mapped, as zeros.
pub fn discard(memory: []u8) void {
    _ = linux.syscall3(.madvise, @intFromPtr(memory.ptr), memory.len, linux.MADV.DONTNEED);
}

/// A file's first bytes, for reading.
pub fn mapFile(descriptor: Descriptor, size: usize) Result {
    const flags: linux.MAP = .{ .TYPE = .PRIVATE };
    return .from(linux.syscall6(.mmap, 0, size, read_only, @as(u32, @bitCast(flags)), descriptor, 0));
}

/// Addresses that nothing can be read from yet: those from `address` on, or none if anything is there; for null,
/// any.
pub noinline fn reserve(address: ?usize, size: usize) Result {
    const flags: linux.MAP = .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .NORESERVE = true, .FIXED_NOREPLACE = address != null };
    const returned = linux.syscall6(.mmap, address orelse 0, size, 0, @as(u32, @bitCast(flags)), std.math.maxInt(usize), 0);
    const result = Result.from(returned);
    // Linux before 4.17 does not know the flag, and takes the address as a wish.
    if (result == .ok and address != null and returned != address.?) {
        _ = linux.syscall2(.munmap, returned, size);
        return .{ .failed = .EXIST };
    }
    return result;
}

/// What may be done with a mapping.
pub noinline fn protect(address: usize, size: usize, protection: linux.PROT) Result {
    return .from(linux.syscall3(.mprotect, address, size, @as(u32, @bitCast(protection))));
}

const read_only = @as(u32, @bitCast(linux.PROT{ .READ = true }));

pub fn unmap(memory: []align(std.heap.page_size_min) const u8) void {
    if (memory.len > 0) _ = linux.syscall2(.munmap, @intFromPtr(memory.ptr), memory.len);
}

/// Whether these bytes can be read: false where they are a page of a mapping that lies past the end
/// of its file. Asked in one call that changes nothing: rt_sigprocmask reads the mask before it finds
/// that there is no such operation. Where it does not (qemu-user), the answer is true.
pub fn isReadable(bytes: *const [@sizeOf(SignalMask)]u8) bool {
    const no_operation = std.math.maxInt(u32);
    const returned = linux.syscall4(.rt_sigprocmask, no_operation, @intFromPtr(bytes), 0, @sizeOf(SignalMask));
    return linux.errno(returned) != .FAULT;
}

/// The kernel's struct sigaction, kept as it was received.
pub const SignalAction = extern struct { words: [4]u64 };
pub const SignalMask = u64;

pub fn setSignalAction(signal: linux.SIG, action: *const SignalAction) void {
    _ = linux.syscall4(.rt_sigaction, @intFromEnum(signal), @intFromPtr(action), 0, @sizeOf(SignalMask));
}

/// Until the mask is set again. A call that would raise the signal fails instead.
pub fn blockSignal(signal: linux.SIG) void {
    const mask: SignalMask = @as(u64, 1) << @intCast(@intFromEnum(signal) - 1);
    _ = linux.syscall4(.rt_sigprocmask, linux.SIG.BLOCK, @intFromPtr(&mask), 0, @sizeOf(SignalMask));
}

/// Takes back a signal that was raised while it was blocked, if there was one.
pub fn discardSignal(signal: linux.SIG) void {
    const mask: SignalMask = @as(u64, 1) << @intCast(@intFromEnum(signal) - 1);
    const no_time = [2]u64{ 0, 0 };
    _ = linux.syscall4(.rt_sigtimedwait, @intFromPtr(&mask), 0, @intFromPtr(&no_time), @sizeOf(SignalMask));
}

/// Until the mask is set again.
pub fn blockAllSignals() void {
    setSignalMask(&std.math.maxInt(SignalMask));
}

pub fn setSignalMask(mask: *const SignalMask) void {
    _ = linux.syscall4(.rt_sigprocmask, linux.SIG.SETMASK, @intFromPtr(mask), 0, @sizeOf(SignalMask));
}

test "what can be read is told from what lies past the end of a file" {
    const descriptor: Descriptor = switch (memfdCreate("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return error.SkipZigTest,
    };
    defer close(descriptor);
    const page = std.heap.page_size_min;
    _ = write(descriptor, "x" ** page);
    const returned = linux.syscall6(
        .mmap,
        0,
        2 * page,
        @as(u32, @bitCast(linux.PROT{ .READ = true })),
        @as(u32, @bitCast(linux.MAP{ .TYPE = .PRIVATE })),
        descriptor,
        0,
    );
    const mapping: [*]align(page) const u8 = @ptrFromInt(returned);
    defer unmap(mapping[0 .. 2 * page]);
    try std.testing.expect(isReadable(mapping[page - 8 ..][0..8]));
    try std.testing.expect(!isReadable(mapping[page..][0..8]));
    try std.testing.expect(!isReadable(mapping[page - 4 ..][0..8]));
}
