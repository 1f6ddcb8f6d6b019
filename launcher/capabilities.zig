//! Whether the bundle's file carries capabilities. The kernel gives them to the launcher, and takes
//! them away again when the launcher executes a memfd, which carries none.
//!
//! AT_SECURE alone does not tell: SELinux sets it for every service that changes its domain.
const std = @import("std");
const system = @import("system.zig");
const Process = @import("start.zig").Process;

const attribute = "security.capability";

/// Under AT_SECURE, where file capabilities are one possible reason. If the file cannot be asked,
/// the answer is yes.
pub fn onOwnFile(process: *const Process) bool {
    return onFile("/proc/self/exe") orelse onFile(process.executed_path orelse return true) orelse true;
}

/// Null if the file cannot be asked.
fn onFile(path: [*:0]const u8) ?bool {
    return switch (system.extendedAttributeSize(path, attribute)) {
        .ok => true,
        .failed => |number| switch (number) {
            // EOVERFLOW: they belong to another user namespace and do not count in this one.
            .NODATA, .OPNOTSUPP, .OVERFLOW => false,
            else => null,
        },
    };
}

test "a file without capabilities, and a file that is not there" {
    try std.testing.expectEqual(false, onFile("/proc/self/exe"));
    try std.testing.expectEqual(null, onFile("/proc/self/no-such-file"));
}
