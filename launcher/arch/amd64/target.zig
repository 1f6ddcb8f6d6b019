//! How the launcher is built for x86-64.
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .x86_64,
    .page_size = 4096,
    .linker_script = "launcher/launcher.ld",
    .entry = &.{ "amd64/start.S", "amd64/fault.S", "amd64/enter.S" },
    .memory = "amd64/memory.S",
    .stub = "amd64/stub.S",
    .sequences = "amd64/sequences.S",
};
