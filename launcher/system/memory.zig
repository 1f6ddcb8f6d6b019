//! System calls on memory.
const std = @import("std");
const arch = @import("arch");
const linux = std.os.linux;
const system = @import("../system.zig");
const Result = system.Result;
const wide = @import("wide.zig");

/// Whole pages at the start, and bytes of the last one.
pub const Mapping = []align(page_size) const u8;

const page_size = std.heap.page_size_min;
/// No kernel has larger ones.
const page_size_max = 64 << 10;
const huge_page_size = arch.huge_page_size;
const read_write: u32 = @bitCast(linux.PROT{ .READ = true, .WRITE = true });
const read_only: u32 = @bitCast(linux.PROT{ .READ = true });

const no_file = std.math.maxInt(usize);

/// Maps memory that is zero. It asks for huge pages: the memory is written once, from front to back.
pub fn map(size: usize) error{OutOfMemory}![]align(page_size) u8 {
    const returned = wide.mmap(0, size, read_write, .{ .TYPE = .PRIVATE, .ANONYMOUS = true }, no_file, 0);
    if (linux.errno(returned) != .SUCCESS) return error.OutOfMemory;
    _ = linux.syscall3(.madvise, returned, size, linux.MADV.HUGEPAGE);
    const mapping: [*]align(page_size) u8 = @ptrFromInt(returned);
    return mapping[0..size];
}

/// Backs the first `size` bytes of an empty memfd with huge pages, as far as they fill some. In small pages, writing
/// takes 0.5 ms for each MiB, most of it for allocating and charging page by page; this takes 0.07 ms, and leaves
/// the copying to writes. Without huge pages (Linux before 6.1, no memory in one piece) the file stays as it is.
///
/// MADV_COLLAPSE allocates whatever /sys/kernel/mm/transparent_hugepage/shmem_enabled is, unless it is `deny`. It first
/// waits for kernel threads on other CPUs (lru_add_drain_all), and may move pages to find memory: if the first page
/// takes more than `time_max` nanoseconds, it stays the only one.
pub noinline fn backWithHugePages(descriptor: system.Descriptor, size: u64, time_max: u64) void {
    const whole: usize = @intCast(size / huge_page_size * huge_page_size);
    if (whole == 0 or hasIsolatedCpus()) return;
    // The mapping must be as aligned as huge pages are.
    const space_size = whole + huge_page_size;
    const space = switch (reserve(null, space_size)) {
        .ok => |address| address,
        .failed => return,
    };
    defer _ = linux.syscall2(.munmap, space, space_size);
    const start = std.mem.alignForward(usize, space, huge_page_size);
    const mapped = wide.mmap(start, whole, read_write, .{ .TYPE = .SHARED, .FIXED = true }, descriptor, 0);
    if (linux.errno(mapped) != .SUCCESS) return;
    const began = wide.now();
    if (!collapse(descriptor, start, 0, huge_page_size) or wide.now() - began > time_max) return;
    _ = collapse(descriptor, start, huge_page_size, whole - huge_page_size);
}

/// Linux 6.1 has it.
const madv_collapse = 25;

fn collapse(descriptor: system.Descriptor, start: usize, offset: usize, size: usize) bool {
    var at: usize = 0;
    // A huge page takes the place of small ones: there must be one.
    while (at < size) : (at += huge_page_size) {
        if (system.file.writeAt(descriptor, "\x00", offset + at) != .ok) return false;
    }
    if (system.file.setSize(descriptor, offset + size) != .ok) return false;
    return linux.errno(linux.syscall3(.madvise, start + offset, size, madv_collapse)) == .SUCCESS;
}

/// Whether CPUs are kept for programs that may let nothing else run there, not even the kernel's threads.
fn hasIsolatedCpus() bool {
    const descriptor: system.Descriptor = switch (system.file.open("/sys/devices/system/cpu/isolated")) {
        .ok => |opened| @intCast(opened),
        .failed => return false,
    };
    defer system.file.close(descriptor);
    var list: [2]u8 = undefined;
    return switch (system.file.readAt(descriptor, &list, 0)) {
        // An empty list is a line end.
        .ok => |size| size > 1,
        .failed => false,
    };
}

/// Maps the first bytes of a file for reading.
pub fn mapFile(descriptor: system.Descriptor, size: usize) Result {
    return .from(wide.mmap(0, size, read_only, .{ .TYPE = .PRIVATE }, descriptor, 0));
}

/// Maps a file's bytes from `offset` on for reading, over what is mapped at an address; both are multiples of a page.
pub noinline fn mapOver(address: usize, size: usize, descriptor: system.Descriptor, offset: u64) Result {
    return .from(wide.mmap(address, size, read_only, .{ .TYPE = .SHARED, .FIXED = true }, descriptor, offset));
}

/// Reserves addresses without access: those from `address` on, or any if that is null. Fails if something is there.
pub noinline fn reserve(address: ?usize, size: usize) Result {
    var flags: linux.MAP = .{ .TYPE = .PRIVATE, .ANONYMOUS = true, .FIXED_NOREPLACE = address != null };
    // Zig does not know the flag for all architectures.
    if (@hasField(linux.MAP, "NORESERVE")) flags.NORESERVE = true;
    const returned = wide.mmap(address orelse 0, size, 0, flags, no_file, 0);
    const result = Result.from(returned);
    // Linux before 4.17 lacks FIXED_NOREPLACE and takes the address for a hint.
    if (result == .ok and address != null and returned != address.?) {
        _ = linux.syscall2(.munmap, returned, size);
        return .{ .failed = .EXIST };
    }
    return result;
}

/// Has the kernel read bytes of a mapped file before they are needed, many pages at a time.
pub noinline fn readAhead(start: [*]const u8, end: [*]const u8) void {
    const first = std.mem.alignBackward(usize, @intFromPtr(start), page_size_max);
    _ = linux.syscall3(.madvise, first, @intFromPtr(end) -| first, linux.MADV.WILLNEED);
}

/// Sets the access to a mapping.
pub noinline fn protect(address: usize, size: usize, protection: linux.PROT) Result {
    return .from(linux.syscall3(.mprotect, address, size, @as(u32, @bitCast(protection))));
}

pub fn unmap(memory: Mapping) void {
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

test "huge pages back as much of a memfd as fills them, and hold what is written" {
    const descriptor: system.Descriptor = switch (system.file.createMemfd("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return error.SkipZigTest,
    };
    defer system.file.close(descriptor);
    backWithHugePages(descriptor, 3 * huge_page_size - 1, std.math.maxInt(u64));
    var found: linux.Statx = undefined;
    _ = linux.statx(@intCast(descriptor), "", linux.AT.EMPTY_PATH, .{ .SIZE = true, .BLOCKS = true }, &found);
    // The kernel may have none at hand, or none at all.
    if (found.blocks < 2 * huge_page_size / 512) return error.SkipZigTest;
    try std.testing.expectEqual(2 * huge_page_size, found.size);
    try std.testing.expectEqual(2 * huge_page_size / 512, found.blocks);
    var buffer: [2 * page_size]u8 = undefined;
    try std.testing.expectEqual(system.Result{ .ok = 4 }, system.file.writeAt(descriptor, "text", huge_page_size - 2));
    try std.testing.expect(system.file.readAllAt(descriptor, &buffer, huge_page_size - page_size));
    try std.testing.expectEqualStrings("text", std.mem.trim(u8, &buffer, "\x00"));
}
