//! The order in which threads decode frames of the recipe, of the base and of the variant.
//!
//! A predicted frame can be decoded once the recipe is read and the base is decoded as far as the prediction reaches.
//! It is taken as soon as that is so: then the base's bytes are still in the cache, and the writes to the file, which
//! take turns, are spread over the whole time.
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
    /// The thread calls `finishRecipePiece` when it has decoded this.
    recipe: Piece,
    base: Piece,
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
    /// These two are empty if the variant is not predicted.
    recipe: Queue = .{},
    base: Queue = .{},
    variant: Queue,
    lock: threads.Lock = .{},
    /// How many frames of the recipe are decoded.
    recipe_decoded: usize = 0,
    /// Null until all of them are.
    recipe_read: ?*const predict.Recipe = null,
    /// How far the prediction of the variant's next frame reaches into the base; null until that is computed.
    reach: ?u64 = null,
    /// Offset of the piece of the base that each thread decodes.
    base_offsets: [threads_max]u64 = @splat(none),
    /// How many bytes of the base neither the variant's frame that was taken last nor any later one needs.
    unneeded: u64 = 0,
    /// The same for each thread's frame of the variant.
    unneeded_by: [threads_max]u64 = @splat(none),
    has_failed: bool = false,
    sleepers: u32 = 0,
    changed: threads.Event = .{ .word = .init(0) },

    const none = std.math.maxInt(u64);

    /// Returns the thread's next work, after it has finished what it took before, or null if there is none left or a
    /// thread has failed.
    pub fn take(schedule: *Schedule, thread: usize) ?Work {
        @setRuntimeSafety(true);
        schedule.lock.acquire();
        defer schedule.lock.release();
        const finished = schedule.base_offsets[thread];
        schedule.base_offsets[thread] = none;
        if (finished != none) schedule.wake();
        while (!schedule.has_failed) {
            if (schedule.recipe.next()) |piece| return .{ .recipe = piece };
            const next = schedule.variant.peek() orelse return null;
            if (schedule.isReady(next)) {
                schedule.reach = null;
                if (schedule.recipe_read) |recipe| {
                    schedule.unneeded = predict.unneeded(recipe, next.offset, next.frame.size) orelse schedule.unneeded;
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

    /// Returns how many of the base's first bytes no thread needs any more. The calling one has made its prediction.
    pub fn finishedBase(schedule: *Schedule, thread: usize) u64 {
        @setRuntimeSafety(true);
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.unneeded_by[thread] = none;
        return @min(schedule.unneeded, std.mem.min(u64, &schedule.unneeded_by));
    }

    /// Returns whether that was the last piece, so that the recipe can be read.
    pub fn finishRecipePiece(schedule: *Schedule) bool {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.recipe_decoded += 1;
        return schedule.recipe_decoded == schedule.recipe.frames.len;
    }

    pub fn finishRecipe(schedule: *Schedule, recipe: *const predict.Recipe) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.recipe_read = recipe;
        schedule.wake();
    }

    /// From here on threads get no work.
    pub fn fail(schedule: *Schedule) void {
        schedule.lock.acquire();
        defer schedule.lock.release();
        schedule.has_failed = true;
        schedule.wake();
    }

    fn isReady(schedule: *Schedule, piece: Piece) bool {
        if (schedule.recipe.frames.len == 0) return true;
        const recipe = schedule.recipe_read orelse return false;
        const reach = schedule.reach orelse predict.reach(recipe, piece.offset, piece.frame.size);
        schedule.reach = reach;
        return reach <= schedule.base.offset and reach <= std.mem.min(u64, &schedule.base_offsets);
    }

    /// Sleeps until something changes, without the lock.
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
