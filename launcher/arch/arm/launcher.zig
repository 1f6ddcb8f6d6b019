//! 32-bit ARM for the launcher: launcher/arch/arch.zig describes what this declares.
const arch = @import("../arch.zig");
const cpu = @import("cpu.zig");

pub const entry = @import("../entry.zig");
pub const fault = @import("../fault.zig");
pub const stub = @import("../stub.zig").Stub(216, 224);

pub fn detectCpu(_: u8, vector: arch.Auxiliary) arch.Cpu {
    return .{ .levels = cpu.levels(cpu.read(vector)), .assembly = false };
}

/// ARMv5 has no instructions for atomic operations, and no CPU beside another.
pub const has_threads = false;

/// Kernels for arm64 let programs for arm have all of 32 bits. Without the last page of the largest size, the end of
/// whole pages fits 32 bits, too.
pub const address_max = (1 << 32) - (64 << 10);

/// With the page tables of LPAE.
pub const huge_page_size = 2 << 20;

/// <asm/stat.h>
pub const Stat = @import("../stat.zig").Arm;
