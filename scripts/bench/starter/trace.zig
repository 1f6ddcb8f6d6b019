//! The memory that a launcher takes until it executes the program.
//!
//! The launcher is stopped before each system call. Memory is only given back by system calls, so the largest of what
//! is seen at these stops is the peak of this start; which thread does how much differs from one to the next, and the
//! kernel's counters lag behind by up to 32 pages for each CPU. What counts: anonymous pages (resident less shared, of
//! /proc/PID/statm) and files in memory that a descriptor is open for, mapped or not. What does not: pages of the
//! bundle's own file, which are the page cache's. wait4's ru_maxrss would have it the other way round.
const std = @import("std");
const linux = std.os.linux;
const PTRACE = linux.PTRACE;
const main = @import("main.zig");

/// The option PTRACE_O_TRACESYSGOOD adds this to the signal of a stop at a system call.
const system_call_stop = @intFromEnum(linux.SIG.TRAP) | 0x80;
/// __WALL of <linux/wait.h>: threads as well as processes.
const wait_all = 0x4000_0000;

const files_max = 64;

/// Bytes of the peak, bytes of files in memory in it, and how often something was executed: 2 where the launcher
/// has executed the program, 1 where it has become it. Then there is no peak of the launcher's own.
const Result = struct { u64, u64, u32 };

pub fn run(command: *const main.Command) Result {
    const child = linux.fork();
    if (child == 0) {
        _ = linux.ptrace(PTRACE.TRACEME, 0, 0, 0, 0);
        _ = linux.kill(linux.getpid(), .STOP);
        command.become();
    }
    if (linux.errno(child) != .SUCCESS) main.fail("cannot fork\n");
    const leader: linux.pid_t = @intCast(child);
    var status: u32 = 0;
    _ = linux.wait4(leader, &status, 0, null);
    const O = PTRACE.O;
    const options = O.TRACESYSGOOD | O.TRACEEXEC | O.TRACECLONE | O.TRACEFORK | O.TRACEVFORK | O.EXITKILL;
    if (linux.errno(linux.ptrace(PTRACE.SETOPTIONS, leader, 0, options, 0)) != .SUCCESS) main.fail("cannot trace\n");
    _ = linux.ptrace(PTRACE.SYSCALL, leader, 0, 0, 0);
    return follow(leader);
}

fn follow(leader: linux.pid_t) Result {
    var peak: u64 = 0;
    var peak_files: u64 = 0;
    var executed: u32 = 0;
    while (true) {
        var status: u32 = 0;
        const returned = linux.wait4(-1, &status, wait_all, null);
        if (linux.errno(returned) != .SUCCESS) return .{ peak, peak_files, executed };
        const thread: linux.pid_t = @intCast(returned);
        const stopped = status & 0xff == 0x7f;
        if (!stopped) {
            if (thread == leader) return .{ peak, peak_files, executed };
            continue;
        }
        const signal = (status >> 8) & 0xff;
        const event = status >> 16;
        if (event == PTRACE.EVENT.EXEC) executed += 1;
        if (executed == 2) {
            _ = linux.kill(leader, .KILL);
            continue;
        }
        if (signal == system_call_stop and executed == 1) {
            const files = filesInMemory(leader);
            const bytes = anonymous(leader) + files;
            if (bytes > peak) {
                peak = bytes;
                peak_files = files;
            }
        }
        // A new thread begins with SIGSTOP, and events come with SIGTRAP: neither is for the program.
        const ours = event != 0 or signal == system_call_stop or signal == @intFromEnum(linux.SIG.STOP);
        _ = linux.ptrace(PTRACE.SYSCALL, thread, 0, if (ours) 0 else signal, 0);
    }
}

/// In bytes.
fn anonymous(process: linux.pid_t) u64 {
    var path: [64]u8 = undefined;
    var text: [256]u8 = undefined;
    const opened = linux.open(format(&path, "/proc/{d}/statm", .{process}), .{ .CLOEXEC = true }, 0);
    if (linux.errno(opened) != .SUCCESS) return 0;
    defer _ = linux.close(@intCast(opened));
    const size = linux.read(@intCast(opened), &text, text.len);
    if (linux.errno(size) != .SUCCESS) return 0;
    var words = std.mem.tokenizeScalar(u8, text[0..size], ' ');
    _ = words.next();
    const resident = number(words.next());
    return (resident -| number(words.next())) * std.heap.page_size_min;
}

/// Returns the size of the files in memory that the process has open, in bytes, each file once.
fn filesInMemory(process: linux.pid_t) u64 {
    var path: [64]u8 = undefined;
    var entries: [4096]u8 align(8) = undefined;
    var seen: [files_max]u64 = undefined;
    var seen_count: usize = 0;
    var bytes: u64 = 0;
    const opened = linux.open(format(&path, "/proc/{d}/fd", .{process}), .{ .CLOEXEC = true, .DIRECTORY = true }, 0);
    if (linux.errno(opened) != .SUCCESS) return 0;
    defer _ = linux.close(@intCast(opened));
    while (true) {
        const size = linux.getdents64(@intCast(opened), &entries, entries.len);
        if (linux.errno(size) != .SUCCESS or size == 0) return bytes;
        var offset: usize = 0;
        while (offset < size) {
            const entry: *align(8) linux.dirent64 = @ptrCast(@alignCast(&entries[offset]));
            offset += entry.reclen;
            const name: [*:0]const u8 = @ptrCast(&entry.name);
            const found = fileInMemory(format(&path, "/proc/{d}/fd/{s}", .{ process, name })) orelse continue;
            if (std.mem.indexOfScalar(u64, seen[0..seen_count], found.ino) != null or seen_count == files_max) continue;
            seen[seen_count] = found.ino;
            seen_count += 1;
            bytes += found.blocks * 512;
        }
    }
}

fn fileInMemory(path: [*:0]const u8) ?linux.Statx {
    const prefix = "/memfd:";
    var target: [prefix.len]u8 = undefined;
    const size = linux.readlink(path, &target, target.len);
    if (linux.errno(size) != .SUCCESS or !std.mem.eql(u8, target[0..size], prefix)) return null;
    var found: linux.Statx = undefined;
    const mask: linux.STATX = .{ .INO = true, .BLOCKS = true };
    if (linux.errno(linux.statx(linux.AT.FDCWD, path, 0, mask, &found)) != .SUCCESS) return null;
    return found;
}

fn number(word: ?[]const u8) u64 {
    return std.fmt.parseInt(u64, word orelse "", 10) catch 0;
}

fn format(buffer: []u8, comptime text: []const u8, values: anytype) [*:0]const u8 {
    return std.fmt.bufPrintZ(buffer, text, values) catch unreachable;
}
