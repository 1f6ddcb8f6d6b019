//! Stored frames → the variant's stream. The checksum of stored bytes is verified before the decoder sees
//! them; what they decode to is determined by them, and by the prediction where there is one.
//!
//! Frames are decoded by several threads at once, each with memory of its own (`Worker`). Of a
//! variant that is predicted from a base, plan and base are decoded too, into mappings that all
//! threads see.
//!
//! A start decodes skeletons only, the base's too, and leaves holes in the file for what is detached.
//! Who wants the whole file decodes the whole stream into memory, for attach.zig.
const std = @import("std");
const assert = std.debug.assert;
const arch = @import("arch");
const checksum = @import("checksum");
const filter = @import("filter");
const format = @import("format");
const predict = @import("predict");
const system = @import("../system.zig");
const threads = @import("threads.zig");
const zstd = @import("zstd");
const Bundle = @import("bundle").Bundle;
const Piece = @import("schedule.zig").Piece;
const Schedule = @import("schedule.zig").Schedule;
const threads_max = @import("schedule.zig").threads_max;

pub const Error = error{
    /// The stored bytes are not those that were written.
    StoredChecksum,
    /// The stored bytes are no zstd frame, or decode to another size.
    Decoder,
    /// The plan contradicts itself.
    Recipe,
    /// A predicted frame decodes to other bytes than were encoded.
    Checksum,
    OutOfMemory,
    /// The number is in `Decoding.write_failure`.
    Write,
};

/// Starting a thread takes about as long as decoding a tenth of a frame, and a thread that finds
/// nothing to do has cost that for nothing.
const frames_per_thread = 2;

/// What x86-64 maps at once, and what the kernel takes and gives whole.
const huge_page_size = 2 << 20;

/// A thread, the first one too, and what it decodes with. Behind it lies room for two frames: what one is predicted to
/// be, and what it decodes to. Both stay in the cache while the frames pass through them, which makes
/// it faster than decoding into a mapping of the memfd: there each page is touched cold.
const Worker = struct {
    thread: threads.Thread,
    decoder: zstd.Decoder,
    decoding: *Decoding,
    index: usize,

    fn work(worker: *Worker) void {
        const decoding = worker.decoding;
        worker.decoder.init(decoding.bit_manipulation);
        decoding.decodeAll(worker) catch |err| decoding.fail(err);
    }

    fn frame(worker: *Worker, size: usize) []u8 {
        @setRuntimeSafety(true);
        return worker.buffers()[worker.decoding.frame_size_max..][0..size];
    }

    /// A frame and, in front of it, its prediction.
    fn predictedFrame(worker: *Worker, size: usize) []u8 {
        @setRuntimeSafety(true);
        return worker.buffers()[worker.decoding.frame_size_max - size ..][0 .. 2 * size];
    }

    fn buffers(worker: *Worker) []u8 {
        const behind: [*]u8 = @ptrCast(worker);
        return behind[@sizeOf(Worker)..worker.decoding.worker_size];
    }
};

/// One variant on its way out.
pub const Decoding = struct {
    bundle: *const Bundle,
    variant: *const format.Variant,
    target: Target,
    /// Whether the decoder's code for BMI1, BMI2, LZCNT and SSE4.1 can run here.
    bit_manipulation: bool = false,
    /// All workers, one behind the other, each with its buffers.
    workers: []align(std.heap.page_size_min) u8 = &.{},
    worker_size: usize = 0,
    /// Of the variant's frames, in bytes.
    frame_size_max: usize = 0,
    /// The base's image in memory; empty where the base is stored.
    image: []const u8 = &.{},
    /// What the skeleton goes around.
    detached: []const format.Detached,
    /// The whole stream, where it is wanted; empty elsewhere.
    stream: []align(std.heap.page_size_min) u8 = &.{},
    /// The variant's plan, where it is predicted.
    plan_bytes: []align(std.heap.page_size_min) u8 = &.{},
    plan_memory: []align(std.heap.page_size_min) u8 = &.{},
    plan: predict.Recipe = undefined,
    /// What it is predicted from: the frames of a stored base, or those beside one in place.
    base: []align(std.heap.page_size_min) u8 = &.{},
    /// How far the base's memory is given back, as an address.
    given_back: std.atomic.Value(usize) = .init(0),
    schedule: Schedule,
    /// The first error, as a number; 0 for none.
    failure: std.atomic.Value(u16) = .init(0),
    /// The error number after `error.Write`.
    write_failure: system.Errno = .SUCCESS,

    pub const Target = union(enum) {
        /// The skeleton, in a file: each frame is written to its place, whenever it is decoded.
        file: system.Descriptor,
        /// The same, in memory that is zero and has the file's size.
        memory: []u8,
        /// A variant without detached ranges, to a pipe perhaps: frames are written one after the other.
        pipe: system.Descriptor,
        /// All of the stream, to `stream`.
        whole,
    };

    pub fn init(bundle: *const Bundle, variant: *const format.Variant, target: Target) Decoding {
        return .{
            .bundle = bundle,
            .variant = variant,
            .target = target,
            .detached = bundle.detachedOf(variant),
            .schedule = .{
                .variant = .{ .frames = if (target == .whole) bundle.contentFramesOf(variant) else bundle.skeletonFramesOf(variant) },
            },
        };
    }

    /// There is one at a time.
    pub fn run(decoding: *Decoding, cpu_count: u32) Error!void {
        @setRuntimeSafety(true);
        try decoding.prepare();
        const schedule = &decoding.schedule;
        const frame_count = schedule.variant.frames.len + schedule.base.frames.len;
        const wanted = if (decoding.target == .pipe) 1 else @min(cpu_count, threads_max, frame_count / frames_per_thread);
        const started = decoding.startWorkers(@max(wanted, 1)) catch try decoding.startWorkers(1);
        decoding.worker(0).work();
        for (1..started) |index| decoding.worker(index).thread.join();
        const failure = decoding.failure.load(.acquire);
        if (failure != 0) return @as(Error, @errorCast(@errorFromInt(failure)));
        if (decoding.target == .file and decoding.detached.len > 0) try decoding.setSize(decoding.target.file);
    }

    /// Gives back all memory: needed where the process goes on without an exec.
    pub fn deinit(decoding: *Decoding) void {
        for ([_][]align(std.heap.page_size_min) u8{
            decoding.workers, decoding.plan_bytes, decoding.plan_memory, decoding.base, decoding.stream,
        }) |memory| system.unmap(memory);
        decoding.* = undefined;
    }

    /// Memory for the plan, the base and the stream.
    fn prepare(decoding: *Decoding) Error!void {
        @setRuntimeSafety(true);
        const schedule = &decoding.schedule;
        for (schedule.variant.frames) |*frame| decoding.frame_size_max = @max(decoding.frame_size_max, frame.size);
        if (decoding.target == .whole) decoding.stream = try system.map(schedule.variant.size() orelse return error.OutOfMemory);
        const base = decoding.bundle.baseOf(decoding.variant);
        if (base == decoding.variant) return;
        schedule.plan.frames = decoding.bundle.extraFramesOf(decoding.variant);
        decoding.plan_bytes = try system.map(schedule.plan.size() orelse return error.OutOfMemory);
        schedule.base.frames = decoding.bundle.referenceFramesOf(base, decoding.target == .whole);
        const base_size = schedule.base.size() orelse return error.OutOfMemory;
        if (base_size > 0) decoding.base = try system.map(base_size);
    }

    /// Gives how many there are: as many threads as the kernel starts, and the calling one, which is the first.
    fn startWorkers(decoding: *Decoding, count: usize) error{OutOfMemory}!usize {
        @setRuntimeSafety(true);
        const buffers_size = 2 * decoding.frame_size_max;
        decoding.worker_size = std.mem.alignForward(usize, @sizeOf(Worker) + buffers_size, @alignOf(Worker));
        decoding.workers = try system.map(count * decoding.worker_size);
        for (0..count) |index| {
            const one = decoding.worker(index);
            one.decoding = decoding;
            one.index = index;
            if (index > 0 and !one.thread.start(Worker, Worker.work, one)) return index;
        }
        return count;
    }

    fn worker(decoding: *const Decoding, index: usize) *Worker {
        @setRuntimeSafety(true);
        return @ptrCast(@alignCast(decoding.workers[index * decoding.worker_size ..][0..decoding.worker_size]));
    }

    /// What each thread does.
    fn decodeAll(decoding: *Decoding, by: *Worker) Error!void {
        @setRuntimeSafety(true);
        while (decoding.schedule.take(by.index)) |work| switch (work) {
            .plan => |piece| {
                const buffer = decoding.plan_bytes[@intCast(piece.offset)..][0..piece.frame.size];
                try decoding.decodeFrame(by, piece.frame, buffer, 0);
                if (!decoding.schedule.finishPlanPiece()) continue;
                try decoding.readPlan();
                decoding.schedule.finishPlan(&decoding.plan);
            },
            .base => |piece| {
                const buffer = decoding.base[@intCast(piece.offset)..][0..piece.frame.size];
                try decoding.decodeFrame(by, piece.frame, buffer, 0);
                unfilter(piece, buffer, decoding.bundle.skeletonSizeOf(decoding.bundle.baseOf(decoding.variant)));
            },
            .variant => |piece| try decoding.decodeVariantPiece(by, piece),
        };
    }

    fn decodeVariantPiece(decoding: *Decoding, by: *Worker, piece: Piece) Error!void {
        @setRuntimeSafety(true);
        const size: usize = piece.frame.size;
        const whole: ?[]u8 = if (decoding.target == .whole) decoding.stream[@intCast(piece.offset)..][0..size] else null;
        if (decoding.schedule.plan_read) |plan| {
            const memory = by.predictedFrame(size);
            const buffer = memory[size..];
            predict.predict(arch.native.?, plan, piece.offset, memory[0..size]);
            try decoding.decodeFrame(by, piece.frame, memory, size);
            // What the encoder predicted, this code must have predicted, too.
            if (checksum.of(buffer) != piece.frame.checksum) return error.Checksum;
            decoding.giveBackBase(decoding.schedule.finishedBase(by.index));
            if (whole) |stream| @memcpy(stream, buffer) else try decoding.writeSkeleton(buffer, piece.offset);
        } else {
            const buffer = whole orelse by.frame(size);
            try decoding.decodeFrame(by, piece.frame, buffer, 0);
            unfilter(piece, buffer, decoding.bundle.skeletonSizeOf(decoding.variant));
            if (whole == null) try decoding.writeSkeleton(buffer, piece.offset);
        }
    }

    /// Memory that was used a moment ago is in the cache, and so is what the kernel gives in its place for the rest of the
    /// base; and a process holds less of it.
    fn giveBackBase(decoding: *Decoding, size: u64) void {
        @setRuntimeSafety(true);
        const start = @intFromPtr(decoding.base.ptr);
        const from = std.mem.alignForward(usize, start, huge_page_size);
        const to = std.mem.alignBackward(usize, start + @as(usize, @intCast(size)), huge_page_size);
        const before = decoding.given_back.load(.monotonic);
        if (to <= @max(from, before)) return;
        // Whoever loses this leaves the rest to whoever comes next.
        if (decoding.given_back.cmpxchgStrong(before, to, .monotonic, .monotonic) != null) return;
        const first = @max(from, before);
        system.discard(decoding.base[first - start ..][0 .. to - first]);
    }

    fn readPlan(decoding: *Decoding) Error!void {
        decoding.plan_memory = try system.map(try predict.Recipe.memorySize(decoding.plan_bytes));
        const base: predict.Base = .{ .image = decoding.image, .stored = decoding.base };
        decoding.plan = try predict.Recipe.parse(decoding.plan_bytes, base, decoding.plan_memory);
    }

    /// Into the memory behind its first `reference_size` bytes.
    fn decodeFrame(decoding: *const Decoding, by: *Worker, frame: *const format.Frame, memory: []u8, reference_size: usize) Error!void {
        @setRuntimeSafety(true);
        assert(memory.len - reference_size == frame.size);
        const stored = decoding.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.StoredChecksum;
        const size = by.decoder.decode(memory, reference_size, stored) orelse return error.Decoder;
        if (size != frame.size) return error.Decoder;
    }

    /// `skeleton_size` is that of the variant that the piece belongs to.
    fn unfilter(piece: Piece, buffer: []u8, skeleton_size: u64) void {
        switch (@as(format.Filter, @enumFromInt(piece.frame.filter))) {
            .none => {},
            .code => filter.code(.backward, arch.native.?, buffer, piece.offset, filter.bitsFor(skeleton_size)),
        }
    }

    /// Bytes from `offset` of the skeleton on: each piece between two detached ranges goes to its place
    /// in the file.
    fn writeSkeleton(decoding: *Decoding, bytes: []const u8, offset: u64) Error!void {
        @setRuntimeSafety(true);
        var rest = bytes;
        var place = offset;
        for (decoding.detached) |*range| {
            if (range.offset > place) {
                const size: usize = @intCast(@min(rest.len, range.offset - place));
                if (size > 0) try decoding.write(rest[0..size], place);
                rest = rest[size..];
                place += size;
                if (rest.len == 0) return;
            }
            place += range.size;
        }
        try decoding.write(rest, place);
    }

    fn write(decoding: *Decoding, bytes: []const u8, offset: u64) Error!void {
        @setRuntimeSafety(true);
        const result = switch (decoding.target) {
            .file => |descriptor| system.writeAt(descriptor, bytes, offset),
            .pipe => |descriptor| system.write(descriptor, bytes),
            .memory => |memory| return @memcpy(memory[@intCast(offset)..][0..bytes.len], bytes),
            .whole => unreachable,
        };
        switch (result) {
            .ok => {},
            .failed => |number| {
                // Another thread may do the same: whichever number stays is a true one.
                decoding.write_failure = number;
                return error.Write;
            },
        }
    }

    /// The file may end with a hole.
    fn setSize(decoding: *Decoding, descriptor: system.Descriptor) Error!void {
        switch (system.setSize(descriptor, decoding.variant.size)) {
            .ok => {},
            .failed => |number| {
                decoding.write_failure = number;
                return error.Write;
            },
        }
    }

    /// The first error stays.
    fn fail(decoding: *Decoding, err: Error) void {
        _ = decoding.failure.cmpxchgStrong(0, @intFromError(err), .release, .monotonic);
        decoding.schedule.fail();
    }
};
