//! Handler of SIGBUS and SIGSEGV: ends the process with a line and a status. Needs nothing else of the launcher, and
//! lies in front of it: see entry.zig.
const std = @import("std");
const builtin = @import("builtin");
const linux = std.os.linux;
const SYS = linux.SYS;

const section = ".text.fault";

/// The kernel's struct sigaction.
pub const SignalAction = extern struct {
    handler: usize,
    flags: usize,
    restorer: if (has_restorer) usize else void = if (has_restorer) 0 else {},
    mask: [8 / @sizeOf(usize)]usize = @splat(0),
};

/// RISC-V's <asm/signal.h> has no SA_RESTORER. Kernels of the others do without one, too, but for it.
const has_restorer = !builtin.cpu.arch.isRISCV();

pub const SavedSignals = extern struct {
    bus: SignalAction,
    segv: SignalAction,
    mask: u64,
};

const sa_siginfo = 4;
const sig_ign = 1;
const mask_size = 8;
const bus = 7;
const segv = 11;
/// `Status.damaged` of fatal.zig.
const status_damaged = 112;

/// Sets up the handler. Signals that are blocked or ignored stay so: one that is pending for the program must not be
/// consumed, and a fault then ends the process by its signal, as it would end the program.
pub fn guard(saved: *SavedSignals) linksection(section) void {
    const action: SignalAction = .{ .handler = @intFromPtr(&handle), .flags = sa_siginfo };
    setAction(bus, &action, &saved.bus);
    setAction(segv, &action, &saved.segv);
    // Without a new mask the operation does not matter.
    _ = call4(.rt_sigprocmask, 0, 0, @intFromPtr(&saved.mask), mask_size);
}

/// Undoes itself if the signal was ignored.
inline fn setAction(signal: usize, action: *const SignalAction, old: *SignalAction) void {
    _ = call4(.rt_sigaction, signal, @intFromPtr(action), @intFromPtr(old), mask_size);
    if (old.handler == sig_ign) _ = call4(.rt_sigaction, signal, @intFromPtr(old), 0, mask_size);
}

/// Runs in any thread. A positive code is the kernel's, for a fault. Any other signal was sent to the program by
/// somebody: it is sent again, with the default disposition, and stays blocked until this returns.
fn handle(signal: i32, info: *const [3]i32, _: ?*anyopaque) linksection(section) callconv(.c) void {
    const code = info[2];
    if (code > 0) exitFaulted(@intCast(signal));
    const default: SignalAction = .{ .handler = 0, .flags = 0 };
    const number: usize = @intCast(signal);
    _ = call4(.rt_sigaction, number, @intFromPtr(&default), 0, mask_size);
    _ = call4(.kill, call4(.getpid, 0, 0, 0, 0), number, 0, 0);
}

inline fn exitFaulted(signal: usize) noreturn {
    if (signal == bus) exitCutShort();
    exit(@extern([*:0]const u8, .{ .name = "launcher_bad_access", .visibility = .hidden }));
}

/// Ends the process as a fault past the end of the file does.
pub inline fn exitCutShort() noreturn {
    exit(@extern([*:0]const u8, .{ .name = "launcher_cut_short", .visibility = .hidden }));
}

fn exit(text: [*:0]const u8) linksection(section) noreturn {
    var size: usize = 0;
    while (text[size] != 0) size += 1;
    _ = call4(.write, 2, @intFromPtr(text), size, 0);
    _ = call4(.exit_group, status_damaged, 0, 0, 0);
    unreachable;
}

inline fn call4(number: SYS, a: usize, b: usize, c: usize, d: usize) usize {
    return @call(.always_inline, linux.syscall4, .{ number, a, b, c, d });
}

/// Ends the process if the eight bytes at an address lie past the end of the file. rt_sigprocmask tells without
/// changing anything: it reads the mask before it finds that there is no such operation.
pub inline fn require(address: usize) void {
    const no_operation = 0xffff_ffff;
    const returned = call4(.rt_sigprocmask, no_operation, address, 0, mask_size);
    if (linux.errno(returned) == .FAULT) exitCutShort();
}
