const std = @import("std");
const Differ = @import("runs.zig").Differ;

test "a run goes on behind replaced bytes that also stand elsewhere" {
    var base: [4096]u8 = undefined;
    var random: std.Random.DefaultPrng = .init(0);
    random.random().bytes(&base);
    const replaced = 1000;
    const elsewhere = 4000;
    @memcpy(base[elsewhere + 4 ..][0..8], base[replaced + 4 ..][0..8]);
    var variant = base;
    @memcpy(variant[replaced..][0..4], base[elsewhere..][0..4]);
    // The end is found from behind otherwise.
    variant[variant.len - 1] ^= 1;

    var differ: Differ = .{ .gpa = std.testing.allocator };
    defer differ.runs.deinit(differ.gpa);
    defer differ.chain.deinit(differ.gpa);
    const runs = try differ.diff(&base, &variant);
    try std.testing.expectEqual(1, runs.len);
    try std.testing.expectEqual(0, runs[0].base);
    try std.testing.expectEqual(0, runs[0].variant);
    try std.testing.expectEqual(base.len - 1, runs[0].size);
}
