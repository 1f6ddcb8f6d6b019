//! Starts a variant: an anonymous file in memory, filled by the decoder, and executed in place of
//! the launcher.
const std = @import("std");
const Fallback = @import("fallback.zig").Fallback;
const fatal = @import("../fatal.zig");
const format = @import("format");
const system = @import("../system.zig");
const Process = @import("../start.zig").Process;

/// The longest name that memfd_create takes, without its final zero (NAME_MAX - "memfd:").
pub const name_size_max = 249;

const path_size_max = 4096;

/// Null where there is none to be had, which `fallback` is told.
pub fn createMemory(process: *const Process, level: u8, fallback: *Fallback) ?system.Descriptor {
    var path_buffer: [path_size_max]u8 = undefined;
    var name_buffer: [name_size_max + 1]u8 = undefined;
    const name = memoryName(&name_buffer, ownPath(process, &path_buffer), level);
    switch (system.memfdCreate(name)) {
        .ok => |descriptor| return @intCast(descriptor),
        .failed => |number| {
            fallback.closed("file in ", memory_place, ": memfd_create: ", number);
            return null;
        },
    }
}

/// Where a file in memory is, for messages.
pub const memory_place = "memory";

/// `<path> [GOAMD64=vN]`; of a path that is too long the tail stays, behind three dots.
fn memoryName(buffer: *[name_size_max + 1]u8, path: []const u8, level: u8) [*:0]const u8 {
    var suffix = " [GOAMD64=v0]".*;
    suffix[suffix.len - 2] += level;
    const dots = "...";
    const path_size = name_size_max - suffix.len;
    var name = std.ArrayList(u8).initBuffer(buffer);
    if (path.len <= path_size) {
        name.appendSliceAssumeCapacity(path);
    } else {
        name.appendSliceAssumeCapacity(dots);
        name.appendSliceAssumeCapacity(path[path.len - (path_size - dots.len) ..]);
    }
    name.appendSliceAssumeCapacity(&suffix);
    name.appendAssumeCapacity(0);
    return @ptrCast(buffer);
}

/// The bundle's absolute path: as the kernel knows it, or, without /proc, as it was executed.
fn ownPath(process: *const Process, buffer: *[path_size_max]u8) []const u8 {
    switch (system.readLink("/proc/self/exe", buffer)) {
        .ok => |size| return buffer[0..size],
        .failed => {},
    }
    const executed = std.mem.span(process.executed_path orelse "?");
    if (executed.len > 0 and executed[0] == '/') return executed;
    const directory_size = switch (system.workingDirectory(buffer)) {
        .ok => |size| size,
        .failed => return executed,
    };
    if (directory_size + executed.len > buffer.len) return executed;
    buffer[directory_size - 1] = '/';
    @memcpy(buffer[directory_size..][0..executed.len], executed);
    return buffer[0 .. directory_size + executed.len];
}

/// Replaces the launcher by the program in `descriptor`. Returns where that cannot be, which `fallback` is told;
/// `place` says where the file is.
pub fn execute(process: *const Process, descriptor: system.Descriptor, place: []const u8, fallback: *Fallback) void {
    process.restoreSignals();
    defer resumeSignals(process);
    const failure = system.executeDescriptor(descriptor, process.arguments, process.environment);
    // The file itself is open, so it is another that is missing: the interpreter, or, for TOMOYO in kernels before
    // 2025, /dev/fd/N, by whose name it judges the call (Debian 11's in a chroot or an initramfs).
    if (failure == .NOENT) stopWithoutInterpreter(descriptor, fallback);
    fallback.notExecuted("file in ", place, ": execveat: ", failure);
    // The call is not there (qemu-user, Linux before 3.19), or a sandbox does not allow it. A kernel may resolve the
    // link after close-on-exec has closed what it points to, so the descriptor stays open, and stays with the program.
    system.keepOnExec(descriptor);
    var buffer: ProcPath = undefined;
    const path = procPath(&buffer, descriptor);
    if (fallback.log) fatal.line(.{ "executing ", std.mem.span(path), " instead" });
    const failure_of_path = system.execute(path, process.arguments, process.environment);
    if (failure_of_path == .NOENT) stopWithoutInterpreter(descriptor, fallback);
    fallback.notExecuted("file in ", place, ": /proc/self/fd: ", failure_of_path);
}

/// From here on as before the first way was tried. A limit on file sizes (ulimit -f) holds for files in memory, too:
/// the write that meets it is to fail with EFBIG, not to end the process without a word.
pub noinline fn resumeSignals(process: *const Process) void {
    process.restoreSignals();
    process.guardSignals();
    system.blockSignal(.XFSZ);
}

const proc_folder = "/proc/self/fd/";

/// Room for the path of any descriptor.
pub const ProcPath = [proc_folder.len + 10 + 1]u8;

/// The path by which a descriptor's file can be opened and executed.
pub noinline fn procPath(buffer: *ProcPath, descriptor: system.Descriptor) [*:0]const u8 {
    var start = buffer.len - 1;
    buffer[start] = 0;
    var rest = descriptor;
    while (true) {
        start -= 1;
        buffer[start] = '0' + @as(u8, @intCast(rest % 10));
        rest /= 10;
        if (rest == 0) break;
    }
    start -= proc_folder.len;
    @memcpy(buffer[start..][0..proc_folder.len], proc_folder);
    return @ptrCast(buffer[start..].ptr);
}

/// If the program in `descriptor` has an ELF interpreter that is not there: no other way leads around that.
fn stopWithoutInterpreter(descriptor: system.Descriptor, fallback: *const Fallback) void {
    var buffer: [path_size_max]u8 = undefined;
    const interpreter = readInterpreter(descriptor, &buffer) orelse return;
    switch (system.open(interpreter)) {
        .ok => |opened| system.close(@intCast(opened)),
        .failed => |number| if (number == .NOENT) {
            system.close(descriptor);
            refuseInterpreter(interpreter, fallback);
        },
    }
}

pub fn refuseInterpreter(interpreter: []const u8, fallback: *const Fallback) noreturn {
    fallback.stop(.not_executed, .{ "variant not executed: its ELF interpreter is missing: ", interpreter });
}

/// The path in PT_INTERP.
fn readInterpreter(descriptor: system.Descriptor, buffer: *[path_size_max]u8) ?[:0]const u8 {
    const header = readStruct(std.elf.Elf64_Ehdr, descriptor, 0) orelse return null;
    for (0..header.e_phnum) |index| {
        const offset = header.e_phoff +| index * @sizeOf(std.elf.Elf64_Phdr);
        const segment = readStruct(std.elf.Elf64_Phdr, descriptor, offset) orelse return null;
        if (segment.p_type != std.elf.PT_INTERP) continue;
        if (segment.p_filesz > buffer.len) return null;
        const path = buffer[0..@intCast(segment.p_filesz)];
        if (!system.readAllAt(descriptor, path, segment.p_offset)) return null;
        if (path.len == 0 or path[path.len - 1] != 0) return null;
        return path[0 .. path.len - 1 :0];
    }
    return null;
}

fn readStruct(comptime T: type, descriptor: system.Descriptor, offset: u64) ?T {
    var value: T = undefined;
    return if (system.readAllAt(descriptor, std.mem.asBytes(&value), offset)) value else null;
}

test "a memfd's name is the path and the level, cut at the path's front" {
    var buffer: [name_size_max + 1]u8 = undefined;
    try std.testing.expectEqualStrings("/usr/bin/foobar [GOAMD64=v3]", std.mem.span(memoryName(&buffer, "/usr/bin/foobar", 3)));

    const suffix = " [GOAMD64=v4]";
    const fits = "/" ++ "x" ** (name_size_max - suffix.len - 1);
    try std.testing.expectEqualStrings(fits ++ suffix, std.mem.span(memoryName(&buffer, fits, 4)));
    const too_long = "/y" ++ fits[1..];
    const cut = std.mem.span(memoryName(&buffer, too_long, 4));
    try std.testing.expectEqual(name_size_max, cut.len);
    try std.testing.expectEqualStrings("..." ++ too_long[4..] ++ suffix, cut);
}

test "the interpreter is found in PT_INTERP, and nowhere in damaged headers" {
    const elf = std.elf;
    const path = "/lib64/ld-linux-x86-64.so.2";
    const File = extern struct { header: elf.Elf64_Ehdr, segments: [2]elf.Elf64_Phdr, path: [path.len + 1]u8 };
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
    try expectInterpreter(path, bytes);
    for (0..whole) |size| try expectInterpreter(null, bytes[0..size]);

    file.segments[1].p_filesz = std.math.maxInt(u64);
    try expectInterpreter(null, bytes);
    file.segments[1].p_offset = std.math.maxInt(u64);
    try expectInterpreter(null, bytes);
    file.segments[1].p_type = elf.PT_NOTE;
    try expectInterpreter(null, bytes);
    file.header.e_phoff = std.math.maxInt(u64);
    try expectInterpreter(null, bytes);
}

fn expectInterpreter(expected: ?[]const u8, file: []const u8) !void {
    const descriptor: system.Descriptor = switch (system.memfdCreate("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return error.SkipZigTest,
    };
    defer _ = std.os.linux.close(@intCast(descriptor));
    _ = system.write(descriptor, file);
    var buffer: [path_size_max]u8 = undefined;
    const found = readInterpreter(descriptor, &buffer);
    try std.testing.expectEqual(expected == null, found == null);
    if (expected) |path| try std.testing.expectEqualStrings(path, found.?);
}
