//! The levels of amd64.
//!
//! Features as in the x86-64 psABI (section "Micro-Architecture Levels"), which include those that Go's runtime tests
//! at its start (runtime/asm_amd64.s). OSFXSR and SCE are left out: programs cannot read them, and every 64-bit Linux
//! has enabled them.
const Architecture = @import("../levels.zig").Architecture;

pub const amd64: Architecture = .{
    .elf_machine = 62,
    .elf_class = 2,
    .function_align = 32,
    .variable = "GOAMD64",
    .levels = &.{
        .{
            .name = "v1",
            .march = "x86-64",
            .features = &.{ "CMOV", "CX8", "FPU", "FXSR", "MMX", "SSE", "SSE2" },
        },
        .{
            .name = "v2",
            .march = "x86-64-v2",
            .over = "v1",
            .features = &.{ "CMPXCHG16B", "LAHF-SAHF", "POPCNT", "SSE3", "SSE4_1", "SSE4_2", "SSSE3" },
        },
        .{
            .name = "v3",
            .march = "x86-64-v3",
            .over = "v2",
            .features = &.{ "AVX", "AVX2", "BMI1", "BMI2", "F16C", "FMA", "LZCNT", "MOVBE", "OSXSAVE" },
        },
        .{
            .name = "v4",
            .march = "x86-64-v4",
            .over = "v3",
            .features = &.{ "AVX512F", "AVX512BW", "AVX512CD", "AVX512DQ", "AVX512VL" },
        },
    },
    .default_levels = &.{ "v1", "v2", "v3", "v4" },
    .default_base = "v3",
};
