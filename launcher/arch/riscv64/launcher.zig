//! RISC-V for the launcher: launcher/arch/arch.zig describes what this declares.
const arch = @import("../arch.zig");
const cpu = @import("cpu.zig");

pub const entry = @import("../entry.zig");
pub const fault = @import("../fault.zig");
pub const stub = @import("../stub.zig").Stub(232, 240);

pub fn detectCpu(_: u8, vector: arch.Auxiliary) arch.Cpu {
    return .{ .levels = cpu.levels(cpu.read(vector)), .assembly = false };
}

/// Documentation/arch/riscv/vm-layout.rst of the kernel: Sv57, of which a process gets 56 bits.
pub const address_max = 1 << 56;

pub const huge_page_size = 2 << 20;

/// <asm-generic/stat.h>
pub const Stat = @import("../stat.zig").Generic;
