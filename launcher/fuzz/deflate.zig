//! The deflater: its stream inflates to the input, and is the same through a small buffer.
const std = @import("std");
const deflate = @import("deflate");
const Guarded = @import("guarded.zig").Guarded;

/// The first byte is the size of the small buffer.
pub fn run(input: []const u8) void {
    if (input.len == 0) return;
    const bytes: Guarded(1) = .copy(input[1..]);
    defer bytes.deinit();
    const workspace: Guarded(@alignOf(deflate.Workspace)) = .init(@sizeOf(deflate.Workspace));
    defer workspace.deinit();
    const one: *deflate.Workspace = @ptrCast(workspace.bytes.ptr);

    // Stored blocks of 64 KiB have five bytes more.
    const stream: Guarded(1) = .init(bytes.bytes.len + bytes.bytes.len / 1024 + 64);
    defer stream.deinit();
    const size = deflate.compress(one, bytes.bytes, stream.bytes) orelse @panic("the stream is larger than it can be");

    var source: std.Io.Reader = .fixed(stream.bytes[0..size]);
    var window: [std.compress.flate.max_window_len]u8 = undefined;
    var inflating: std.compress.flate.Decompress = .init(&source, .zlib, &window);
    const inflated: Guarded(1) = .init(bytes.bytes.len);
    defer inflated.deinit();
    inflating.reader.readSliceAll(inflated.bytes) catch @panic("the stream does not inflate");
    std.debug.assert(std.mem.eql(u8, inflated.bytes, bytes.bytes));

    var buffer: [255]u8 = undefined;
    var pieces: Pieces = .{
        .output = .{ .buffer = buffer[0..input[0]], .drain = Pieces.drain },
        .rest = stream.bytes[0..size],
    };
    deflate.compressTo(one, bytes.bytes, &pieces.output) catch {
        std.debug.assert(input[0] == 0);
        return;
    };
    std.debug.assert(pieces.rest.len == 0);
    // Too small by one byte.
    std.debug.assert(deflate.compress(one, bytes.bytes, stream.bytes[0 .. size - 1]) == null);
}

const Pieces = struct {
    output: deflate.Output,
    /// The part that is still to be written.
    rest: []const u8,

    fn drain(output: *deflate.Output, bytes: []const u8) bool {
        const pieces: *Pieces = @fieldParentPtr("output", output);
        std.debug.assert(std.mem.startsWith(u8, pieces.rest, bytes));
        pieces.rest = pieces.rest[bytes.len..];
        return true;
    }
};
