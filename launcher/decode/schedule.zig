//! The order in which threads decode frames: those that all predictions need, then those of the variant.
const std = @import("std");
const format = @import("format");
const predict = @import("predict");
const threads = @import("threads.zig");

/// More threads than this would wait for each other: writes to one memfd take turns.
pub const threads_max = 8;

pub const Piece = struct {
    frame: *const format.Frame,
    /// Position of its decoded bytes, counted from those of the first frame.
    offset: u64,
};

pub const Work = union(enum) {
    /// The thread calls `finishPiece` when it has decoded this, or the next.
    recipe: Piece,
    beside: Piece,
    variant: Piece,
};

/// Frames that threads take one by one.
pub const Queue = struct {
    frames: []const format.Frame = &.{},
    taken: usize = 0,
    /// The same for the next frame.
    offset: u64 = 0,

    /// Returns the decoded size of all frames in bytes, or null if that is more than there are addresses.
    pub fn size(queue: *const Queue) ?usize {
        var sum: u64 = 0;
        for (queue.frames) |*frame| sum += frame.size;
        return std.math.cast(usize, sum);
    }

    fn next(queue: *Queue) ?Piece {
        if (queue.taken == queue.frames.len) return null;
        const piece: Piece = .{ .frame = &queue.frames[queue.taken], .offset = queue.offset };
        queue.taken += 1;
        queue.offset += piece.frame.size;
        return piece;
    }
};

pub const Schedule = struct {
    /// These two are empty if the variant is not predicted, the second one if its base is stored.
    recipe: Queue = .{},
    beside: Queue = .{},
    variant: Queue,
    lock: threads.Lock = .{},
    /// How many frames of the first two are decoded.
    finished: usize = 0,
    /// Null until all of them are.
    recipe_read: ?*const predict.Recipe = null,
    has_failed: bool = false,
    changed: threads.Event = .{ .word = .init(0) },

    /// Returns the thread's next work, or null if there is none left or a thread has failed.
    pub fn take(schedule: *Schedule) ?Work {
        schedule.lock.acquire();
        defer schedule.lock.release();
        if (schedule.has_failed) return null;
        if (schedule.recipe.next()) |piece| return .{ .recipe = piece };
        if (schedule.beside.next()) |piece| return .{ .beside = piece };
        if (schedule.variant.next()) |piece| return .{ .variant = piece };
        return null;
    }

    /// Returns whether that was the last piece in front of the variant's, so that the recipe can be read.
    pub fn finishPiece(schedule: *Schedule) bool {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.finished += 1;
        return schedule.finished == schedule.recipe.frames.len + schedule.beside.frames.len;
    }

    pub fn finishRecipe(schedule: *Schedule, recipe: *const predict.Recipe) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.recipe_read = recipe;
        schedule.wake();
    }

    /// Waits until the recipe is read. Returns null if a thread has failed.
    pub fn awaitRecipe(schedule: *Schedule) ?*const predict.Recipe {
        schedule.lock.acquire();
        defer schedule.lock.release();
        while (!schedule.has_failed) {
            if (schedule.recipe_read) |recipe| return recipe;
            const state = schedule.changed.word.load(.monotonic);
            schedule.lock.release();
            schedule.changed.sleepWhile(state);
            schedule.lock.acquire();
        }
        return null;
    }

    /// From here on threads get no work.
    pub fn fail(schedule: *Schedule) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.has_failed = true;
        schedule.wake();
    }

    fn wake(schedule: *Schedule) void {
        _ = schedule.changed.word.fetchAdd(1, .monotonic);
        schedule.changed.wake();
    }
};
