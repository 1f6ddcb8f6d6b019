//! The target of decoded bytes: a file, memory or a pipe.
const std = @import("std");
const format = @import("format");
const system = @import("../system.zig");

pub const Target = union(enum) {
    /// The skeleton to its place in a file, in any order.
    file: system.Descriptor,
    /// The same to memory that is zero and has the size of the file.
    memory: []u8,
    /// A variant without detached ranges, in order, perhaps to a pipe.
    pipe: system.Descriptor,
    /// The whole stream to `Decoding.stream`.
    whole,
};

pub const Output = struct {
    target: Target,
    /// The ranges that the skeleton leaves out.
    detached: []const format.Detached,
    /// The error number after `error.Write`.
    failure: system.Errno = .SUCCESS,

    /// Writes bytes from `offset` of the skeleton on: each part between two detached ranges goes to its own place.
    pub fn writeSkeleton(output: *Output, bytes: []const u8, offset: u64) error{Write}!void {
        @setRuntimeSafety(true);
        var rest = bytes;
        var position = offset;
        for (output.detached) |*range| {
            if (range.offset > position) {
                const size: usize = @intCast(@min(rest.len, range.offset - position));
                if (size > 0) try output.write(rest[0..size], position);
                rest = rest[size..];
                position += size;
                if (rest.len == 0) return;
            }
            position += range.size;
        }
        try output.write(rest, position);
    }

    fn write(output: *Output, bytes: []const u8, offset: u64) error{Write}!void {
        @setRuntimeSafety(true);
        try output.check(switch (output.target) {
            .file => |descriptor| system.file.writeAt(descriptor, bytes, offset),
            .pipe => |descriptor| system.file.write(descriptor, bytes),
            .memory => |memory| return @memcpy(memory[@intCast(offset)..][0..bytes.len], bytes),
            .whole => unreachable,
        });
    }

    /// Gives a file that ends with detached ranges its size: they are a hole.
    pub fn finish(output: *Output, size: u64) error{Write}!void {
        if (output.target == .file and output.detached.len > 0) {
            try output.check(system.file.setSize(output.target.file, size));
        }
    }

    /// Several threads may fail; any of their numbers is a true one.
    fn check(output: *Output, result: system.Result) error{Write}!void {
        switch (result) {
            .ok => {},
            .failed => |number| {
                output.failure = number;
                return error.Write;
            },
        }
    }
};
