//! Writes the base of the direct layout as `go build` made it: the bundle's own file with the base's frames laid over
//! it (`format.Codec.in_place`).
const std = @import("std");
const checksum = @import("checksum");
const format = @import("format");
const Source = @import("decoding.zig").Source;
const system = @import("../system.zig");
const zstd = @import("zstd");

pub const Error = error{
    /// The checksum of a frame is wrong, or it does not decode.
    Damaged,
    /// The file is not the one that mgo wrote, perhaps because it was stripped.
    Changed,
    OutOfMemory,
    /// The error number of this and the next is in `Restoring.failure`.
    Read,
    Write,
};

/// Too large for the stack.
const Workspace = struct {
    decoder: zstd.Decoder,
    buffer: [format.frame_size_max]u8,
    range: [format.frame_size_max]u8 align(@alignOf(format.Restore)),
};

pub const Restoring = struct {
    source: Source,
    /// The bundle's own file.
    file: system.Descriptor,
    output: system.Descriptor,
    failure: system.Errno = .SUCCESS,

    /// Reads the file twice: nothing is written before all of it is verified.
    pub fn run(restoring: *Restoring) Error!void {
        const memory = try system.memory.map(@sizeOf(Workspace));
        defer system.memory.unmap(memory);
        const workspace: *Workspace = @ptrCast(memory.ptr);
        workspace.decoder.init(restoring.source.assembly);
        var sum: checksum.Stream = .init();
        try restoring.each(workspace, &sum, checksum.Stream.add);
        if (sum.value() != restoring.source.variant.checksum) return error.Changed;
        try restoring.each(workspace, restoring, writePiece);
    }

    /// Calls `take(taker, piece)` for the pieces of the executable, in order.
    fn each(restoring: *Restoring, workspace: *Workspace, taker: anytype, comptime take: anytype) Error!void {
        @setRuntimeSafety(true);
        var position: u64 = 0;
        for (restoring.source.bundle.contentFramesOf(restoring.source.variant)) |*frame| {
            const decoded = workspace.range[0..frame.size];
            try restoring.decode(workspace, frame, decoded);
            if (decoded.len <= @sizeOf(format.Restore)) return error.Damaged;
            const head = std.mem.bytesToValue(format.Restore, decoded[0..@sizeOf(format.Restore)]);
            const bytes = decoded[@sizeOf(format.Restore)..];
            if (head.offset < position or head.offset > restoring.source.variant.size) return error.Damaged;
            if (bytes.len > restoring.source.variant.size - head.offset) return error.Damaged;
            try restoring.eachOfFile(workspace, position, head.offset, taker, take);
            try take(taker, bytes);
            position = head.offset + bytes.len;
        }
        try restoring.eachOfFile(workspace, position, restoring.source.variant.size, taker, take);
    }

    fn eachOfFile(
        restoring: *Restoring,
        workspace: *Workspace,
        from: u64,
        to: u64,
        taker: anytype,
        comptime take: anytype,
    ) Error!void {
        @setRuntimeSafety(true);
        var position = from;
        while (position < to) {
            const wanted: usize = @intCast(@min(to - position, workspace.buffer.len));
            const size = switch (system.file.readAt(restoring.file, workspace.buffer[0..wanted], position)) {
                .ok => |size| size,
                .failed => |number| {
                    restoring.failure = number;
                    return error.Read;
                },
            };
            if (size == 0) return error.Changed;
            try take(taker, workspace.buffer[0..size]);
            position += size;
        }
    }

    fn decode(restoring: *const Restoring, workspace: *Workspace, frame: *const format.Frame, buffer: []u8) Error!void {
        @setRuntimeSafety(true);
        const stored = restoring.source.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.Damaged;
        const size = workspace.decoder.decode(buffer, 0, stored) orelse return error.Damaged;
        if (size != buffer.len or checksum.of(buffer) != frame.checksum) return error.Damaged;
    }

    fn writePiece(restoring: *Restoring, bytes: []const u8) Error!void {
        switch (system.file.write(restoring.output, bytes)) {
            .ok => {},
            .failed => |number| {
                restoring.failure = number;
                return error.Write;
            },
        }
    }
};
