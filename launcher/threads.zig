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

/// How many CPUs this process may run on, at least 1.
pub fn cpuCount() u32 {
    // The kernel writes as many bytes as it has CPUs for, and refuses a buffer that is too small.
    var set: [1024]u8 align(8) = undefined;
    const size = linux.syscall3(.sched_getaffinity, 0, set.len, @intFromPtr(&set));
    if (linux.errno(size) != .SUCCESS) return 1;
    var count: u32 = 0;
    for (set[0..@min(size, set.len)]) |byte| count += @popCount(byte);
    return @max(count, 1);
}

/// A thread, with its stack in it: not to be moved, and not to be used again before `join`.
pub const Thread = struct {
    /// The kernel's id of the thread; 0 once it has left its stack for good.
    id: std.atomic.Value(i32),
    stack: [stack_size]u8 align(16),

    /// Starts a thread that calls `function(argument)`, or gives false where the kernel starts none:
    /// limits on processes are no reason to fail.
    pub fn start(thread: *Thread, comptime Argument: type, comptime function: fn (*Argument) void, argument: *Argument) bool {
        const entry = struct {
            fn run(address: usize) callconv(.c) u8 {
                function(@ptrFromInt(address));
                return 0;
            }
        };
        const stack_top = @intFromPtr(&thread.stack) + thread.stack.len;
        const returned = linux.clone(entry.run, stack_top, flags, @intFromPtr(argument), &thread.id.raw, 0, &thread.id.raw);
        return linux.errno(returned) == .SUCCESS;
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

test "there is at least one CPU to run on" {
    try std.testing.expect(cpuCount() >= 1);
}
