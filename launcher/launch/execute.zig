//! Executes a file by its descriptor: by execveat, or else by its path in /proc.
const std = @import("std");
const fatal = @import("../fatal.zig");
const interpreter = @import("interpreter.zig");
const Launch = @import("launch.zig").Launch;
const system = @import("../system.zig");

/// Replaces the launcher by the program in `descriptor`, or returns. `where` is the file's place, for messages.
pub fn execute(launch: *const Launch, descriptor: system.Descriptor, where: []const u8) void {
    const process = launch.process;
    const attempts = launch.attempts;
    process.restoreSignals();
    defer launch.resetSignals();
    const failure = system.process.executeDescriptor(descriptor, process.arguments, process.environment);
    // The file itself is open, so something else is missing: the ELF interpreter; or /dev/fd/N, by whose name TOMOYO
    // judges the call in kernels before 2025 (Debian 11's, in a chroot or an initramfs).
    if (failure == .NOENT) interpreter.require(descriptor, attempts);
    attempts.failExecution("file in ", where, ": execveat: ", failure);
    // The call is missing (qemu-user, Linux before 3.19), or a sandbox forbids it. A kernel may follow the link in
    // /proc after close-on-exec has closed its target, so the descriptor stays open, in the program too.
    system.file.keepOnExec(descriptor);
    var buffer: ProcPath = undefined;
    const path = procPath(&buffer, descriptor);
    if (attempts.log) fatal.line(.{ "executing ", std.mem.span(path), " instead" });
    const path_failure = system.process.execute(path, process.arguments, process.environment);
    if (path_failure == .NOENT) interpreter.require(descriptor, attempts);
    attempts.failExecution("file in ", where, ": /proc/self/fd: ", path_failure);
}

const proc_folder = "/proc/self/fd/";

/// Holds the path of any descriptor.
pub const ProcPath = [proc_folder.len + 10 + 1]u8;

/// Returns the path by which a descriptor's file can be opened and executed.
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

test "a descriptor's path has its number in decimal" {
    var buffer: ProcPath = undefined;
    inline for (.{ "0", "7", "10", "4294967295" }) |digits| {
        const descriptor = comptime std.fmt.parseInt(system.Descriptor, digits, 10) catch unreachable;
        try std.testing.expectEqualStrings(proc_folder ++ digits, std.mem.span(procPath(&buffer, descriptor)));
    }
}
