//! Stored frames → the variant's stream. The checksum of stored bytes is verified before the decoder sees
//! them; what they decode to is determined by them, and by the prediction where there is one.
//!
//! Frames are decoded by several threads at once, each with memory of its own (`Workspace`). Of a
//! variant that is predicted from a base, plan and base are decoded first, into mappings that all
//! threads see.
//!
//! A start decodes skeletons only, the base's too, and leaves holes in the file for what is detached.
//! Who wants the whole file decodes the whole stream into memory, for attach.zig.
const std = @import("std");
const assert = std.debug.assert;
const checksum = @import("checksum.zig");
const format = @import("format");
const predict = @import("predict");
const system = @import("system.zig");
const threads = @import("threads.zig");
const zstd = @import("zstd.zig");
const Bundle = @import("bundle.zig").Bundle;

pub const Error = error{
    /// The stored bytes are not those that were written.
    StoredChecksum,
    /// zstd refuses the stored bytes, or they decode to another size.
    Decoder,
    /// The plan contradicts itself.
    Plan,
    /// A predicted frame decodes to other bytes than were encoded.
    Checksum,
    OutOfMemory,
    /// The number is in `Decoding.write_failure`.
    Write,
};

/// More threads than this wait for each other: writes to one file in memory take turns.
const threads_max = 8;
/// Starting a thread takes about as long as decoding a tenth of a frame, and a thread that finds
/// nothing to do has cost that for nothing.
const frames_per_thread = 2;

/// What one thread decodes with.
const Workspace = struct {
    decoder: zstd.Decoder,
    /// What one frame decodes to. It stays in the cache while the frames pass through it, which
    /// makes it faster than decoding into a mapping of the memfd: there each page is touched cold.
    frame: [format.frame_size_max]u8 align(64),
    /// What it is predicted to be.
    prediction: [format.frame_size_max]u8 align(64),
};

/// A thread beside the first one.
const Helper = struct {
    thread: threads.Thread,
    workspace: Workspace,
    decoding: *Decoding,

    fn work(helper: *Helper) void {
        helper.decoding.work(&helper.workspace);
    }
};

/// One variant on its way out.
pub const Decoding = struct {
    bundle: *const Bundle,
    variant: *const format.Variant,
    target: Target,
    /// Whether zstd's code for BMI1, BMI2 and LZCNT can run here.
    bit_manipulation: bool = false,
    /// What `deinit` gives back.
    workspace: []align(std.heap.page_size_min) u8 = &.{},
    helpers: []align(std.heap.page_size_min) u8 = &.{},
    frames: Queue,
    /// The base's image in memory; empty where the base is stored.
    image: []const u8 = &.{},
    /// What the skeleton goes around.
    detached: []const format.Detached,
    /// The whole stream, where it is wanted; empty elsewhere.
    stream: []align(std.heap.page_size_min) u8 = &.{},
    /// The variant's plan, where it is predicted.
    plan_frames: Queue = .{ .frames = &.{} },
    plan_bytes: []align(std.heap.page_size_min) u8 = &.{},
    plan_memory: []align(std.heap.page_size_min) u8 = &.{},
    plan_left: std.atomic.Value(u32) = .init(0),
    plan: predict.Plan = undefined,
    /// What it is predicted from: the frames of a stored base, or those beside one in place.
    base_frames: Queue = .{ .frames = &.{} },
    base: []align(std.heap.page_size_min) u8 = &.{},
    /// How many frames of the base must be decoded, and the plan read, before a frame can be predicted.
    steps_left: std.atomic.Value(u32) = .init(0),
    /// 0 until there are none, or never will be.
    ready: threads.Event = .{ .word = .init(0) },
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
            .frames = .{ .frames = if (target == .whole) bundle.contentFramesOf(variant) else bundle.skeletonFramesOf(variant) },
            .detached = bundle.detachedOf(variant),
        };
    }

    /// There is one at a time.
    pub fn run(decoding: *Decoding, cpu_count: u32) Error!void {
        try decoding.prepare();
        decoding.workspace = try system.map(@sizeOf(Workspace));
        const frame_count = decoding.frames.frames.len + decoding.base_frames.frames.len;
        const wanted = if (decoding.target == .pipe) 1 else @min(cpu_count, threads_max, frame_count / frames_per_thread);
        const helpers: []Helper = if (wanted > 1) decoding.startHelpers(wanted - 1) else &.{};
        decoding.work(@ptrCast(@alignCast(decoding.workspace.ptr)));
        for (helpers) |*helper| helper.thread.join();
        const failure = decoding.failure.load(.acquire);
        if (failure != 0) return @as(Error, @errorCast(@errorFromInt(failure)));
        if (decoding.target == .file and decoding.detached.len > 0) try decoding.setSize(decoding.target.file);
    }

    /// Gives back all memory: needed where the process goes on without an exec.
    pub fn deinit(decoding: *Decoding) void {
        for ([_][]align(std.heap.page_size_min) u8{
            decoding.workspace, decoding.helpers, decoding.plan_bytes, decoding.plan_memory, decoding.base, decoding.stream,
        }) |memory| system.unmap(memory);
        decoding.* = undefined;
    }

    /// Memory for the plan, the base and the stream.
    fn prepare(decoding: *Decoding) Error!void {
        @setRuntimeSafety(true);
        if (decoding.target == .whole) decoding.stream = try system.map(decoding.frames.size() orelse return error.OutOfMemory);
        const base = decoding.bundle.baseOf(decoding.variant);
        if (base == decoding.variant) return;
        decoding.plan_frames.frames = decoding.bundle.extraFramesOf(decoding.variant);
        decoding.plan_left.store(@intCast(decoding.plan_frames.frames.len), .monotonic);
        decoding.plan_bytes = try system.map(decoding.plan_frames.size() orelse return error.OutOfMemory);
        decoding.base_frames.frames = decoding.bundle.referenceFramesOf(base, decoding.target == .whole);
        const base_size = decoding.base_frames.size() orelse return error.OutOfMemory;
        if (base_size > 0) decoding.base = try system.map(base_size);
        decoding.steps_left.store(@intCast(decoding.base_frames.frames.len + 1), .monotonic);
    }

    /// As many as the kernel gives memory and threads for.
    fn startHelpers(decoding: *Decoding, count: usize) []Helper {
        decoding.helpers = system.map(count * @sizeOf(Helper)) catch return &.{};
        const helpers: []Helper = @alignCast(std.mem.bytesAsSlice(Helper, decoding.helpers));
        for (helpers, 0..) |*helper, started| {
            helper.decoding = decoding;
            if (!helper.thread.start(Helper, Helper.work, helper)) return helpers[0..started];
        }
        return helpers;
    }

    /// What each thread does.
    fn work(decoding: *Decoding, workspace: *Workspace) void {
        workspace.decoder.init(decoding.bit_manipulation);
        decoding.decodeAll(workspace) catch |err| decoding.fail(err);
    }

    fn decodeAll(decoding: *Decoding, workspace: *Workspace) Error!void {
        @setRuntimeSafety(true);
        var plan: Queue.Cursor = .{};
        while (decoding.plan_frames.next(&plan)) |piece| {
            const buffer = decoding.plan_bytes[@intCast(piece.offset)..][0..piece.frame.size];
            try decoding.decodeFrame(workspace, piece.frame, &.{}, buffer);
            if (decoding.plan_left.fetchSub(1, .acq_rel) > 1) continue;
            try decoding.readPlan();
            decoding.finishStep();
        }
        var base: Queue.Cursor = .{};
        while (decoding.base_frames.next(&base)) |piece| {
            if (decoding.hasFailed()) return;
            const buffer = decoding.base[@intCast(piece.offset)..][0..piece.frame.size];
            try decoding.decodeFrame(workspace, piece.frame, &.{}, buffer);
            unfilter(piece, buffer, decoding.bundle.skeletonSizeOf(decoding.bundle.baseOf(decoding.variant)));
            decoding.finishStep();
        }
        const predicted = decoding.plan_frames.frames.len > 0;
        if (predicted) decoding.awaitReady();

        var variant: Queue.Cursor = .{};
        while (decoding.frames.next(&variant)) |piece| {
            if (decoding.hasFailed()) return;
            const buffer = if (decoding.target == .whole)
                decoding.stream[@intCast(piece.offset)..][0..piece.frame.size]
            else
                workspace.frame[0..piece.frame.size];
            const prediction = workspace.prediction[0..if (predicted) buffer.len else 0];
            if (predicted) predict.predict(&decoding.plan, piece.offset, prediction);
            try decoding.decodeFrame(workspace, piece.frame, prediction, buffer);
            if (!predicted) unfilter(piece, buffer, decoding.bundle.skeletonSizeOf(decoding.variant));
            // What the encoder predicted, this code must have predicted, too.
            if (predicted and checksum.of(buffer) != piece.frame.checksum) return error.Checksum;
            if (decoding.target != .whole) try decoding.writeSkeleton(buffer, piece.offset);
        }
    }

    fn readPlan(decoding: *Decoding) Error!void {
        decoding.plan_memory = try system.map(try predict.Plan.memorySize(decoding.plan_bytes));
        const base: predict.Base = .{ .image = decoding.image, .stored = decoding.base };
        decoding.plan = try predict.Plan.parse(decoding.plan_bytes, base, decoding.plan_memory);
    }

    fn decodeFrame(decoding: *const Decoding, workspace: *Workspace, frame: *const format.Frame, reference: []const u8, buffer: []u8) Error!void {
        @setRuntimeSafety(true);
        assert(buffer.len == frame.size);
        const stored = decoding.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.StoredChecksum;
        const size = workspace.decoder.decode(buffer, stored, reference) orelse return error.Decoder;
        if (size != buffer.len) return error.Decoder;
    }

    /// `skeleton_size` is that of the variant that the piece belongs to.
    fn unfilter(piece: Queue.Piece, buffer: []u8, skeleton_size: u64) void {
        switch (@as(format.Filter, @enumFromInt(piece.frame.filter))) {
            .none => {},
            .code => predict.filter.code(.backward, buffer, piece.offset, predict.filter.bitsFor(skeleton_size)),
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

    fn finishStep(decoding: *Decoding) void {
        if (decoding.steps_left.fetchSub(1, .acq_rel) == 1) decoding.setReady();
    }

    fn setReady(decoding: *Decoding) void {
        decoding.ready.word.store(1, .release);
        decoding.ready.wake();
    }

    fn awaitReady(decoding: *Decoding) void {
        while (decoding.ready.word.load(.acquire) == 0) decoding.ready.sleepWhile(0);
    }

    /// The first error stays. Threads that wait for the base go on, and find that there was one.
    fn fail(decoding: *Decoding, err: Error) void {
        _ = decoding.failure.cmpxchgStrong(0, @intFromError(err), .release, .monotonic);
        decoding.setReady();
    }

    fn hasFailed(decoding: *const Decoding) bool {
        return decoding.failure.load(.monotonic) != 0;
    }
};

/// Frames that threads take one by one, in order.
const Queue = struct {
    frames: []const format.Frame,
    taken: std.atomic.Value(u32) = .init(0),

    const Piece = struct {
        frame: *const format.Frame,
        /// Of what it decodes to, in bytes from the start of the first frame's.
        offset: u64,
    };

    /// How far one thread has come: offsets are sums of sizes, and a thread only goes forward.
    const Cursor = struct { index: usize = 0, offset: u64 = 0 };

    /// Of what all frames decode to, in bytes; null if that is more than there are addresses.
    fn size(queue: *const Queue) ?usize {
        var sum: u64 = 0;
        for (queue.frames) |*frame| sum += frame.size;
        return std.math.cast(usize, sum);
    }

    fn next(queue: *Queue, cursor: *Cursor) ?Piece {
        @setRuntimeSafety(true);
        const index = queue.taken.fetchAdd(1, .monotonic);
        if (index >= queue.frames.len) return null;
        while (cursor.index < index) : (cursor.index += 1) cursor.offset += queue.frames[cursor.index].size;
        return .{ .frame = &queue.frames[index], .offset = cursor.offset };
    }
};
