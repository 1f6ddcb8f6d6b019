//! A variant's stream → its file: the skeleton, with the detached ranges back in their places, deflated
//! where the file has them so. What needs debug data pays for that; a start does without.
//!
//! Bytes go out in the order of the file, so that they may go to a pipe.
const std = @import("std");
const deflate = @import("deflate");
const format = @import("format.zig");
const system = @import("system.zig");

pub const Error = error{
    /// What is stored does not deflate to a range of the recorded size.
    Deflated,
    /// The number is in `write_failure`.
    Write,
};

/// In static memory, as a thread's stack has no room for it.
var workspace: deflate.Workspace = undefined;
var buffer: [64 << 10]u8 = undefined;

/// Writes the file of a variant to the descriptor, from where that stands. `ranges` are the variant's and
/// belong to the stream, as `bundle.parse` has checked. There is one at a time.
pub fn write(descriptor: system.Descriptor, stream: []const u8, ranges: []const format.Detached, write_failure: *system.Errno) Error!void {
    @setRuntimeSafety(true);
    const skeleton_size = skeletonSize(stream, ranges);
    var skeleton = stream[0..skeleton_size];
    var contents = stream[skeleton_size..];
    var place: u64 = 0;
    for (ranges) |*range| {
        const gap: usize = @intCast(range.offset - place);
        try writePart(descriptor, skeleton[0..gap], write_failure);
        skeleton = skeleton[gap..];
        const size: usize = @intCast(range.stream_size);
        if (range.size == range.stream_size) {
            try writePart(descriptor, contents[0..size], write_failure);
        } else {
            try Deflated.write(descriptor, contents[0..size], range.size, write_failure);
        }
        contents = contents[size..];
        place = range.offset + range.size;
    }
    try writePart(descriptor, skeleton, write_failure);
}

fn skeletonSize(stream: []const u8, ranges: []const format.Detached) usize {
    @setRuntimeSafety(true);
    var size = stream.len;
    for (ranges) |*range| size -= @intCast(range.stream_size);
    return size;
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

    fn write(descriptor: system.Descriptor, contents: []const u8, size: u64, write_failure: *system.Errno) Error!void {
        var deflated: Deflated = .{
            .output = .{ .buffer = &buffer, .drain = drain },
            .descriptor = descriptor,
            .left = size,
        };
        // Inlined here it would be compiled for speed, and take 3 KiB more.
        const result = @call(.never_inline, deflate.compressTo, .{ &workspace, contents, &deflated.output });
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
