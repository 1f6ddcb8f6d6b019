//! The levels of each architecture that bundles hold programs for: the only definition of them.
//!
//! A new level is a line here, a new architecture a declaration in `architectures`. `zig build format` writes the
//! same to `src/engine/levels.ts`.
const std = @import("std");

pub const Architecture = struct {
    /// e_machine and EI_CLASS of its executables (System V gABI, "ELF Header").
    elf_machine: u16,
    elf_class: u8,
    /// The environment variable by which Go is told the level.
    variable: []const u8,
    /// Lowest first; each includes those below. Bundles store a level as its number here, from 1.
    levels: []const Level,
    /// The names of the levels that are built where none are named.
    default_levels: []const []const u8,
    /// The level that a bundle is built around, if it has it. Most machines run it, directly or because a higher
    /// one gains them nothing.
    default_base: []const u8,
};

pub const Level = struct {
    /// The value of the variable.
    name: []const u8,
    /// The value of -march by which C compilers generate code for the level.
    march: []const u8,
    /// CPU features beyond those of the level below. launcher/arch and src/levels/native.ts know how to find each:
    /// either fails to compile where it does not know a name.
    features: []const []const u8,
};

/// By GOARCH.
pub const architectures = struct {
    /// Features as in the x86-64 psABI (section "Micro-Architecture Levels"), which include those that Go's runtime
    /// tests at its start (runtime/asm_amd64.s). OSFXSR and SCE are left out: programs cannot read them, and every
    /// 64-bit Linux has enabled them.
    pub const amd64: Architecture = .{
        .elf_machine = 62,
        .elf_class = 2,
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
                .features = &.{ "CMPXCHG16B", "LAHF-SAHF", "POPCNT", "SSE3", "SSE4_1", "SSE4_2", "SSSE3" },
            },
            .{
                .name = "v3",
                .march = "x86-64-v3",
                .features = &.{ "AVX", "AVX2", "BMI1", "BMI2", "F16C", "FMA", "LZCNT", "MOVBE", "OSXSAVE" },
            },
            .{
                .name = "v4",
                .march = "x86-64-v4",
                .features = &.{ "AVX512F", "AVX512BW", "AVX512CD", "AVX512DQ", "AVX512VL" },
            },
        },
        .default_levels = &.{ "v1", "v2", "v3", "v4" },
        .default_base = "v3",
    };
};

/// The most levels that an architecture has.
pub const level_max: u8 = max: {
    var max = 0;
    for (@typeInfo(architectures).@"struct".decls) |declared| {
        max = @max(max, @field(architectures, declared.name).levels.len);
    }
    break :max max;
};

/// The names of an architecture's levels.
pub fn Names(comptime architecture: Architecture) type {
    return struct {
        const size_max = max: {
            var max = 0;
            for (architecture.levels) |level| max = @max(max, level.name.len);
            break :max max;
        };

        /// Held in place: a table of slices would need relocations, which the launcher has none of.
        const padded = padded: {
            var all: [architecture.levels.len][size_max:0]u8 = @splat(@splat(0));
            for (&all, architecture.levels) |*name, level| @memcpy(name[0..level.name.len], level.name);
            break :padded all;
        };

        /// The name of a level of this number.
        pub fn of(level: u8) []const u8 {
            return std.mem.sliceTo(&padded[level - 1], 0);
        }

        /// The number of the level of this name; null if there is none.
        pub fn find(name: []const u8) ?u8 {
            for (1..padded.len + 1) |level| {
                if (std.mem.eql(u8, of(@intCast(level)), name)) return @intCast(level);
            }
            return null;
        }

        /// The names as a sentence lists them: "v1, v2, v3 or v4".
        pub const list = list: {
            var text: []const u8 = "";
            for (architecture.levels, 0..) |level, index| {
                const separator = if (index == 0) "" else if (index < architecture.levels.len - 1) ", " else " or ";
                text = text ++ separator ++ level.name;
            }
            break :list text;
        };
    };
}
