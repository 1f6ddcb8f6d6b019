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
const predicting = @import("predict");
const Thread = @import("threads.zig").Thread;
const zstd = @import("zstd");

/// A thread and what it decodes with. Memory for a frame follows, and for what a predicted one needs behind it: a frame
/// of the base, and then patches in its place. It stays in the cache while frames pass through. Decoding straight into
/// a mapping of the memfd is slower: each page there is touched cold.
pub const Worker = struct {
    thread: Thread,
    decoder: zstd.Decoder,
    decoding: *Decoding,
    index: usize,

    /// Returns the size of a worker with its memory, in bytes. `base_frame_size_max` is null if nothing is predicted.
    pub fn sizeFor(frame_size_max: usize, base_frame_size_max: ?usize) usize {
        const behind = if (base_frame_size_max) |size| @max(size, format.patchesSizeMax(frame_size_max)) else 0;
        return std.mem.alignForward(usize, @sizeOf(Worker) + frame_size_max + behind, @alignOf(Worker));
    }

    pub fn work(worker: *Worker) void {
        const decoding = worker.decoding;
        worker.decoder.init(decoding.source.assembly);
        worker.decodeAll() catch |err| decoding.fail(err);
    }

    fn decodeAll(worker: *Worker) Error!void {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        while (decoding.schedule.take()) |taken| switch (taken) {
            .recipe => |piece| try worker.decodeShared(piece, decoding.recipe_bytes),
            .beside => |piece| try worker.decodeShared(piece, decoding.beside),
            .variant => |piece| try worker.decodeVariantPiece(piece),
        };
    }

    /// Decodes what all predictions need.
    fn decodeShared(worker: *Worker, piece: Piece, memory: []u8) Error!void {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        try worker.decode(piece.frame, memory[@intCast(piece.offset)..][0..piece.frame.size]);
        if (!decoding.schedule.finishPiece()) return;
        try decoding.readRecipe();
        decoding.schedule.finishRecipe(&decoding.recipe);
    }

    fn decodeVariantPiece(worker: *Worker, piece: Piece) Error!void {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        const output = &decoding.output;
        const whole: ?[]u8 = if (output.target == .whole) decoding.stream[@intCast(piece.offset)..] else null;
        if (decoding.schedule.recipe.frames.len > 0) {
            const bytes = try worker.predict(piece);
            if (whole) |stream| @memcpy(stream[0..bytes.len], bytes) else try output.writeSkeleton(bytes, piece.offset);
        } else {
            const buffer = if (whole) |stream| stream[0..piece.frame.size] else worker.buffers()[0..piece.frame.size];
            try worker.decode(piece.frame, buffer);
            if (bitsOf(piece.frame, decoding.source.bundle.skeletonSizeOf(decoding.source.variant))) |bits| {
                filter.code(.backward, arch.native.?, buffer, piece.offset, bits);
            }
            if (whole == null) try output.writeSkeleton(buffer, piece.offset);
        }
    }

    /// Returns the bytes of a frame that is predicted. They are in the worker's memory.
    fn predict(worker: *Worker, piece: Piece) Error![]const u8 {
        @setRuntimeSafety(true);
        const decoding = worker.decoding;
        const source = &decoding.source;
        const output = &decoding.output;
        const size: usize = piece.frame.size;
        const memory = worker.buffers()[decoding.frame_size_max - size ..];
        const bytes = memory[0..size];
        const behind = worker.buffers()[decoding.frame_size_max..];
        const base_size = source.bundle.skeletonSizeOf(source.bundle.baseOf(source.variant));
        const base_frame = decoding.baseFrameOf(piece.frame);
        const buffer = behind[0..if (base_frame) |found| found.frame.size else 0];
        if (base_frame) |found| try worker.decode(found.frame, buffer);
        const recipe = decoding.schedule.awaitRecipe() orelse return error.Recipe;
        const base: predicting.Base = if (base_frame) |found|
            .ofFrame(arch.native.?, recipe, buffer, found.position, bitsOf(found.frame, base_size))
        else if (source.isPredictedInPlace())
            .inPlace(recipe, decoding.baseImage(), decoding.beside)
        else
            .{};
        predicting.predict(arch.native.?, recipe, &base, piece.offset, bytes);
        const room = size + format.patchesSizeMax(size);
        const patches_size = try worker.decodeBehind(piece.frame, memory[0..room], size);
        predicting.patches.apply(bytes, behind[0..patches_size]) catch return error.Decoder;
        // The base in place may have been changed. A stored one was checked, as all else that these bytes are made of:
        // one more check is for those who extract the file.
        const is_start = output.target == .file or output.target == .memory;
        if (is_start and !source.isPredictedInPlace()) return bytes;
        if (checksum.of(bytes) != piece.frame.checksum) return error.Checksum;
        return bytes;
    }

    fn decode(worker: *Worker, frame: *const format.Frame, buffer: []u8) Error!void {
        assert(buffer.len == frame.size);
        if (try worker.decodeBehind(frame, buffer, 0) != frame.size) return error.Decoder;
    }

    /// Decodes into the memory behind its first `reference_size` bytes, which the frame refers to. Returns the decoded
    /// size.
    fn decodeBehind(worker: *Worker, frame: *const format.Frame, memory: []u8, reference_size: usize) Error!usize {
        const stored = worker.decoding.source.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.StoredChecksum;
        return worker.decoder.decode(memory, reference_size, stored) orelse error.Decoder;
    }

    fn buffers(worker: *Worker) []u8 {
        const behind: [*]u8 = @ptrCast(worker);
        return behind[@sizeOf(Worker)..worker.decoding.worker_size];
    }
};

/// Returns the bits of a frame's filter for code; null if it has none. `skeleton_size` is that of its variant.
fn bitsOf(frame: *const format.Frame, skeleton_size: u64) ?u6 {
    return switch (@as(format.Filter, @enumFromInt(frame.filter))) {
        .none => null,
        .code => filter.bitsFor(skeleton_size),
    };
}
