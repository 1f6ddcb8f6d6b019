//! The levels of ppc64le: generations of POWER, by the versions of the Power ISA that Linux announces
//! (Documentation/arch/powerpc/elf_hwcaps.rst), which Go's internal/cpu reads, too (cpu_ppc64x.go).
//!
//! POWER8's programs use VSX everywhere, which a kernel may have been built without.
const Architecture = @import("../levels.zig").Architecture;

pub const ppc64le: Architecture = .{
    .elf_machine = 21,
    .elf_class = 2,
    .function_align = 16,
    .variable = "GOPPC64",
    .c_option = "-mcpu",
    .levels = &.{
        .{
            .name = "power8",
            .march = "power8",
            .features = &.{ "ALTIVEC", "VSX", "ARCH_2_07" },
        },
        .{
            .name = "power9",
            .march = "power9",
            .over = "power8",
            .features = &.{"ARCH_3_00"},
        },
        .{
            .name = "power10",
            .march = "power10",
            .over = "power9",
            .features = &.{"ARCH_3_1"},
        },
    },
    .default_levels = &.{ "power8", "power9", "power10" },
    .default_base = "power9",
};
