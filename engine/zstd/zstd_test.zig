//! The bit streams and the checksum of zstd.
const std = @import("std");
const checksum = @import("checksum");
const bits = @import("zstd").bits;

test "bits come in their order from either end" {
    // 101 10001 | 1 0110000, and the bit that ends them.
    const bytes = [_]u8{ 0b10001_101, 0b1_0110000 };
    var forward: bits.Forward = .{ .bytes = &bytes };
    try std.testing.expectEqual(0b101, try forward.take(3));
    try std.testing.expectEqual(0b10001, try forward.take(5));
    try std.testing.expectEqual(1, forward.size());
    try std.testing.expectEqual(0b10110000, forward.peek(20));
    try std.testing.expectError(error.NoBits, forward.take(9));
    try std.testing.expectEqual(0b10110000, try forward.take(8));
    try std.testing.expectEqual(0, forward.peek(31));

    var backward: bits.Backward = try .of(&bytes);
    try std.testing.expectEqual(15, backward.left);
    try std.testing.expectEqual(0b011, try backward.take(3));
    try std.testing.expectEqual(0, try backward.take(0));
    try std.testing.expectEqual(0b0000_10001, try backward.take(9));
    try std.testing.expectError(error.NoBits, backward.take(4));
    try std.testing.expectEqual(0b101, try backward.take(3));
    try std.testing.expectEqual(0, backward.left);
    try std.testing.expectError(error.NoBits, bits.Backward.of(&.{}));
    try std.testing.expectError(error.NoBits, bits.Backward.of(&.{ 1, 0 }));
}

test "XXH64 of known inputs" {
    // From the xxHash project's documentation of its sanity checks.
    try std.testing.expectEqual(0xef46db3751d8e999, checksum.of(""));
    try std.testing.expectEqual(0x44bc2cf5ad770999, checksum.of("abc"));
    try std.testing.expectEqual(checksum.of("abcdef"), checksum.ofPieces(&.{ "ab", "", "cdef" }));
}
