//! How the launcher is built for arm64.
const Target = @import("../arch.zig").Target;

pub const target: Target = .{
    .cpu = .aarch64,
    // Kernels have pages of 4, 16 or 64 KiB.
    .page_size = 64 << 10,
    // Addresses relative to a page (ADRP) would tie the launcher's block to a place in its page.
    .code_model = .tiny,
    .entry = &.{ "arm64/start.S", "arm64/enter.S", "messages.S" },
    .stub = "arm64/stub.S",
};
