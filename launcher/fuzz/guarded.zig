//! Memory for a fuzzer's inputs and outputs with no page behind it: a read or write there faults, in Zig, C and
//! assembly, whatever checks are compiled in.
const std = @import("std");
const isReadable = @import("../system.zig").memory.isReadable;
const map = @import("../system.zig").memory.map;
const protect = @import("../system.zig").memory.protect;
const unmap = @import("../system.zig").memory.unmap;

const page_size = std.heap.page_size_min;

pub fn Guarded(comptime alignment: usize) type {
    return struct {
        mapping: []align(page_size) u8,
        /// Ends with the mapping, but for bytes lost to the alignment.
        bytes: []align(alignment) u8,

        const Self = @This();

        /// Filled with zeros.
        pub fn init(size: usize) Self {
            const pages_size = std.mem.alignForward(usize, size, page_size);
            const mapping = map(pages_size + page_size) catch @panic("no memory to fuzz with");
            const guard = @intFromPtr(mapping.ptr) + pages_size;
            if (protect(guard, page_size, .{}) == .failed) @panic("no page to guard with");
            const start = std.mem.alignBackward(usize, pages_size - size, alignment);
            return .{ .mapping = mapping, .bytes = @alignCast(mapping[start..][0..size]) };
        }

        pub fn copy(bytes: []const u8) Self {
            const guarded: Self = .init(bytes.len);
            @memcpy(guarded.bytes, bytes);
            return guarded;
        }

        pub fn deinit(guarded: Self) void {
            unmap(guarded.mapping);
        }
    };
}

test "the byte behind the memory cannot be read" {
    for ([_]usize{ 8, 100, page_size, page_size + 1 }) |size| {
        const guarded: Guarded(1) = .init(size);
        defer guarded.deinit();
        try std.testing.expect(isReadable((guarded.bytes.ptr + size - 8)[0..8]));
        try std.testing.expect(!isReadable((guarded.bytes.ptr + size)[0..8]));
    }
}
