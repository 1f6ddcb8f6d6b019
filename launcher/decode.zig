//! Stored frames → the variant's bytes, with each frame's two checksums verified: the stored bytes
//! before the decoder sees them, the decoded bytes before anyone else does.
//!
//! Frames are decoded by several threads at once, each with memory of its own (`Workspace`). A
//! variant that refers to a base has that decoded first, into a mapping that all threads see.
const std = @import("std");
const assert = std.debug.assert;
const checksum = @import("checksum.zig");
const format = @import("format.zig");
const system = @import("system.zig");
const threads = @import("threads.zig");
const zstd = @import("zstd.zig");
const Bundle = @import("bundle.zig").Bundle;

pub const Error = error{
    /// The stored bytes are not those that were written.
    StoredChecksum,
    /// zstd refuses the stored bytes, or they decode to another size.
    Decoder,
    /// The decoded bytes are not those that were encoded.
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

/// One variant on its way to a descriptor.
pub const Decoding = struct {
    bundle: *const Bundle,
    variant: *const format.Variant,
    descriptor: system.Descriptor,
    order: Order,
    /// Whether zstd's code for BMI1, BMI2 and LZCNT can run here.
    bit_manipulation: bool = false,
    /// What `deinit` gives back.
    workspace: []align(std.heap.page_size_min) u8 = &.{},
    helpers: []align(std.heap.page_size_min) u8 = &.{},
    frames: Queue,
    /// Frames of the base, as far as the variant refers to them.
    base: Queue = .{ .frames = &.{} },
    base_memory: []align(std.heap.page_size_min) u8 = &.{},
    /// 0 until all frames of the base are decoded, or none will be any more.
    base_ready: threads.Event = .{ .word = .init(0) },
    base_left: std.atomic.Value(u32) = .init(0),
    /// The first error, as a number; 0 for none.
    failure: std.atomic.Value(u16) = .init(0),
    /// The error number after `error.Write`.
    write_failure: system.Errno = .SUCCESS,

    pub const Order = enum {
        /// A file: each frame is written at its offset, whenever it is decoded.
        any,
        /// A pipe, perhaps: frames are written one after the other.
        ascending,
    };

    pub fn init(bundle: *const Bundle, variant: *const format.Variant, descriptor: system.Descriptor, order: Order) Decoding {
        return .{
            .bundle = bundle,
            .variant = variant,
            .descriptor = descriptor,
            .order = order,
            .frames = .{ .frames = bundle.framesOf(variant) },
        };
    }

    /// Writes the whole variant to the descriptor. There is one at a time.
    pub fn run(decoding: *Decoding, cpu_count: u32) Error!void {
        try decoding.prepareBase();
        decoding.workspace = try system.map(@sizeOf(Workspace));
        const frame_count = decoding.frames.frames.len + decoding.base.frames.len;
        const wanted = if (decoding.order == .ascending) 1 else @min(cpu_count, threads_max, frame_count / frames_per_thread);
        const helpers: []Helper = if (wanted > 1) decoding.startHelpers(wanted - 1) else &.{};
        decoding.work(@ptrCast(@alignCast(decoding.workspace.ptr)));
        for (helpers) |*helper| helper.thread.join();
        const failure = decoding.failure.load(.acquire);
        if (failure != 0) return @as(Error, @errorCast(@errorFromInt(failure)));
    }

    /// Gives back all memory: needed where the process goes on without an exec.
    pub fn deinit(decoding: *Decoding) void {
        for ([_][]align(std.heap.page_size_min) u8{ decoding.workspace, decoding.helpers, decoding.base_memory }) |memory| {
            system.unmap(memory);
        }
        decoding.* = undefined;
    }

    fn prepareBase(decoding: *Decoding) Error!void {
        @setRuntimeSafety(true);
        const base = decoding.bundle.baseOf(decoding.variant);
        if (base == decoding.variant) return;
        var end: u64 = 0;
        for (decoding.frames.frames) |*frame| end = @max(end, frame.reference_offset + frame.reference_size);
        var count: usize = 0;
        var size: u64 = 0;
        const frames = decoding.bundle.framesOf(base);
        while (size < end) : (count += 1) size += frames[count].size;
        if (count == 0) return;
        decoding.base.frames = frames[0..count];
        decoding.base_left.store(@intCast(count), .monotonic);
        decoding.base_memory = try system.map(std.math.cast(usize, size) orelse return error.OutOfMemory);
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
        var base: Queue.Cursor = .{};
        while (decoding.base.next(&base)) |piece| {
            if (decoding.hasFailed()) return;
            const buffer = decoding.base_memory[@intCast(piece.offset)..][0..piece.frame.size];
            try decoding.decodeFrame(workspace, piece.frame, &.{}, buffer);
            if (decoding.base_left.fetchSub(1, .release) == 1) decoding.setBaseReady();
        }
        if (decoding.base.frames.len > 0) decoding.awaitBase();

        var variant: Queue.Cursor = .{};
        while (decoding.frames.next(&variant)) |piece| {
            if (decoding.hasFailed()) return;
            const frame = piece.frame;
            const reference = if (frame.reference_size == 0)
                &.{}
            else
                decoding.base_memory[@intCast(frame.reference_offset)..][0..frame.reference_size];
            const buffer = workspace.frame[0..frame.size];
            try decoding.decodeFrame(workspace, frame, reference, buffer);
            try decoding.write(buffer, piece.offset);
        }
    }

    fn decodeFrame(decoding: *const Decoding, workspace: *Workspace, frame: *const format.Frame, reference: []const u8, buffer: []u8) Error!void {
        @setRuntimeSafety(true);
        assert(buffer.len == frame.size);
        const stored = decoding.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.StoredChecksum;
        const size = workspace.decoder.decode(buffer, stored, reference) orelse return error.Decoder;
        if (size != buffer.len) return error.Decoder;
        if (checksum.of(buffer) != frame.checksum) return error.Checksum;
    }

    fn write(decoding: *Decoding, bytes: []const u8, offset: u64) Error!void {
        const result = switch (decoding.order) {
            .any => system.writeAt(decoding.descriptor, bytes, offset),
            .ascending => system.write(decoding.descriptor, bytes),
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

    fn setBaseReady(decoding: *Decoding) void {
        decoding.base_ready.word.store(1, .release);
        decoding.base_ready.wake();
    }

    fn awaitBase(decoding: *Decoding) void {
        while (decoding.base_ready.word.load(.acquire) == 0) decoding.base_ready.sleepWhile(0);
    }

    /// The first error stays. Threads that wait for the base go on, and find that there was one.
    fn fail(decoding: *Decoding, err: Error) void {
        _ = decoding.failure.cmpxchgStrong(0, @intFromError(err), .release, .monotonic);
        decoding.setBaseReady();
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

    fn next(queue: *Queue, cursor: *Cursor) ?Piece {
        @setRuntimeSafety(true);
        const index = queue.taken.fetchAdd(1, .monotonic);
        if (index >= queue.frames.len) return null;
        while (cursor.index < index) : (cursor.index += 1) cursor.offset += queue.frames[cursor.index].size;
        return .{ .frame = &queue.frames[index], .offset = cursor.offset };
    }
};
