//! What threads decode next: the plan, frames of the base, and the variant's own, each in order.
//!
//! A frame that is predicted can be decoded once the plan is read and the base is decoded as far as the
//! prediction reaches. It is taken as soon as that is so: what it needs of the base is in the cache then, and
//! the writes to the file, which take turns, are spread over the whole time.
const std = @import("std");
const format = @import("format");
const predict = @import("predict");
const threads = @import("threads.zig");

/// More threads than this wait for each other: writes to one file in memory take turns.
pub const threads_max = 8;

pub const Piece = struct {
    frame: *const format.Frame,
    /// Of what it decodes to, in bytes from the start of the first frame's.
    offset: u64,
};

pub const Work = union(enum) {
    /// Whoever has decoded it calls `finishPlanPiece`.
    plan: Piece,
    base: Piece,
    variant: Piece,
};

/// Frames that are taken one by one.
pub const Queue = struct {
    frames: []const format.Frame = &.{},
    taken: usize = 0,
    /// Of the next one.
    offset: u64 = 0,

    /// Of what all frames decode to, in bytes; null if that is more than there are addresses.
    pub fn size(queue: *const Queue) ?usize {
        var sum: u64 = 0;
        for (queue.frames) |*frame| sum += frame.size;
        return std.math.cast(usize, sum);
    }

    fn peek(queue: *const Queue) ?Piece {
        if (queue.taken == queue.frames.len) return null;
        return .{ .frame = &queue.frames[queue.taken], .offset = queue.offset };
    }

    fn next(queue: *Queue) ?Piece {
        const piece = queue.peek() orelse return null;
        queue.taken += 1;
        queue.offset += piece.frame.size;
        return piece;
    }
};

pub const Schedule = struct {
    /// Empty where the variant is not predicted, and so is the base's.
    plan: Queue = .{},
    base: Queue = .{},
    variant: Queue,
    lock: threads.Lock = .{},
    /// How many frames of the plan are decoded.
    plan_decoded: usize = 0,
    /// Null until it is read.
    plan_read: ?*const predict.Recipe = null,
    /// How far the prediction of the variant's next frame reaches into the base, once that was asked.
    reach: ?u64 = null,
    /// For each thread the offset of the piece of the base that it decodes.
    base_offsets: [threads_max]u64 = @splat(none),
    /// How much of the base neither the variant's last frame that was taken nor any behind it needs.
    unneeded: u64 = 0,
    /// The same for each thread's frame of the variant.
    unneeded_by: [threads_max]u64 = @splat(none),
    has_failed: bool = false,
    sleepers: u32 = 0,
    changed: threads.Event = .{ .word = .init(0) },

    const none = std.math.maxInt(u64);

    /// The thread has finished what it took before. Null if there is nothing left for it, or a thread has failed.
    pub fn take(schedule: *Schedule, thread: usize) ?Work {
        @setRuntimeSafety(true);
        schedule.lock.acquire();
        defer schedule.lock.release();
        const finished = schedule.base_offsets[thread];
        schedule.base_offsets[thread] = none;
        if (finished != none) schedule.wake();
        while (!schedule.has_failed) {
            if (schedule.plan.next()) |piece| return .{ .plan = piece };
            const next = schedule.variant.peek() orelse return null;
            if (schedule.isReady(next)) {
                schedule.reach = null;
                if (schedule.plan_read) |plan| {
                    schedule.unneeded = predict.unneeded(plan, next.offset, next.frame.size) orelse schedule.unneeded;
                    schedule.unneeded_by[thread] = schedule.unneeded;
                }
                return .{ .variant = schedule.variant.next().? };
            }
            if (schedule.base.next()) |piece| {
                schedule.base_offsets[thread] = piece.offset;
                return .{ .base = piece };
            }
            schedule.sleep();
        }
        return null;
    }

    /// How many of the base's bytes no thread needs any more, but for what this one has just predicted.
    pub fn finishedBase(schedule: *Schedule, thread: usize) u64 {
        @setRuntimeSafety(true);
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.unneeded_by[thread] = none;
        return @min(schedule.unneeded, std.mem.min(u64, &schedule.unneeded_by));
    }

    /// Whether that was the last one, so that the plan can be read.
    pub fn finishPlanPiece(schedule: *Schedule) bool {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.plan_decoded += 1;
        return schedule.plan_decoded == schedule.plan.frames.len;
    }

    pub fn finishPlan(schedule: *Schedule, plan: *const predict.Recipe) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.plan_read = plan;
        schedule.wake();
    }

    /// No thread is given anything from here on.
    pub fn fail(schedule: *Schedule) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.has_failed = true;
        schedule.wake();
    }

    fn isReady(schedule: *Schedule, piece: Piece) bool {
        if (schedule.plan.frames.len == 0) return true;
        const plan = schedule.plan_read orelse return false;
        const reach = schedule.reach orelse predict.reach(plan, piece.offset, piece.frame.size);
        schedule.reach = reach;
        return reach <= schedule.base.offset and reach <= std.mem.min(u64, &schedule.base_offsets);
    }

    /// Gives the lock away meanwhile.
    fn sleep(schedule: *Schedule) void {
        schedule.sleepers += 1;
        const state = schedule.changed.word.load(.monotonic);
        schedule.lock.release();
        schedule.changed.sleepWhile(state);
        schedule.lock.acquire();
        schedule.sleepers -= 1;
    }

    fn wake(schedule: *Schedule) void {
        if (schedule.sleepers == 0) return;
        _ = schedule.changed.word.fetchAdd(1, .monotonic);
        schedule.changed.wake();
    }
};
