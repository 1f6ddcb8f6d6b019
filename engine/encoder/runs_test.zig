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

test "added bytes that also stand far ahead do not hide what is between" {
    var base: [4096]u8 = undefined;
    var random: std.Random.DefaultPrng = .init(0);
    random.random().bytes(&base);
    const added = 16;
    var variant: [base.len + added]u8 = undefined;
    @memcpy(variant[0..1000], base[0..1000]);
    @memcpy(variant[1000..][0..added], base[3000..][0..added]);
    @memcpy(variant[1000 + added ..], base[1000..]);
    // The end is found from behind otherwise.
    variant[variant.len - 1] ^= 1;

    var differ: Differ = .{ .gpa = std.testing.allocator };
    defer differ.runs.deinit(differ.gpa);
    defer differ.chain.deinit(differ.gpa);
    const runs = try differ.diff(&base, &variant);
    try std.testing.expectEqual(2, runs.len);
    try std.testing.expectEqual(1000, runs[1].base);
    try std.testing.expectEqual(1000 + added, runs[1].variant);
    try std.testing.expectEqual(base.len - 1000 - 1, runs[1].size);
}
