//! A file in memory, executed by its descriptor.
const std = @import("std");
const Launch = @import("launch.zig").Launch;
const levels = @import("../select/levels.zig");
const Process = @import("../self/process.zig").Process;
const program_file = @import("program_file.zig");
const system = @import("../system.zig");

/// The longest name that memfd_create takes, without its final zero (NAME_MAX - "memfd:").
const name_size_max = 249;

const path_size_max = 4096;

const where = "memory";

/// Ten times what a huge page takes that the kernel has at hand, in nanoseconds.
const huge_page_time_max = 2 * std.time.ns_per_ms;

pub fn start(launch: *const Launch) void {
    var path_buffer: [path_size_max]u8 = undefined;
    var name_buffer: [name_size_max + 1]u8 = undefined;
    const path = bundlePath(launch.process, &path_buffer);
    switch (system.file.createMemfd(memfdName(&name_buffer, path, launch.source.variant.level))) {
        .ok => |opened| {
            const descriptor: system.Descriptor = @intCast(opened);
            system.memory.backWithHugePages(descriptor, leadingSize(launch), huge_page_time_max);
            program_file.start(launch, .{ .writable = descriptor, .readable = descriptor }, where);
        },
        .failed => |number| launch.attempts.fail("file in ", where, ": memfd_create: ", number),
    }
}

/// Returns how many bytes of the file come before the first that a start leaves out.
fn leadingSize(launch: *const Launch) u64 {
    const variant = launch.source.variant;
    const detached = launch.source.bundle.detachedOf(variant);
    return if (detached.len == 0 or launch.symbols) variant.size else detached[0].offset;
}

/// Returns the path and the level, `/usr/bin/foobar [GOAMD64=v3]`. A path that is too long keeps its tail, behind three
/// dots.
fn memfdName(buffer: *[name_size_max + 1]u8, path: []const u8, level: u8) [*:0]const u8 {
    const suffix = [_][]const u8{ " [" ++ levels.variable ++ "=", levels.nameOf(level), "]" };
    const dots = "...";
    var path_size: usize = name_size_max;
    for (suffix) |piece| path_size -= piece.len;
    var name = std.ArrayList(u8).initBuffer(buffer);
    if (path.len <= path_size) {
        name.appendSliceAssumeCapacity(path);
    } else {
        name.appendSliceAssumeCapacity(dots);
        name.appendSliceAssumeCapacity(path[path.len - (path_size - dots.len) ..]);
    }
    for (suffix) |piece| name.appendSliceAssumeCapacity(piece);
    name.appendAssumeCapacity(0);
    return @ptrCast(buffer);
}

/// Returns the bundle's absolute path: as the kernel knows it, or without /proc as it was executed.
fn bundlePath(process: *const Process, buffer: *[path_size_max]u8) []const u8 {
    switch (system.file.readLink("/proc/self/exe", buffer)) {
        .ok => |size| return buffer[0..size],
        .failed => {},
    }
    const executed = std.mem.span(process.executed_path orelse "?");
    if (executed.len > 0 and executed[0] == '/') return executed;
    const folder_size = switch (system.process.workingDirectory(buffer)) {
        .ok => |size| size,
        .failed => return executed,
    };
    if (folder_size + executed.len > buffer.len) return executed;
    buffer[folder_size - 1] = '/';
    @memcpy(buffer[folder_size..][0..executed.len], executed);
    return buffer[0 .. folder_size + executed.len];
}

test "a memfd's name is the path, cut at its front, and the level" {
    var buffer: [name_size_max + 1]u8 = undefined;
    const short = "/usr/bin/foobar";
    try std.testing.expectEqualStrings(short ++ " [GOAMD64=v3]", std.mem.span(memfdName(&buffer, short, 3)));

    const suffix = " [GOAMD64=v4]";
    const fits = "/" ++ "x" ** (name_size_max - suffix.len - 1);
    try std.testing.expectEqualStrings(fits ++ suffix, std.mem.span(memfdName(&buffer, fits, 4)));
    const too_long = "/y" ++ fits[1..];
    const cut = std.mem.span(memfdName(&buffer, too_long, 4));
    try std.testing.expectEqual(name_size_max, cut.len);
    try std.testing.expectEqualStrings("..." ++ too_long[4..] ++ suffix, cut);
}
