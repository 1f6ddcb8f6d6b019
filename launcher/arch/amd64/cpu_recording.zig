//! Decides on a recording of CPUID, one of tests/launcher/arch/amd64/cpuid/*.zon.
const std = @import("std");
const cpu = @import("cpu.zig");

pub const Recording = struct {
    /// Where the values come from.
    source: []const u8,
    leaves: []const Leaf,
    /// Null where the operating system has not enabled XSAVE and XGETBV would be invalid.
    xcr0: ?u32 = null,
    /// What is to be found: the level, and whether zstd's code for BMI2 can run.
    level: u8,
    bit_manipulation: bool = false,

    const Leaf = struct { id: u32, eax: u32, ebx: u32 = 0, ecx: u32 = 0, edx: u32 = 0 };
};

/// A CPU that answers from a recording, and records what it was asked.
const Source = struct {
    recording: *const Recording,
    asked: std.ArrayList(u32) = .empty,
    asked_xcr0: bool = false,

    pub fn leaf(source: *Source, id: u32) cpu.Leaf {
        source.asked.append(std.testing.allocator, id) catch unreachable;
        for (source.recording.leaves) |recorded| {
            if (recorded.id == id) {
                return .{ .eax = recorded.eax, .ebx = recorded.ebx, .ecx = recorded.ecx, .edx = recorded.edx };
            }
        }
        // What a CPU returns for a leaf that it does not have means nothing. Here it shows every
        // feature, so that a test fails where it is believed.
        return .{ .eax = 0xffff_ffff, .ebx = 0xffff_ffff, .ecx = 0xffff_ffff, .edx = 0xffff_ffff };
    }

    pub fn xcr0(source: *Source) u32 {
        source.asked_xcr0 = true;
        return source.recording.xcr0 orelse 0xffff_ffff;
    }
};

pub fn check(recording: Recording) !void {
    for (0..5) |wanted_index| {
        const wanted: u8 = @intCast(wanted_index);
        var source: Source = .{ .recording = &recording };
        defer source.asked.deinit(std.testing.allocator);
        const leaves = cpu.read(&source, wanted);

        const level = cpu.level(&leaves);
        try std.testing.expect(level <= recording.level);
        try std.testing.expect(level >= @min(wanted, recording.level));
        if (wanted == 4) {
            try std.testing.expectEqual(recording.level, level);
            try std.testing.expectEqual(recording.bit_manipulation, cpu.bitManipulation(&leaves));
        }

        // A CPU below v1 is asked for nothing more, nor one that has what is wanted.
        if (wanted <= 1 or recording.level == 0) try std.testing.expect(source.asked.items.len <= 2);
        if (wanted == 2 or recording.level == 1) try std.testing.expect(source.asked.items.len <= 4);
        try std.testing.expect(source.asked.items.len <= 5);
        if (source.asked_xcr0) try std.testing.expect(recording.xcr0 != null);
    }
}
