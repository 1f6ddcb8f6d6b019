//! The GOAMD64 level that this CPU and its operating system support.
//!
//! `read` asks CPUID, `level` decides on the answers: tests decide on recordings of other CPUs.
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

/// Features that one level adds to the level below it, as masks of the registers that announce them.
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

/// v1 to v4: the feature sets of the x86-64 psABI (section "Micro-Architecture Levels"). They include what Go's
/// runtime tests at its start (runtime/asm_amd64.s). Bits as in the CPUID chapters of Intel's Software Developer's
/// Manual and AMD's Programmer's Manual.
const levels = [4]Features{
    .{
        .basic_edx = bit(0) // FPU
        | bit(8) // CX8
        | bit(15) // CMOV
        | bit(23) // MMX
        | bit(24) // FXSR
        | bit(25) // SSE
        | bit(26), // SSE2
    },
    .{
        .basic_ecx = bit(0) // SSE3
        | ssse3 | bit(13) // CX16
        | sse4_1 | bit(20) // SSE4.2
        | bit(23), // POPCNT
        .extended_ecx = bit(0), // LAHF and SAHF
    },
    .{
        .basic_ecx = bit(12) // FMA
        | bit(22) // MOVBE
        | osxsave | bit(28) // AVX
        | bit(29), // F16C
        .extended_ecx = lzcnt,
        .structured_ebx = bmi1 | bit(5) // AVX2
        | bmi2,
        .xcr0 = bit(1) // SSE state
        | bit(2), // AVX state
    },
    .{
        .structured_ebx = bit(16) // AVX512F
        | bit(17) // AVX512DQ
        | bit(28) // AVX512CD
        | bit(30) // AVX512BW
        | bit(31), // AVX512VL
        .xcr0 = bit(5) // opmask state
        | bit(6) // upper halves of ZMM0 to ZMM15
        | bit(7), // ZMM16 to ZMM31
    },
};

const ssse3 = bit(9);
const sse4_1 = bit(19);
const osxsave = bit(27);
const lzcnt = bit(5);
const bmi1 = bit(3);
const bmi2 = bit(8);

/// Returns the highest level whose features, and those of all lower levels, are there: 0 (not even v1) to 4.
pub fn level(leaves: *const Leaves) u8 {
    var reached: u8 = 0;
    for (levels) |features| {
        if (!features.in(leaves)) break;
        reached += 1;
    }
    return reached;
}

/// Whether the decoder's assembly can run: sequences.S takes BMI1, BMI2, SSSE3 and SSE4.1, zstd's takes BMI2, and zstd
/// compiles the C around it for LZCNT. A CPU without LZCNT executes that instruction as BSR, with other results.
pub fn runsAssembly(leaves: *const Leaves) bool {
    return has(leaves.basic.ecx, ssse3 | sse4_1) and has(leaves.extended.ecx, lzcnt) and
        has(leaves.structured.ebx, bmi1 | bmi2);
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
    if (level_wanted < 2 or level(&leaves) < 1) return leaves;

    const extended_last = source.leaf(0x8000_0000).eax;
    if (extended_last < 0x8000_0001 or extended_last > 0x8000_ffff) return leaves;
    leaves.extended = source.leaf(0x8000_0001);
    if (level_wanted < 3 or level(&leaves) < 2) return leaves;

    if (basic_last < 7) return leaves;
    leaves.structured = source.leaf(7);
    // XGETBV is an invalid instruction unless the operating system has enabled XSAVE.
    if (has(leaves.basic.ecx, osxsave)) leaves.xcr0 = source.xcr0();
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
    const full = read(Hardware{}, 4);
    try std.testing.expect(level(&full) >= 1);
    for (0..5) |wanted| {
        const leaves = read(Hardware{}, @intCast(wanted));
        const reached = level(&leaves);
        try std.testing.expect(reached >= @min(wanted, level(&full)));
        try std.testing.expect(reached <= level(&full));
    }
}
