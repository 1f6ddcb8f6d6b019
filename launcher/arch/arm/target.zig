//! How the launcher is built for arm: for ARMv5, without floating point.
const std = @import("std");
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .arm,
    .model = &std.Target.arm.cpu.arm926ej_s,
    .features_added = std.Target.arm.featureSet(&.{.soft_float}),
    .abi = .eabi,
    // Kernels for arm64 with pages of other sizes may run programs for arm.
    .page_size = 64 << 10,
    .entry = &.{ "arm/start.S", "arm/enter.S", "messages.S" },
    .support = &.{"arm/atomic.S"},
    .stub = "arm/stub.S",
};
