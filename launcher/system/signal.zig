//! System calls on signals.
const std = @import("std");
const arch = @import("arch");
const linux = std.os.linux;

pub const Mask = u64;

pub fn setAction(signal: linux.SIG, action: *const arch.SignalAction) void {
    _ = linux.syscall4(.rt_sigaction, @intFromEnum(signal), @intFromPtr(action), 0, @sizeOf(Mask));
}

pub fn setMask(mask: *const Mask) void {
    _ = linux.syscall4(.rt_sigprocmask, linux.SIG.SETMASK, @intFromPtr(mask), 0, @sizeOf(Mask));
}

/// Blocks all signals until the mask is set again.
pub fn blockAll() void {
    setMask(&std.math.maxInt(Mask));
}

/// Blocks a signal until the mask is set again. A call that would raise it fails instead.
pub fn block(signal: linux.SIG) void {
    const mask = maskOf(signal);
    _ = linux.syscall4(.rt_sigprocmask, linux.SIG.BLOCK, @intFromPtr(&mask), 0, @sizeOf(Mask));
}

/// Removes a pending signal that is blocked.
pub fn discard(signal: linux.SIG) void {
    const mask = maskOf(signal);
    const no_time = [2]u64{ 0, 0 };
    _ = linux.syscall4(.rt_sigtimedwait, @intFromPtr(&mask), 0, @intFromPtr(&no_time), @sizeOf(Mask));
}

fn maskOf(signal: linux.SIG) Mask {
    return @as(Mask, 1) << @intCast(@intFromEnum(signal) - 1);
}
