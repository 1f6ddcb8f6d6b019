//! The root of the tests of the architecture that they are compiled for.
const std = @import("std");
const arch = @import("arch.zig");

/// `checkCpu(recording) !void` expects what a recording of a CPU says of it.
pub const checkCpu = switch (arch.native.?) {
    .amd64 => @import("amd64/cpu_recording.zig").check,
    else => @compileError("no launcher for this architecture"),
};

test {
    _ = @import("capabilities_test.zig");
    _ = @import("memory_test.zig");
    _ = @import("operands_test.zig");
    _ = arch.stub;
    inline for (comptime std.enums.values(arch.Architecture)) |architecture| _ = arch.relative(architecture);
    switch (arch.native.?) {
        .amd64 => {
            _ = @import("amd64/cpu.zig");
            _ = @import("amd64/stub.zig");
        },
        else => {},
    }
}
