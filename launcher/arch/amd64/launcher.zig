//! x86-64 for the launcher: launcher/arch/arch.zig describes what this declares.
const arch = @import("../arch.zig");
const cpu = @import("cpu.zig");

/// start.S has all of it.
pub const entry = struct {};
pub const fault = @import("fault.zig");
pub const stub = @import("stub.zig").stub;

pub fn detectCpu(level_wanted: u8, _: arch.Auxiliary) arch.Cpu {
    const leaves = cpu.read(cpu.Hardware{}, level_wanted);
    return .{ .levels = cpu.levels(&leaves), .assembly = cpu.runsAssembly(&leaves) };
}

/// Documentation/arch/x86/x86_64/mm.rst of the kernel: user space has 47 bits.
pub const address_max = 1 << 47;

pub const huge_page_size = 2 << 20;

/// <asm/stat.h>
pub const Stat = @import("../stat.zig").X86AndPower;
