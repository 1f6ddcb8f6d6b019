//! System calls on memory.
const std = @import("std");
const linux = std.os.linux;
const system = @import("../system.zig");
const Result = system.Result;

const page_size = std.heap.page_size_min;
const read_only: u32 = @bitCast(linux.PROT{ .READ = true });

/// Maps memory that is zero. It asks for huge pages: the memory is written once, from front to back.
pub fn map(size: usize) error{OutOfMemory}![]align(page_size) u8 {
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
    const mapping: [*]align(page_size) u8 = @ptrFromInt(returned);
    return mapping[0..size];
}

/// Gives memory back to the kernel. It stays mapped, as zeros.
pub fn discard(memory: []u8) void {
    _ = linux.syscall3(.madvise, @intFromPtr(memory.ptr), memory.len, linux.MADV.DONTNEED);
}

/// Maps the first bytes of a file for reading.
pub fn mapFile(descriptor: system.Descriptor, size: usize) Result {
    const flags: linux.MAP = .{ .TYPE = .PRIVATE };
    return .from(linux.syscall6(.mmap, 0, size, read_only, @as(u32, @bitCast(flags)), descriptor, 0));
}

/// Reserves addresses without access: those from `address` on, or any if that is null. Fails if something is there.
pub noinline fn reserve(address: ?usize, size: usize) Result {
    const flags: u32 = @bitCast(linux.MAP{
        .TYPE = .PRIVATE,
        .ANONYMOUS = true,
        .NORESERVE = true,
        .FIXED_NOREPLACE = address != null,
    });
    const returned = linux.syscall6(.mmap, address orelse 0, size, 0, flags, std.math.maxInt(usize), 0);
    const result = Result.from(returned);
    // Linux before 4.17 lacks FIXED_NOREPLACE and takes the address for a hint.
    if (result == .ok and address != null and returned != address.?) {
        _ = linux.syscall2(.munmap, returned, size);
        return .{ .failed = .EXIST };
    }
    return result;
}

/// Sets the access to a mapping.
pub noinline fn protect(address: usize, size: usize, protection: linux.PROT) Result {
    return .from(linux.syscall3(.mprotect, address, size, @as(u32, @bitCast(protection))));
}

pub fn unmap(memory: []align(page_size) const u8) void {
    if (memory.len > 0) _ = linux.syscall2(.munmap, @intFromPtr(memory.ptr), memory.len);
}

/// Size of the probe of `isReadable`, in bytes.
pub const probe_size = @sizeOf(system.signal.Mask);

/// Whether bytes can be read: a page of a mapping that lies past the end of its file cannot. rt_sigprocmask tells
/// without changing anything: it reads the mask before it finds that there is no such operation. Under qemu-user, whose
/// rt_sigprocmask does not, the answer is true.
pub fn isReadable(bytes: *const [probe_size]u8) bool {
    const no_operation = std.math.maxInt(u32);
    const returned = linux.syscall4(.rt_sigprocmask, no_operation, @intFromPtr(bytes), 0, probe_size);
    return linux.errno(returned) != .FAULT;
}

test "bytes past the end of a file are not readable" {
    const descriptor: system.Descriptor = switch (system.file.createMemfd("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return error.SkipZigTest,
    };
    defer system.file.close(descriptor);
    _ = system.file.write(descriptor, "x" ** page_size);
    const mapping: [*]align(page_size) const u8 = switch (mapFile(descriptor, 2 * page_size)) {
        .ok => |address| @ptrFromInt(address),
        .failed => return error.TestUnexpectedResult,
    };
    defer unmap(mapping[0 .. 2 * page_size]);
    try std.testing.expect(isReadable(mapping[page_size - 8 ..][0..8]));
    try std.testing.expect(!isReadable(mapping[page_size..][0..8]));
    try std.testing.expect(!isReadable(mapping[page_size - 4 ..][0..8]));
}
