//! A variant's stream → its file: the skeleton, with the detached ranges back in their places, deflated
//! where the file has them so. What needs debug data pays for that; a start does without.
//!
//! Bytes go out in the order of the file, so that they may go to a pipe.
const std = @import("std");
const decode = @import("decode.zig");
const deflate = @import("deflate");
const format = @import("format");
const system = @import("../system.zig");

pub const Error = decode.Error || error{
    /// What is stored does not deflate to a range of the recorded size.
    Deflated,
};

/// Too large for the stack.
const Workspace = struct {
    deflate: deflate.Workspace,
    buffer: [64 << 10]u8,
};

/// Writes the file of a variant that was decoded whole to the descriptor, from where that stands.
pub fn write(descriptor: system.Descriptor, decoding: *decode.Decoding) Error!void {
    @setRuntimeSafety(true);
    const memory = try system.map(@sizeOf(Workspace));
    defer system.unmap(memory);
    const workspace: *Workspace = @ptrCast(memory.ptr);
    const write_failure = &decoding.write_failure;
    const skeleton_size: usize = @intCast(decoding.bundle.skeletonSizeOf(decoding.variant));
    var skeleton: []const u8 = decoding.stream[0..skeleton_size];
    var contents: []const u8 = decoding.stream[skeleton_size..];
    var place: u64 = 0;
    for (decoding.detached) |*range| {
        const gap: usize = @intCast(range.offset - place);
        try writePart(descriptor, skeleton[0..gap], write_failure);
        skeleton = skeleton[gap..];
        const size: usize = @intCast(range.stream_size);
        if (range.size == range.stream_size) {
            try writePart(descriptor, contents[0..size], write_failure);
        } else {
            try Deflated.write(workspace, descriptor, contents[0..size], range.size, write_failure);
        }
        contents = contents[size..];
        place = range.offset + range.size;
    }
    try writePart(descriptor, skeleton, write_failure);
}

fn writePart(descriptor: system.Descriptor, bytes: []const u8, write_failure: *system.Errno) Error!void {
    switch (system.write(descriptor, bytes)) {
        .ok => {},
        .failed => |number| {
            write_failure.* = number;
            return error.Write;
        },
    }
}

/// One range on its way through the buffer.
const Deflated = struct {
    output: deflate.Output,
    descriptor: system.Descriptor,
    /// How many bytes of the range are still to come.
    left: u64,
    failure: ?system.Errno = null,

    fn write(workspace: *Workspace, descriptor: system.Descriptor, contents: []const u8, size: u64, write_failure: *system.Errno) Error!void {
        var deflated: Deflated = .{
            .output = .{ .buffer = &workspace.buffer, .drain = drain },
            .descriptor = descriptor,
            .left = size,
        };
        // Inlined here it would be compiled for speed, and take 3 KiB more.
        const result = @call(.never_inline, deflate.compressTo, .{ &workspace.deflate, contents, &deflated.output });
        if (deflated.failure) |number| {
            write_failure.* = number;
            return error.Write;
        }
        result catch return error.Deflated;
        if (deflated.left > 0) return error.Deflated;
    }

    fn drain(output: *deflate.Output, bytes: []const u8) bool {
        const deflated: *Deflated = @fieldParentPtr("output", output);
        if (bytes.len > deflated.left) return false;
        deflated.left -= bytes.len;
        switch (system.write(deflated.descriptor, bytes)) {
            .ok => return true,
            .failed => |number| {
                deflated.failure = number;
                return false;
            },
        }
    }
};
