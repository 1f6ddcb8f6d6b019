//! Threads without a libc.
const std = @import("std");
const arch = @import("arch");
const linux = std.os.linux;

/// The flags of Go's runtime (runtime/os_linux.go, cloneFlags), so that a sandbox that lets the program start threads
/// lets the launcher, too, and those that have the kernel keep the thread's id in `Thread.id`.
const flags = linux.CLONE.VM | linux.CLONE.FS | linux.CLONE.FILES |
    linux.CLONE.SIGHAND | linux.CLONE.SYSVSEM | linux.CLONE.THREAD |
    linux.CLONE.PARENT_SETTID | linux.CLONE.CHILD_CLEARTID;

/// In bytes. zstd's deepest call takes some 10 KiB.
const stack_size = 128 << 10;

/// Returns how many CPUs this thread may run on, at least 1.
pub fn cpuCount() u32 {
    if (!arch.has_threads) return 1;
    const cpus = Cpus.ofThisThread() orelse return 1;
    return @max(cpus.count(), 1);
}

/// The CPUs that a thread may run on.
const Cpus = struct {
    /// One bit each. The kernel supports at most 8192, and refuses a buffer that is too small for those it supports.
    bits: [1024]u8 align(8),
    /// How many bytes of `bits` the kernel uses.
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

/// Moves a thread to another CPU than this one. In a virtual machine, whose host takes idle CPUs away, the kernel may
/// start a thread on its starter's CPU, where it waits for the next tick: 1 to 4 ms, as long as all decoding takes.
///
/// Sandboxes may kill for this call (systemd's SystemCallFilter=~@resources), so it is made only outside of them.
fn moveElsewhere(thread: i32) void {
    if (!isUnconfined()) return;
    var cpus = Cpus.ofThisThread() orelse return;
    var here: u32 = undefined;
    if (linux.errno(linux.syscall3(.getcpu, @intFromPtr(&here), 0, 0)) != .SUCCESS) return;
    cpus.remove(here);
    if (cpus.count() == 0) return;
    // A failure leaves the thread where it is.
    _ = linux.syscall3(.sched_setaffinity, @intCast(thread), cpus.size, @intFromPtr(&cpus.bits));
}

/// Whether no filter of system calls is known.
fn isUnconfined() bool {
    return linux.syscall1(.prctl, @intFromEnum(linux.PR.GET_SECCOMP)) == 0;
}

/// A thread with its stack. Must not be moved, nor used again before `join`.
pub const Thread = struct {
    /// The kernel's id of the thread; the kernel sets it to 0 when the thread has left its stack for good.
    id: std.atomic.Value(i32),
    stack: [stack_size]u8 align(16),

    /// Starts a thread that calls `function(argument)`, on another CPU if there is one. Returns false if the kernel
    /// starts none, perhaps for a limit on processes. The thread may run on fewer CPUs than its starter.
    pub fn start(
        thread: *Thread,
        comptime Argument: type,
        comptime function: fn (*Argument) void,
        argument: *Argument,
    ) bool {
        if (!arch.has_threads) return false;
        const entry = struct {
            fn run(address: usize) callconv(.c) u8 {
                function(@ptrFromInt(address));
                return 0;
            }
        };
        const stack_top = @intFromPtr(&thread.stack) + thread.stack.len;
        const id = &thread.id.raw;
        const returned = linux.clone(entry.run, stack_top, flags, @intFromPtr(argument), id, 0, id);
        if (linux.errno(returned) != .SUCCESS) return false;
        moveElsewhere(@intCast(returned));
        return true;
    }

    /// Waits until the thread has ended.
    pub fn join(thread: *Thread) void {
        while (true) {
            const id = thread.id.load(.acquire);
            if (id == 0) return;
            // Not FUTEX_PRIVATE_FLAG: the kernel's wake has none.
            _ = linux.syscall4(.futex, @intFromPtr(&thread.id.raw), futex_wait, @as(u32, @bitCast(id)), 0);
        }
    }
};

/// A number whose change threads wait for.
pub const Event = struct {
    word: std.atomic.Value(u32),

    /// Sleeps while the number has that value. May return early.
    pub fn sleepWhile(event: *Event, value: u32) void {
        _ = linux.syscall4(.futex, @intFromPtr(&event.word.raw), futex_wait | futex_private, value, 0);
    }

    pub fn wake(event: *Event) void {
        _ = linux.syscall3(.futex, @intFromPtr(&event.word.raw), futex_wake | futex_private, std.math.maxInt(i32));
    }
};

/// A mutex.
pub const Lock = struct {
    state: std.atomic.Value(u32) = .init(free),

    const free = 0;
    const held = 1;
    /// Held, and another thread may sleep until it is free.
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

test "threads run concurrently and are joined" {
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

test "a thread may run on every CPU but its starter's" {
    const Asked = struct {
        started: Event = .{ .word = .init(0) },
        cpu_count: u32 = 0,

        fn ask(asked: *@This()) void {
            while (asked.started.word.load(.acquire) == 0) asked.started.sleepWhile(0);
            asked.cpu_count = cpuCount();
        }
    };
    // Threads in a sandbox are not moved.
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
