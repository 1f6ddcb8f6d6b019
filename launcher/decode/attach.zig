//! A variant's stream → its file: the skeleton with the detached ranges back in their places, deflated if they are so
//! in the file. A start does without them.
//!
//! Bytes are written in the order of the file, so the target may be a pipe.
const std = @import("std");
const Decoding = @import("decoding.zig").Decoding;
const deflate = @import("deflate");
const system = @import("../system.zig");

pub const Error = @import("decoding.zig").Error || error{
    /// Stored bytes do not deflate to a range of the recorded size.
    Deflated,
};

/// Too large for the stack.
const Workspace = struct {
    deflate: deflate.Workspace,
    buffer: [64 << 10]u8,
};

/// Decodes a variant to the file of a descriptor, without its detached ranges or whole.
pub fn decodeTo(descriptor: system.Descriptor, decoding: *Decoding, cpu_count: u32) Error!void {
    try decoding.run(cpu_count);
    if (decoding.output.target == .whole) try write(descriptor, decoding);
}

/// Writes the file of a variant that was decoded whole, from the descriptor's position on.
pub fn write(descriptor: system.Descriptor, decoding: *Decoding) Error!void {
    @setRuntimeSafety(true);
    const memory = try system.memory.map(@sizeOf(Workspace));
    defer system.memory.unmap(memory);
    const workspace: *Workspace = @ptrCast(memory.ptr);
    const failure = &decoding.output.failure;
    const skeleton_size: usize = @intCast(decoding.source.bundle.skeletonSizeOf(decoding.source.variant));
    var skeleton: []const u8 = decoding.stream[0..skeleton_size];
    var contents: []const u8 = decoding.stream[skeleton_size..];
    var position: u64 = 0;
    for (decoding.output.detached) |*range| {
        const gap: usize = @intCast(range.offset - position);
        try writePart(descriptor, skeleton[0..gap], failure);
        skeleton = skeleton[gap..];
        const size: usize = @intCast(range.stream_size);
        if (range.size == range.stream_size) {
            try writePart(descriptor, contents[0..size], failure);
        } else {
            try Deflated.write(workspace, descriptor, contents[0..size], range.size, failure);
        }
        contents = contents[size..];
        position = range.offset + range.size;
    }
    try writePart(descriptor, skeleton, failure);
}

fn writePart(descriptor: system.Descriptor, bytes: []const u8, failure: *system.Errno) Error!void {
    switch (system.file.write(descriptor, bytes)) {
        .ok => {},
        .failed => |number| {
            failure.* = number;
            return error.Write;
        },
    }
}

/// State of deflating one range through the buffer.
const Deflated = struct {
    output: deflate.Output,
    descriptor: system.Descriptor,
    /// How many bytes of the range are still to be written.
    left: u64,
    failure: ?system.Errno = null,

    fn write(
        workspace: *Workspace,
        descriptor: system.Descriptor,
        contents: []const u8,
        size: u64,
        failure: *system.Errno,
    ) Error!void {
        var deflated: Deflated = .{
            .output = .{ .buffer = &workspace.buffer, .drain = drain },
            .descriptor = descriptor,
            .left = size,
        };
        // Inlined it would be compiled for speed here, and take 3 KiB more.
        const result = @call(.never_inline, deflate.compressTo, .{ &workspace.deflate, contents, &deflated.output });
        if (deflated.failure) |number| {
            failure.* = number;
            return error.Write;
        }
        result catch return error.Deflated;
        if (deflated.left > 0) return error.Deflated;
    }

    fn drain(output: *deflate.Output, bytes: []const u8) bool {
        const deflated: *Deflated = @alignCast(@fieldParentPtr("output", output));
        if (bytes.len > deflated.left) return false;
        deflated.left -= bytes.len;
        switch (system.file.write(deflated.descriptor, bytes)) {
            .ok => return true,
            .failed => |number| {
                deflated.failure = number;
                return false;
            },
        }
    }
};
