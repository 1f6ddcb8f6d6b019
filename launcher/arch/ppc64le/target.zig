//! How the launcher is built for ppc64le.
const std = @import("std");
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .powerpc64le,
    .model = &std.Target.powerpc.cpu.pwr8,
    // Kernels have pages of 4 or 64 KiB.
    .page_size = 64 << 10,
    .entry = &.{ "ppc64le/start.S", "ppc64le/enter.S", "messages.S" },
    .stub = "ppc64le/stub.S",
};
