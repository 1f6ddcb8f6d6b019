//! The GOAMD64 levels that this CPU and its operating system support.
//!
//! `read` asks CPUID, `levels` decides on the answers: tests decide on recordings of other CPUs.
const std = @import("std");

/// Answer to CPUID for one leaf (subleaf 0).
pub const Leaf = struct { eax: u32 = 0, ebx: u32 = 0, ecx: u32 = 0, edx: u32 = 0 };

/// The leaves that decide about a level. A leaf that was not read, or that the CPU lacks, is zero: it has no
/// features.
pub const Leaves = struct {
    /// Leaf 1.
    basic: Leaf = .{},
    /// Leaf 0x80000001.
    extended: Leaf = .{},
    /// Leaf 7, subleaf 0.
    structured: Leaf = .{},
    /// Low half of XCR0: the register state that the operating system saves.
    xcr0: u32 = 0,
};

/// Features as masks of the registers that announce them.
const Features = struct {
    basic_ecx: u32 = 0,
    basic_edx: u32 = 0,
    extended_ecx: u32 = 0,
    structured_ebx: u32 = 0,
    xcr0: u32 = 0,

    fn in(features: Features, leaves: *const Leaves) bool {
        return has(leaves.basic.ecx, features.basic_ecx) and
            has(leaves.basic.edx, features.basic_edx) and
            has(leaves.extended.ecx, features.extended_ecx) and
            has(leaves.structured.ebx, features.structured_ebx) and
            has(leaves.xcr0, features.xcr0);
    }
};

/// The registers' bits by the names of features, as in the CPUID chapters of Intel's Software Developer's Manual and
/// AMD's Programmer's Manual. A feature with registers of its own needs the operating system to save them, too.
const bits = struct {
    const CMOV: Features = .{ .basic_edx = bit(15) };
    const CX8: Features = .{ .basic_edx = bit(8) };
    const FPU: Features = .{ .basic_edx = bit(0) };
    const FXSR: Features = .{ .basic_edx = bit(24) };
    const MMX: Features = .{ .basic_edx = bit(23) };
    const SSE: Features = .{ .basic_edx = bit(25) };
    const SSE2: Features = .{ .basic_edx = bit(26) };

    const CMPXCHG16B: Features = .{ .basic_ecx = bit(13) };
    const @"LAHF-SAHF": Features = .{ .extended_ecx = bit(0) };
    const POPCNT: Features = .{ .basic_ecx = bit(23) };
    const SSE3: Features = .{ .basic_ecx = bit(0) };
    const SSE4_1: Features = .{ .basic_ecx = bit(19) };
    const SSE4_2: Features = .{ .basic_ecx = bit(20) };
    const SSSE3: Features = .{ .basic_ecx = bit(9) };

    /// With the state of SSE and AVX.
    const AVX: Features = .{ .basic_ecx = bit(28), .xcr0 = bit(1) | bit(2) };
    const AVX2: Features = .{ .structured_ebx = bit(5) };
    const BMI1: Features = .{ .structured_ebx = bit(3) };
    const BMI2: Features = .{ .structured_ebx = bit(8) };
    const F16C: Features = .{ .basic_ecx = bit(29) };
    const FMA: Features = .{ .basic_ecx = bit(12) };
    const LZCNT: Features = .{ .extended_ecx = bit(5) };
    const MOVBE: Features = .{ .basic_ecx = bit(22) };
    const OSXSAVE: Features = .{ .basic_ecx = bit(27) };

    /// With the state of opmasks, of the upper halves of ZMM0 to ZMM15, and of ZMM16 to ZMM31.
    const AVX512F: Features = .{ .structured_ebx = bit(16), .xcr0 = bit(5) | bit(6) | bit(7) };
    const AVX512BW: Features = .{ .structured_ebx = bit(30) };
    const AVX512CD: Features = .{ .structured_ebx = bit(28) };
    const AVX512DQ: Features = .{ .structured_ebx = bit(17) };
    const AVX512VL: Features = .{ .structured_ebx = bit(31) };
};

const format = @import("format");
const Levels = format.Levels;
const table = format.levels.Table(format.levels.architectures.amd64);

/// The features of each level of the table.
const needs = needs: {
    var all: [table.highest]Features = undefined;
    for (&all, 1..) |*features, level| features.* = featuresOf(table.needsByName(level));
    break :needs all;
};

inline fn featuresOf(comptime names: []const []const u8) Features {
    var all: Features = .{};
    inline for (names) |name| {
        inline for (@typeInfo(Features).@"struct".fields) |register| {
            @field(all, register.name) |= @field(@field(bits, name), register.name);
        }
    }
    return all;
}

/// Returns the levels whose features are there.
pub fn levels(leaves: *const Leaves) Levels {
    var reached: Levels = .{};
    for (needs, 1..) |features, level| {
        if (!features.in(leaves)) break;
        reached.add(@intCast(level));
    }
    return reached;
}

/// Whether the decoder's assembly can run: sequences.S takes BMI1, BMI2, SSSE3 and SSE4.1, zstd's takes BMI2, and zstd
/// compiles the C around it for LZCNT. A CPU without LZCNT executes that instruction as BSR, with other results.
pub fn runsAssembly(leaves: *const Leaves) bool {
    const needed = comptime featuresOf(&.{ "SSSE3", "SSE4_1", "LZCNT", "BMI1", "BMI2" });
    return needed.in(leaves);
}

/// Reads the leaves that tell levels up to `level_wanted` apart. In a virtual machine each CPUID instruction traps
/// and takes microseconds, so a leaf is read only if the levels below those that it decides about are reached.
///
/// `source` has `leaf(u32) Leaf` and `xcr0() u32`: `Hardware` or a recording.
pub fn read(source: anytype, level_wanted: u8) Leaves {
    var leaves: Leaves = .{};
    const basic_last = source.leaf(0).eax;
    // A leaf past the last one returns the data of another leaf.
    if (basic_last < 1) return leaves;
    leaves.basic = source.leaf(1);
    if (level_wanted < 2 or !levels(&leaves).contains(1)) return leaves;

    const extended_last = source.leaf(0x8000_0000).eax;
    if (extended_last < 0x8000_0001 or extended_last > 0x8000_ffff) return leaves;
    leaves.extended = source.leaf(0x8000_0001);
    if (level_wanted < 3 or !levels(&leaves).contains(2)) return leaves;

    if (basic_last < 7) return leaves;
    leaves.structured = source.leaf(7);
    // XGETBV is an invalid instruction unless the operating system has enabled XSAVE.
    if (bits.OSXSAVE.in(&leaves)) leaves.xcr0 = source.xcr0();
    return leaves;
}

/// This CPU.
pub const Hardware = struct {
    pub fn leaf(_: Hardware, id: u32) Leaf {
        var eax: u32 = undefined;
        var ebx: u32 = undefined;
        var ecx: u32 = undefined;
        var edx: u32 = undefined;
        asm volatile ("cpuid"
            : [_] "={eax}" (eax),
              [_] "={ebx}" (ebx),
              [_] "={ecx}" (ecx),
              [_] "={edx}" (edx),
            : [_] "{eax}" (id),
              [_] "{ecx}" (@as(u32, 0)),
        );
        return .{ .eax = eax, .ebx = ebx, .ecx = ecx, .edx = edx };
    }

    pub fn xcr0(_: Hardware) u32 {
        return asm volatile ("xgetbv"
            : [_] "={eax}" (-> u32),
            : [_] "{ecx}" (@as(u32, 0)),
            : .{ .edx = true });
    }
};

fn bit(comptime index: u5) u32 {
    return 1 << index;
}

fn has(register: u32, mask: u32) bool {
    return register & mask == mask;
}

test "this CPU has a level, and reading fewer leaves finds none above it" {
    const full = levels(&read(Hardware{}, table.highest));
    try std.testing.expect(full.contains(1));
    for (0..table.highest + 1) |wanted| {
        const reached = levels(&read(Hardware{}, @intCast(wanted))).highest().?;
        try std.testing.expect(reached >= @min(wanted, full.highest().?));
        try std.testing.expect(reached <= full.highest().?);
    }
}
