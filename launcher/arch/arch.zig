//! Everything that engine/ needs to know of an instruction set, by architecture.
//!
//! The launcher is compiled for one architecture and starts programs of that one; the WebAssembly module encodes
//! programs of all. A new architecture is a folder beside this file and a row in each function here.
const builtin = @import("builtin");

/// Architectures that bundles hold programs for, by their names in GOARCH.
pub const Architecture = enum { amd64 };

/// The architecture that this code is compiled for; null where bundles hold no programs for it.
pub const native: ?Architecture = switch (builtin.cpu.arch) {
    .x86_64 => .amd64,
    else => null,
};

/// Finds relative addresses in code: `findEnds` and `Scanner` of amd64/operands.zig.
pub fn operands(comptime architecture: Architecture) type {
    return switch (architecture) {
        .amd64 => @import("amd64/operands.zig"),
    };
}

/// Assembly that executes zstd's sequences: amd64/sequences.zig. Null where Zig has to do.
pub const sequences = if (native) |architecture| switch (architecture) {
    .amd64 => @import("amd64/sequences.zig"),
} else null;
