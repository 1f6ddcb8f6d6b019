//! The levels of arm: an instruction set, and floating point in software or by the VFP.
//!
//! VFP and VFPv3 are what Go's runtime tests at its start (checkgoarm of runtime/os_linux_arm.go). It does not test the
//! instruction set: compiled for 6, Go uses REV and REV16, for 7 also RBIT, UBFX and MLS (ssa/_gen/ARM.rules), and a
//! CPU without them ends the program by SIGILL.
const Architecture = @import("../levels.zig").Architecture;

pub const arm: Architecture = .{
    .elf_machine = 40,
    .elf_class = 1,
    .function_align = 4,
    .variable = "GOARM",
    .levels = &.{
        .{
            .name = "5",
            .aliases = &.{"5,softfloat"},
            .march = "armv5te",
            .features = &.{"ARMv5"},
        },
        .{
            .name = "6,softfloat",
            .march = "armv6",
            .over = "5",
            .features = &.{"ARMv6"},
        },
        .{
            .name = "7,softfloat",
            .march = "armv7-a",
            .over = "6,softfloat",
            .features = &.{"ARMv7"},
        },
        .{
            .name = "5,hardfloat",
            .march = "armv5te+fp",
            .over = "5",
            .features = &.{"VFP"},
        },
        .{
            .name = "6",
            .aliases = &.{"6,hardfloat"},
            .march = "armv6+fp",
            .over = "6,softfloat",
            .features = &.{"VFP"},
        },
        .{
            .name = "7",
            .aliases = &.{"7,hardfloat"},
            .march = "armv7-a+fp",
            .over = "7,softfloat",
            .features = &.{ "VFP", "VFPv3" },
        },
    },
    .default_levels = &.{ "5", "6", "7" },
    .default_base = "7",
};
