//! How the launcher is built for riscv64.
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .riscv64,
    .page_size = 64 << 10,
    .code_model = .medium,
    .entry = &.{ "riscv64/start.S", "riscv64/enter.S", "messages.S" },
    .stub = "riscv64/stub.S",
};
