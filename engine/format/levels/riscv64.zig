//! The levels of riscv64: profiles for applications (RISC-V Profiles, chapters "RVA20", "RVA22", "RVA23").
//!
//! A profile's features are its mandatory extensions with instructions for programs, by the names that riscv_hwprobe
//! has for them (Documentation/arch/riscv/hwprobe.rst). Left out are those of RVA22 that Linux before 6.8 cannot tell
//! (Zicbom, Zicbop, Zicboz, Zfhmin) and that neither Go nor C compilers use unasked: distributions for boards with
//! RVA22 have a Linux 6.6. Go's runtime tests nothing at its start.
const Architecture = @import("../levels.zig").Architecture;

pub const riscv64: Architecture = .{
    .elf_machine = 243,
    .elf_class = 2,
    .function_align = 8,
    .variable = "GORISCV64",
    .levels = &.{
        .{
            .name = "rva20u64",
            .march = "rv64gc",
            .features = &.{ "IMA", "FD", "C" },
        },
        .{
            .name = "rva22u64",
            .march = "rv64gc_zba_zbb_zbs",
            .over = "rva20u64",
            .features = &.{ "ZBA", "ZBB", "ZBS" },
        },
        .{
            .name = "rva23u64",
            .march = "rv64gcv_zba_zbb_zbs_zicond_zfa_zfhmin_zvfhmin_zvbb",
            .over = "rva22u64",
            .features = &.{
                "V",     "ZICOND", "ZFA",   "ZFHMIN",    "ZVFHMIN", "ZVBB",
                "ZIMOP", "ZCMOP",  "ZAWRS", "ZIHINTNTL", "ZCB",
            },
        },
    },
    .default_levels = &.{ "rva20u64", "rva22u64", "rva23u64" },
    .default_base = "rva22u64",
};
