//! AArch64 for the launcher: launcher/arch/arch.zig describes what this declares.
const arch = @import("../arch.zig");
const auxiliary = @import("../auxiliary.zig");
const cpu = @import("cpu.zig");

pub const entry = @import("../entry.zig");
pub const fault = @import("../fault.zig");
pub const stub = @import("../stub.zig").Stub(184, 192);

pub fn detectCpu(_: u8, vector: arch.Auxiliary) arch.Cpu {
    return .{ .levels = cpu.levels(auxiliary.capabilities(vector)), .assembly = false };
}

/// Documentation/arch/arm64/memory.rst of the kernel: programs that do not ask for more have 48 bits.
pub const address_max = 1 << 48;

/// With pages of 4 KiB. Those of 64 KiB make huge ones of 512 MiB, which no program fills.
pub const huge_page_size = 2 << 20;

/// <asm-generic/stat.h>
pub const Stat = @import("../stat.zig").Generic;
