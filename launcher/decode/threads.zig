//! Threads without a libc: they share everything but their stack, and end on their own.
const std = @import("std");
const linux = std.os.linux;

/// What Go's runtime starts its threads with (runtime/os_linux.go, cloneFlags), so that a sandbox
/// that lets the program run lets the launcher's threads run as well, and where the kernel is to keep
/// the thread's id.
const flags = linux.CLONE.VM | linux.CLONE.FS | linux.CLONE.FILES |
    linux.CLONE.SIGHAND | linux.CLONE.SYSVSEM | linux.CLONE.THREAD |
    linux.CLONE.PARENT_SETTID | linux.CLONE.CHILD_CLEARTID;

/// zstd's deepest call needs some 10 KiB.
const stack_size = 128 << 10;

/// How many CPUs this thread may run on, at least 1.
pub fn cpuCount() u32 {
    const cpus = Cpus.ofThisThread() orelse return 1;
    return @max(cpus.count(), 1);
}

/// Those that a thread may run on.
const Cpus = struct {
    /// A bit for each, as the kernel has them: of 8192, its most.
    bits: [1024]u8 align(8),
    /// In bytes: as many as this kernel has CPUs for. It refuses a buffer that is smaller.
    size: usize,

    fn ofThisThread() ?Cpus {
        var cpus: Cpus = undefined;
        cpus.size = linux.syscall3(.sched_getaffinity, 0, cpus.bits.len, @intFromPtr(&cpus.bits));
        return if (linux.errno(cpus.size) == .SUCCESS and cpus.size <= cpus.bits.len) cpus else null;
    }

    fn count(cpus: *const Cpus) u32 {
        @setRuntimeSafety(true);
        var sum: u32 = 0;
        for (cpus.bits[0..cpus.size]) |byte| sum += @popCount(byte);
        return sum;
    }

    fn remove(cpus: *Cpus, cpu: u32) void {
        @setRuntimeSafety(true);
        if (cpu / 8 < cpus.size) cpus.bits[cpu / 8] &= ~(@as(u8, 1) << @intCast(cpu % 8));
    }
};

/// Has a thread run on another CPU than this one. In a virtual machine the kernel takes an idle CPU for one that is
/// not there, as its host has taken it away; it starts a new thread on its starter's CPU, where it waits for the next
/// tick, 1 to 4 ms: as long as all decoding takes. Where it has another one already, nothing happens.
///
/// Sandboxes may kill for this call, which programs have no need for (systemd's SystemCallFilter=~@resources): it is
/// made only where there is none.
fn moveElsewhere(thread: i32) void {
    if (!isUnconfined()) return;
    var cpus = Cpus.ofThisThread() orelse return;
    var here: u32 = undefined;
    if (linux.errno(linux.syscall3(.getcpu, @intFromPtr(&here), 0, 0)) != .SUCCESS) return;
    cpus.remove(here);
    if (cpus.count() == 0) return;
    // What fails leaves the thread where it is.
    _ = linux.syscall3(.sched_setaffinity, @intCast(thread), cpus.size, @intFromPtr(&cpus.bits));
}

/// Whether no filter of system calls is known to be there.
fn isUnconfined() bool {
    return linux.syscall1(.prctl, @intFromEnum(linux.PR.GET_SECCOMP)) == 0;
}

/// A thread, with its stack in it: not to be moved, and not to be used again before `join`.
pub const Thread = struct {
    /// The kernel's id of the thread; 0 once it has left its stack for good.
    id: std.atomic.Value(i32),
    stack: [stack_size]u8 align(16),

    /// Starts a thread that calls `function(argument)`, on another CPU where there is one, or gives false where the
    /// kernel starts none: limits on processes are no reason to fail. It may run on fewer CPUs than its starter.
    pub fn start(thread: *Thread, comptime Argument: type, comptime function: fn (*Argument) void, argument: *Argument) bool {
        const entry = struct {
            fn run(address: usize) callconv(.c) u8 {
                function(@ptrFromInt(address));
                return 0;
            }
        };
        const stack_top = @intFromPtr(&thread.stack) + thread.stack.len;
        const returned = linux.clone(entry.run, stack_top, flags, @intFromPtr(argument), &thread.id.raw, 0, &thread.id.raw);
        if (linux.errno(returned) != .SUCCESS) return false;
        moveElsewhere(@intCast(returned));
        return true;
    }

    /// Returns when the thread is gone.
    pub fn join(thread: *Thread) void {
        while (true) {
            const id = thread.id.load(.acquire);
            if (id == 0) return;
            // The kernel's own wake is not a private one.
            _ = linux.syscall4(.futex, @intFromPtr(&thread.id.raw), futex_wait, @as(u32, @bitCast(id)), 0);
        }
    }
};

/// A number that threads wait on to change.
pub const Event = struct {
    word: std.atomic.Value(u32),

    /// May return early.
    pub fn sleepWhile(event: *Event, value: u32) void {
        _ = linux.syscall4(.futex, @intFromPtr(&event.word.raw), futex_wait | futex_private, value, 0);
    }

    pub fn wake(event: *Event) void {
        _ = linux.syscall3(.futex, @intFromPtr(&event.word.raw), futex_wake | futex_private, std.math.maxInt(i32));
    }
};

/// Held by one thread at a time.
pub const Lock = struct {
    state: std.atomic.Value(u32) = .init(free),

    const free = 0;
    const held = 1;
    /// Another thread may sleep until it is free.
    const awaited = 2;

    pub fn acquire(lock: *Lock) void {
        if (lock.state.cmpxchgStrong(free, held, .acquire, .monotonic) == null) return;
        while (lock.state.swap(awaited, .acquire) != free) {
            _ = linux.syscall4(.futex, @intFromPtr(&lock.state.raw), futex_wait | futex_private, awaited, 0);
        }
    }

    pub fn release(lock: *Lock) void {
        if (lock.state.swap(free, .release) != awaited) return;
        _ = linux.syscall3(.futex, @intFromPtr(&lock.state.raw), futex_wake | futex_private, 1);
    }
};

/// FUTEX_WAIT, FUTEX_WAKE and FUTEX_PRIVATE_FLAG of <linux/futex.h>.
const futex_wait = 0;
const futex_wake = 1;
const futex_private = 128;

test "threads run side by side and are waited for" {
    const Sum = struct {
        total: std.atomic.Value(u64) = .init(0),

        fn add(sum: *@This()) void {
            for (1..1001) |number| _ = sum.total.fetchAdd(number, .monotonic);
        }
    };
    const all = try std.testing.allocator.alloc(Thread, 3);
    defer std.testing.allocator.free(all);
    var sum: Sum = .{};
    for (0..50) |_| {
        sum.total.store(0, .monotonic);
        for (all) |*thread| try std.testing.expect(thread.start(Sum, Sum.add, &sum));
        for (all) |*thread| thread.join();
        try std.testing.expectEqual(all.len * 500_500, sum.total.load(.monotonic));
    }
}

test "a lock lets in one thread at a time" {
    const Counter = struct {
        lock: Lock = .{},
        value: usize = 0,

        fn count(counter: *@This()) void {
            for (0..10_000) |_| {
                counter.lock.acquire();
                defer counter.lock.release();
                const seen: *volatile usize = &counter.value;
                seen.* = seen.* + 1;
            }
        }
    };
    const all = try std.testing.allocator.alloc(Thread, 3);
    defer std.testing.allocator.free(all);
    var counter: Counter = .{};
    for (all) |*thread| try std.testing.expect(thread.start(Counter, Counter.count, &counter));
    for (all) |*thread| thread.join();
    try std.testing.expectEqual(all.len * 10_000, counter.value);
}

test "a thread may run anywhere but where it was started" {
    const Asked = struct {
        started: Event = .{ .word = .init(0) },
        cpu_count: u32 = 0,

        fn ask(asked: *@This()) void {
            while (asked.started.word.load(.acquire) == 0) asked.started.sleepWhile(0);
            asked.cpu_count = cpuCount();
        }
    };
    // In a sandbox, threads are left where they are.
    if (cpuCount() == 1 or !isUnconfined()) return error.SkipZigTest;
    const thread = try std.testing.allocator.create(Thread);
    defer std.testing.allocator.destroy(thread);
    var asked: Asked = .{};
    try std.testing.expect(thread.start(Asked, Asked.ask, &asked));
    asked.started.word.store(1, .release);
    asked.started.wake();
    thread.join();
    try std.testing.expectEqual(cpuCount() - 1, asked.cpu_count);
}

test "there is at least one CPU to run on" {
    try std.testing.expect(cpuCount() >= 1);
}
