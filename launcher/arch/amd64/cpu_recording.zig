//! Checks what cpu.zig decides on a recording of CPUID, one of tests/launcher/arch/amd64/cpu/*.zon.
const std = @import("std");
const cpu = @import("cpu.zig");

pub const Recording = struct {
    /// Origin of the values.
    source: []const u8,
    leaves: []const Leaf,
    /// Null if the operating system has not enabled XSAVE, so that XGETBV is invalid.
    xcr0: ?u32 = null,
    /// Expected: the level, and whether the decoder's assembly can run.
    level: u8,
    assembly: bool = false,

    const Leaf = struct { id: u32, eax: u32, ebx: u32 = 0, ecx: u32 = 0, edx: u32 = 0 };
};

/// A CPU that answers from a recording and keeps what it was asked.
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
        // A CPU's answer for a leaf that it lacks means nothing. This one shows every feature, so that a test
        // fails if the answer is believed.
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

        const level = cpu.levels(&leaves).highest() orelse 0;
        try std.testing.expect(level <= recording.level);
        try std.testing.expect(level >= @min(wanted, recording.level));
        if (wanted == 4) {
            try std.testing.expectEqual(recording.level, level);
            try std.testing.expectEqual(recording.assembly, cpu.runsAssembly(&leaves));
        }

        // No leaf is read once the answer is known.
        if (wanted <= 1 or recording.level == 0) try std.testing.expect(source.asked.items.len <= 2);
        if (wanted == 2 or recording.level == 1) try std.testing.expect(source.asked.items.len <= 4);
        try std.testing.expect(source.asked.items.len <= 5);
        if (source.asked_xcr0) try std.testing.expect(recording.xcr0 != null);
    }
}
