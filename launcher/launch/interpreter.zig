//! The ELF interpreter (dynamic linker) that a program asks for.
const std = @import("std");
const elf = std.elf;
const Attempts = @import("attempts.zig").Attempts;
const memory_file = @import("../memory_file.zig");
const system = @import("../system.zig");

const path_size_max = 4096;

/// Ends the process, or enters the base, if the program in `descriptor` names an interpreter that is missing: no other
/// way leads around that.
pub fn require(descriptor: system.Descriptor, attempts: *const Attempts) void {
    var buffer: [path_size_max]u8 = undefined;
    const path = read(descriptor, &buffer) orelse return;
    switch (system.file.open(path)) {
        .ok => |opened| system.file.close(@intCast(opened)),
        .failed => |number| if (number == .NOENT) {
            system.file.close(descriptor);
            stop(path, attempts);
        },
    }
}

pub fn stop(path: []const u8, attempts: *const Attempts) noreturn {
    attempts.stop(.not_executed, .{ "variant not executed: ELF interpreter is missing: ", path });
}

/// Returns the path in PT_INTERP, or null if there is none or the headers are damaged.
fn read(descriptor: system.Descriptor, buffer: *[path_size_max]u8) ?[:0]const u8 {
    const header = readStruct(elf.Ehdr, descriptor, 0) orelse return null;
    for (0..header.e_phnum) |index| {
        const offset = header.e_phoff +| index * @sizeOf(elf.Phdr);
        const segment = readStruct(elf.Phdr, descriptor, offset) orelse return null;
        if (segment.p_type != elf.PT_INTERP) continue;
        if (segment.p_filesz > buffer.len) return null;
        const path = buffer[0..@intCast(segment.p_filesz)];
        if (!system.file.readAllAt(descriptor, path, segment.p_offset)) return null;
        if (path.len == 0 or path[path.len - 1] != 0) return null;
        return path[0 .. path.len - 1 :0];
    }
    return null;
}

fn readStruct(comptime T: type, descriptor: system.Descriptor, offset: u64) ?T {
    var value: T = undefined;
    return if (system.file.readAllAt(descriptor, std.mem.asBytes(&value), offset)) value else null;
}

test "the interpreter is found in PT_INTERP, and nowhere in damaged headers" {
    const path = "/lib64/ld.so";
    const File = extern struct { header: elf.Ehdr, segments: [2]elf.Phdr, path: [path.len + 1]u8 };
    var file = std.mem.zeroes(File);
    file.header.e_phoff = @offsetOf(File, "segments");
    file.header.e_phnum = 2;
    file.segments[0].p_type = elf.PT_LOAD;
    file.segments[1].p_type = elf.PT_INTERP;
    file.segments[1].p_offset = @offsetOf(File, "path");
    file.segments[1].p_filesz = path.len + 1;
    file.path = (path ++ .{0}).*;
    const bytes = std.mem.asBytes(&file);
    const whole = @offsetOf(File, "path") + path.len + 1;
    try expectPath(path, bytes);
    for (0..whole) |size| try expectPath(null, bytes[0..size]);

    const max = std.math.maxInt(@TypeOf(file.header.e_phoff));
    file.segments[1].p_filesz = max;
    try expectPath(null, bytes);
    file.segments[1].p_offset = max;
    try expectPath(null, bytes);
    file.segments[1].p_type = elf.PT_NOTE;
    try expectPath(null, bytes);
    file.header.e_phoff = max;
    try expectPath(null, bytes);
}

fn expectPath(expected: ?[]const u8, contents: []const u8) !void {
    const file = memory_file.create();
    defer memory_file.close(file);
    memory_file.fill(file, contents);
    var buffer: [path_size_max]u8 = undefined;
    const found = read(file, &buffer);
    try std.testing.expectEqual(expected == null, found == null);
    if (expected) |path| try std.testing.expectEqualStrings(path, found.?);
}
