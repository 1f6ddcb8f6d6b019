//! The work of each thread of a decoding.
const std = @import("std");
const assert = std.debug.assert;
const arch = @import("arch");
const checksum = @import("checksum");
const Decoding = @import("decoding.zig").Decoding;
const Error = @import("decoding.zig").Error;
const filter = @import("filter");
const format = @import("format");
const Piece = @import("schedule.zig").Piece;
const predict = @import("predict");
const Thread = @import("threads.zig").Thread;
const zstd = @import("zstd");

/// A thread and what it decodes with. Two frames of memory follow: one for a prediction, one for what is decoded by
/// it. Both stay in the cache while frames pass through them. Decoding straight into a mapping of the memfd is slower:
/// each page there is touched cold.
pub const Worker = struct {
    thread: Thread,
    decoder: zstd.Decoder,
    decoding: *Decoding,
    index: usize,

    /// Returns the size of a worker with its buffers, in bytes.
    pub fn sizeFor(frame_size_max: usize) usize {
        return std.mem.alignForward(usize, @sizeOf(Worker) + 2 * frame_size_max, @alignOf(Worker));
    }

    pub fn work(worker: *Worker) void {
        const decoding = worker.decoding;
        worker.decoder.init(decoding.source.assembly);
        worker.decodeAll() catch |err| decoding.fail(err);
    }

    fn decodeAll(worker: *Worker) Error!void {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        const bundle = decoding.source.bundle;
        const schedule = &decoding.schedule;
        while (schedule.take(worker.index)) |taken| switch (taken) {
            .recipe => |piece| {
                const buffer = decoding.recipe_bytes[@intCast(piece.offset)..][0..piece.frame.size];
                try worker.decode(piece.frame, buffer, 0);
                if (!schedule.finishRecipePiece()) continue;
                try decoding.readRecipe();
                schedule.finishRecipe(&decoding.recipe);
            },
            .base => |piece| {
                const buffer = decoding.base[@intCast(piece.offset)..][0..piece.frame.size];
                try worker.decode(piece.frame, buffer, 0);
                unfilter(piece, buffer, bundle.skeletonSizeOf(bundle.baseOf(decoding.source.variant)));
            },
            .variant => |piece| try worker.decodeVariantPiece(piece),
        };
    }

    fn decodeVariantPiece(worker: *Worker, piece: Piece) Error!void {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        const output = &decoding.output;
        const size: usize = piece.frame.size;
        const whole: ?[]u8 = if (output.target == .whole) decoding.stream[@intCast(piece.offset)..][0..size] else null;
        if (decoding.schedule.recipe_read) |recipe| {
            const memory = worker.predictedFrame(size);
            const buffer = memory[size..];
            predict.predict(arch.native.?, recipe, piece.offset, memory[0..size]);
            try worker.decode(piece.frame, memory, size);
            // A wrong prediction decodes to wrong bytes.
            if (checksum.of(buffer) != piece.frame.checksum) return error.Checksum;
            decoding.giveBackBase(decoding.schedule.finishedBase(worker.index));
            if (whole) |stream| @memcpy(stream, buffer) else try output.writeSkeleton(buffer, piece.offset);
        } else {
            const buffer = whole orelse worker.frame(size);
            try worker.decode(piece.frame, buffer, 0);
            unfilter(piece, buffer, decoding.source.bundle.skeletonSizeOf(decoding.source.variant));
            if (whole == null) try output.writeSkeleton(buffer, piece.offset);
        }
    }

    /// Decodes into the memory behind its first `reference_size` bytes, which the frame refers to.
    fn decode(worker: *Worker, frame_stored: *const format.Frame, memory: []u8, reference_size: usize) Error!void {
        @setRuntimeSafety(true);
        assert(memory.len - reference_size == frame_stored.size);
        const stored = worker.decoding.source.bundle.stored(frame_stored);
        if (checksum.of(stored) != frame_stored.stored_checksum) return error.StoredChecksum;
        const size = worker.decoder.decode(memory, reference_size, stored) orelse return error.Decoder;
        if (size != frame_stored.size) return error.Decoder;
    }

    fn frame(worker: *Worker, size: usize) []u8 {
        @setRuntimeSafety(true);
        return worker.buffers()[worker.decoding.frame_size_max..][0..size];
    }

    /// Returns memory for a prediction and, behind it, a frame.
    fn predictedFrame(worker: *Worker, size: usize) []u8 {
        @setRuntimeSafety(true);
        return worker.buffers()[worker.decoding.frame_size_max - size ..][0 .. 2 * size];
    }

    fn buffers(worker: *Worker) []u8 {
        const behind: [*]u8 = @ptrCast(worker);
        return behind[@sizeOf(Worker)..worker.decoding.worker_size];
    }
};

/// `skeleton_size` is that of the variant that the piece belongs to.
fn unfilter(piece: Piece, buffer: []u8, skeleton_size: u64) void {
    switch (@as(format.Filter, @enumFromInt(piece.frame.filter))) {
        .none => {},
        .code => filter.code(.backward, arch.native.?, buffer, piece.offset, filter.bitsFor(skeleton_size)),
    }
}
