//! System calls with 64-bit numbers, which 32-bit architectures pass in pairs of registers, and structs that depend on
//! the size of words.
const std = @import("std");
const arch = @import("arch");
const linux = std.os.linux;
const SYS = linux.SYS;
const Descriptor = @import("../system.zig").Descriptor;

const is_wide = @sizeOf(usize) == 8;

pub fn pwrite(descriptor: Descriptor, address: usize, size: usize, offset: u64) usize {
    if (is_wide) return linux.syscall4(.pwrite64, descriptor, address, size, offset);
    const words = split(offset);
    return linux.syscall6(.pwrite64, descriptor, address, size, unused, words[0], words[1]);
}

pub fn pread(descriptor: Descriptor, address: usize, size: usize, offset: u64) usize {
    if (is_wide) return linux.syscall4(.pread64, descriptor, address, size, offset);
    const words = split(offset);
    return linux.syscall6(.pread64, descriptor, address, size, unused, words[0], words[1]);
}

pub fn ftruncate(descriptor: Descriptor, size: u64) usize {
    if (is_wide) return linux.syscall2(.ftruncate, descriptor, size);
    const words = split(size);
    return linux.syscall4(.ftruncate64, descriptor, unused, words[0], words[1]);
}

/// A pair begins with a register of even number (Procedure Call Standard for the Arm Architecture).
const unused = 0;

fn split(number: u64) [2]usize {
    return .{ @truncate(number), @intCast(number >> 32) };
}

pub fn fstat(descriptor: Descriptor, stat: *arch.Stat) void {
    const number: SYS = if (is_wide) .fstat else .fstat64;
    _ = linux.syscall2(number, descriptor, @intFromPtr(stat));
}

/// Returns f_flags of struct statfs; 0 if the kernel gives none.
pub fn fstatfsFlags(descriptor: Descriptor) u64 {
    if (is_wide) {
        // <asm-generic/statfs.h>: 15 words.
        var words: [15]u64 = @splat(0);
        _ = linux.syscall2(.fstatfs, descriptor, @intFromPtr(&words));
        return words[10];
    }
    // struct statfs64 there: two words, five numbers of 64 bits, two words of f_fsid, f_namelen, f_frsize, f_flags and
    // four more words. On arm it has no padding at its end.
    var words: [21]u32 = @splat(0);
    _ = linux.syscall3(.fstatfs64, descriptor, @sizeOf(@TypeOf(words)), @intFromPtr(&words));
    return words[16];
}

pub fn mmap(
    address: usize,
    size: usize,
    protection: u32,
    flags: linux.MAP,
    descriptor: usize,
    offset: u64,
) usize {
    const number: SYS = if (is_wide) .mmap else .mmap2;
    // mmap2 counts in 4 KiB, whatever pages are.
    const place: usize = if (is_wide) offset else std.math.cast(usize, offset >> 12) orelse std.math.maxInt(usize);
    return linux.syscall6(number, address, size, protection, @as(u32, @bitCast(flags)), descriptor, place);
}

/// Returns nanoseconds of CLOCK_MONOTONIC.
pub fn now() u64 {
    var time: [2]usize = .{ 0, 0 };
    _ = linux.syscall2(.clock_gettime, @intFromEnum(linux.CLOCK.MONOTONIC), @intFromPtr(&time));
    return @as(u64, time[0]) * std.time.ns_per_s + time[1];
}
