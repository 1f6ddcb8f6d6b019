//! 64-bit Power, little-endian, for the launcher: launcher/arch/arch.zig describes what this declares.
const arch = @import("../arch.zig");
const auxiliary = @import("../auxiliary.zig");
const cpu = @import("cpu.zig");

pub const entry = @import("../entry.zig");
pub const fault = @import("../fault.zig");
pub const stub = @import("../stub.zig").Stub(296, 304);

pub fn detectCpu(_: u8, vector: arch.Auxiliary) arch.Cpu {
    return .{ .levels = cpu.levels(auxiliary.capabilities(vector)), .assembly = false };
}

/// <asm/task_size_64.h>: programs that do not ask for more have 47 bits.
pub const address_max = 1 << 47;

/// With radix page tables.
pub const huge_page_size = 2 << 20;

/// <asm/stat.h>
pub const Stat = @import("../stat.zig").X86AndPower;
