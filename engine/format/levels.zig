//! The levels of each architecture that bundles hold programs for: the only definition of them.
//!
//! A new level is a row in a file of `levels/`, a new architecture a file there, a declaration in `architectures` and a
//! number in format.zig. `zig build format` writes the same to `src/engine/levels.ts`.
const elf = @import("std").elf;
pub const Levels = @import("level_set.zig").Levels;
pub const Table = @import("level_table.zig").Table;

pub const Architecture = struct {
    /// e_machine and EI_CLASS of its executables (System V gABI, "ELF Header").
    elf_machine: u16,
    elf_class: u8,
    /// Go's linker puts functions at multiples of this, in bytes: funcAlign of cmd/link/internal/*/l.go.
    function_align: u32,
    /// The environment variable by which Go is told the level.
    variable: []const u8,
    /// A CPU that can run several starts the last. A level stands behind those whose features it includes.
    /// Bundles store a level as its number here, from 1: new levels come at the end.
    levels: []const Level,
    /// The option of C compilers that takes a level's `march`.
    c_option: []const u8 = "-march",
    /// The names of the levels that are built where none are named.
    default_levels: []const []const u8,
    /// The level that a bundle is built around, if it has it. Most machines run it, directly or because a higher
    /// one gains them nothing.
    default_base: []const u8,

    /// Returns the size of pointers, in bytes.
    pub fn wordSize(architecture: Architecture) u32 {
        return if (architecture.elf_class == elf.ELFCLASS32) 4 else 8;
    }
};

pub const Level = struct {
    /// The value of the variable.
    name: []const u8,
    /// Other values that mean the same to Go.
    aliases: []const []const u8 = &.{},
    /// The value of -march by which C compilers generate code for the level.
    march: []const u8,
    /// The level whose features this one includes.
    over: ?[]const u8 = null,
    /// The other CPU features that programs of the level need. launcher/arch/GOARCH/cpu.zig fails to compile where it
    /// does not know a name; src/levels/cpuinfo.ts does for amd64.
    features: []const []const u8,
};

/// By GOARCH.
pub const architectures = struct {
    pub const amd64 = @import("levels/amd64.zig").amd64;
    pub const arm = @import("levels/arm.zig").arm;
    pub const arm64 = @import("levels/arm64.zig").arm64;
    pub const riscv64 = @import("levels/riscv64.zig").riscv64;
    pub const ppc64le = @import("levels/ppc64le.zig").ppc64le;
};

/// Returns how many levels an architecture has.
pub fn countOf(architecture: @import("format.zig").Architecture) u8 {
    return switch (architecture) {
        inline else => |one| @field(architectures, @tagName(one)).levels.len,
    };
}

/// The most levels that an architecture has.
pub const level_max: u8 = max: {
    var max = 0;
    for (@typeInfo(architectures).@"struct".decls) |declared| {
        max = @max(max, @field(architectures, declared.name).levels.len);
    }
    break :max max;
};
