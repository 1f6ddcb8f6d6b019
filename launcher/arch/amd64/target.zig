//! How the launcher is built for x86-64.
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .x86_64,
    .page_size = 4096,
    .entry = &.{ "start.S", "fault.S", "enter.S" },
    .memory = "memory.S",
    .stub = "stub.S",
    .sequences = "sequences.S",
};
