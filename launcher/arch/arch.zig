//! The architectures that bundles run on: all that the launcher and engine/ know of instruction sets.
//!
//! The launcher is compiled for one architecture and starts programs of that one; the WebAssembly module encodes
//! programs of all. A new architecture is a folder beside this file and a case in each switch here.
const std = @import("std");
const builtin = @import("builtin");
const Levels = @import("format").Levels;
const words = @import("words.zig");

/// Architectures that bundles hold programs for, by their names in GOARCH.
pub const Architecture = enum { amd64, arm, arm64, riscv64, ppc64le };

/// Returns null if bundles hold no programs for the architecture.
pub fn of(cpu: std.Target.Cpu.Arch) ?Architecture {
    return switch (cpu) {
        .x86_64 => .amd64,
        .arm => .arm,
        .aarch64 => .arm64,
        .riscv64 => .riscv64,
        .powerpc64le => .ppc64le,
        else => null,
    };
}

/// The architecture that this code is compiled for.
pub const native: ?Architecture = of(builtin.cpu.arch);

/// Finds relative addresses in code: `changeEach` of amd64/operands.zig is all that filter and prediction know of
/// instructions. Operands are numbers of 32 bits, with sign, whatever their form in code. What is returned for one is
/// cut to what the instruction can hold, and found as an operand again.
pub fn operands(comptime architecture: Architecture) type {
    return switch (architecture) {
        .amd64 => @import("amd64/operands.zig"),
        .arm => words.Operands(@import("arm/operands.zig")),
        .arm64 => words.Operands(@import("arm64/operands.zig")),
        .riscv64 => words.Operands(@import("riscv64/operands.zig")),
        .ppc64le => words.Operands(@import("ppc64le/operands.zig")),
    };
}

/// Whether code holds absolute addresses, which `changeAbsolute` of words.zig finds.
pub fn hasAbsolute(comptime architecture: Architecture) bool {
    const found = operands(architecture);
    return @hasDecl(found, "has_absolute") and found.has_absolute;
}

/// Whether newer CPUs have other instructions for addresses, as words.zig has `prefix` for.
pub fn hasPrefixed(comptime architecture: Architecture) bool {
    const found = operands(architecture);
    return @hasDecl(found, "has_prefixed") and found.has_prefixed;
}

/// Tells addresses from other code, for comparing it: relative.zig.
pub fn relative(comptime architecture: Architecture) type {
    return switch (architecture) {
        .amd64 => @import("amd64/relative.zig"),
        .arm => @import("arm/relative.zig"),
        .arm64 => @import("arm64/relative.zig"),
        .riscv64 => @import("riscv64/relative.zig"),
        .ppc64le => @import("ppc64le/relative.zig"),
    };
}

/// An address in code, as `relative` finds it.
pub const Address = @import("relative.zig").Address;

/// Size of what `relative` finds, in bytes.
pub const address_size = @import("relative.zig").size;

/// Assembly that executes zstd's sequences: amd64/sequences.zig. Null where Zig has to do.
pub const sequences = if (native) |architecture| switch (architecture) {
    .amd64 => @import("amd64/sequences.zig"),
    else => null,
} else null;

/// How the launcher is built for an architecture, for build.zig.
pub const Target = struct {
    cpu: std.Target.Cpu.Arch,
    /// The page size that segments are linked for, in bytes: the largest that kernels have.
    page_size: u32,
    linker_script: []const u8 = "launcher/one_segment.ld",
    code_model: std.builtin.CodeModel = .default,
    /// Features of CPUs that all levels have beyond Zig's baseline, or lack.
    features_added: std.Target.Cpu.Feature.Set = .empty,
    features_removed: std.Target.Cpu.Feature.Set = .empty,
    model: ?*const std.Target.Cpu.Model = null,
    abi: std.Target.Abi = .none,
    // Assembly, in launcher/arch.
    /// Entries, handler of faults and exit, which tests cannot link.
    entry: []const []const u8,
    /// memcpy, memmove and memset. Null where memory.zig has to do.
    memory: ?[]const u8 = null,
    /// Functions that compilers call.
    support: []const []const u8 = &.{},
    stub: []const u8,
    /// Assembly of `sequences`.
    sequences: ?[]const u8 = null,
};

pub fn target(architecture: Architecture) Target {
    return switch (architecture) {
        .amd64 => @import("amd64/target.zig").target,
        .arm => @import("arm/target.zig").target,
        .arm64 => @import("arm64/target.zig").target,
        .riscv64 => @import("riscv64/target.zig").target,
        .ppc64le => @import("ppc64le/target.zig").target,
    };
}

// The rest is for the launcher, of the architecture that it is compiled for.

const launcher = switch (native.?) {
    .amd64 => @import("amd64/launcher.zig"),
    .arm => @import("arm/launcher.zig"),
    .arm64 => @import("arm64/launcher.zig"),
    .riscv64 => @import("riscv64/launcher.zig"),
    .ppc64le => @import("ppc64le/launcher.zig"),
};

pub const Cpu = struct {
    /// The levels whose features this CPU and the operating system have.
    levels: Levels,
    /// Whether the decoder's assembly can run.
    assembly: bool,
};

/// Entries in Zig, which the launcher's root exports.
pub const entry = launcher.entry;

pub const Auxiliary = @import("auxiliary.zig").Auxiliary;

/// `detectCpu(level_wanted: u8, auxiliary: Auxiliary) Cpu`: reads no more than tells levels up to `level_wanted` apart.
pub const detectCpu = launcher.detectCpu;

/// Whether the launcher decodes in several threads.
pub const has_threads = !@hasDecl(launcher, "has_threads") or launcher.has_threads;

/// Addresses of a process end below this one.
pub const address_max = launcher.address_max;

/// Size of the pages that the kernel maps and discards as one if it can, in bytes.
pub const huge_page_size = launcher.huge_page_size;

/// The kernel's struct stat, with the fields `dev`, `ino` and `size`.
pub const Stat = launcher.Stat;

/// The kernel's struct sigaction.
pub const SignalAction = launcher.fault.SignalAction;

/// State that `guard` replaces: the actions `bus` and `segv`, and the signal mask `mask`.
pub const SavedSignals = launcher.fault.SavedSignals;

/// `guard(saved: *SavedSignals) void`: from here on a fault ends the process with a line and a status.
pub const guard = launcher.fault.guard;

/// `enter(stack: [*]usize, address: usize) noreturn`: jumps to a program that is loaded, with the stack that the kernel
/// made for the launcher.
pub const enter = @import("enter.zig").enter;

/// `stage() []const u8`: position-independent code of a `Stage`.
pub const stage = @import("enter.zig").stage;

/// Makes system calls, up to the first with the number 0, then enters a program as `enter` does.
pub const Stage = fn (calls: [*]const Call, stack: [*]usize, address: usize) callconv(.c) noreturn;

/// A system call for a `Stage`.
pub const Call = extern struct {
    /// 0 ends a list: no `Stage` makes the call with that number.
    number: usize,
    arguments: [5]usize = @splat(0),
};

/// Code that runs in front of a program: it gives the process a name, points AT_EXECFN to the path behind the code,
/// unless that is empty, sets AT_ENTRY and jumps to the program's entry.
///
/// - `size`: of the code with the name at its end, in bytes
/// - `name_offset`: of the process name, with its final zero
/// - `write(code: *[size]u8, process_id: u32, address: u64, entry: u64) bool`: writes all but the name for a stub at
///   `address` that acts in the process with that ID, in front of the program at `entry`, or returns false if a jump
///   does not reach that far
/// - `entryOf(code: *const [size]u8, address: u64) u64`: the entry that a stub was written for
pub const stub = launcher.stub;
