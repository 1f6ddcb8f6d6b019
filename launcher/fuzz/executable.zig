//! A decoded executable, which is read and changed before it is started.
const std = @import("std");
const Guarded = @import("guarded.zig").Guarded;
const format = @import("format");
const memory_file = @import("../memory_file.zig");
const name = @import("../launch/name.zig");
const program = @import("../launch/program.zig");
const sections = @import("../launch/sections.zig");

/// The file follows. Ranges are those that `bundle.parse` accepts.
const Head = extern struct {
    ranges: [2]extern struct { gap: u16, size: u16 },
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    const contents = input[@sizeOf(Head)..];
    const file = memory_file.create();
    defer memory_file.close(file);
    memory_file.fill(file, contents);

    var ranges: [2]format.Detached = undefined;
    var end: u64 = 0;
    var count: usize = 0;
    for (head.ranges, &ranges) |given, *range| {
        range.* = .{ .offset = end + given.gap, .size = given.size, .stream_size = given.size };
        end = range.offset + range.size;
        if (given.size == 0 or end > contents.len) break;
        count += 1;
    }
    readForMapping(contents);
    sections.markDetached(file, ranges[0..count]);
    name.keep(&memory_file.process, file, contents.len, false);
    std.debug.assert(memory_file.sizeOf(file) == contents.len);
}

/// Reads it as if it were mapped: its segments must not overlap.
fn readForMapping(contents: []const u8) void {
    const file: Guarded(std.heap.page_size_min) = .copy(contents);
    defer file.deinit();
    const segments = program.readSegments(file.bytes) catch return;
    const found = program.read(file.bytes, segments, std.heap.page_size_min) catch return;
    var end = found.linked.start;
    for (found.loads[0..found.load_count]) |load| {
        std.debug.assert(load.start >= end and load.end > load.start);
        end = load.end;
    }
    std.debug.assert(end == found.linked.end);
    if (found.interpreter) |path| std.debug.assert(path.len < contents.len and path[path.len] == 0);
}
