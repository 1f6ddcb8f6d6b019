//! Capabilities of the bundle's file. The kernel gives them to the launcher and takes them away again when the
//! launcher executes a memfd, which carries none.
const std = @import("std");
const fatal = @import("../fatal.zig");
const Process = @import("process.zig").Process;
const system = @import("../system.zig");

const attribute = "security.capability";

/// Whether the kernel gave this process capabilities of its file. AT_SECURE alone does not tell: SELinux sets it for
/// every service that changes its domain. If the file cannot be asked, the answer is true.
pub fn areGiven(process: *const Process) bool {
    if (!process.secure) return false;
    return onFile("/proc/self/exe") orelse onFile(process.executed_path orelse return true) orelse true;
}

/// Ends the process. `hint` follows in the same line.
pub fn refuse(hint: []const u8) noreturn {
    fatal.exit(.capabilities, .{ "file capabilities refused: the program would lose them in this layout", hint });
}

/// Returns null if the file cannot be asked.
fn onFile(path: [*:0]const u8) ?bool {
    return switch (system.file.extendedAttributeSize(path, attribute)) {
        .ok => true,
        .failed => |number| switch (number) {
            // EOVERFLOW: they belong to another user namespace and do not count in this one.
            .NODATA, .OPNOTSUPP, .OVERFLOW => false,
            else => null,
        },
    };
}

test "a file without capabilities has none, and a missing file cannot be asked" {
    try std.testing.expectEqual(false, onFile("/proc/self/exe"));
    try std.testing.expectEqual(null, onFile("/proc/self/no-such-file"));
}
