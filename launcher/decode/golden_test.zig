//! Reads tests/golden/payload-v2.bin, as the tests of the bundle writer do: the two agree on what bundles of version 2
//! are. tests/support/golden.ts says what is in it.
const std = @import("std");
const bundle = @import("bundle");
const Decoding = @import("decoding.zig").Decoding;
const format = @import("format");
const memory_file = @import("../memory_file.zig");
const testing = std.testing;

const golden = @embedFile("golden.bin");

test "the golden payload parses and decodes to what the bundle writer was given" {
    const payload: [golden.len]u8 align(format.payload_align) = golden.*;
    var detail: bundle.Detail = 0;
    const opened = try bundle.parse(&payload, &detail);
    const header: *const format.Header = @ptrCast(&payload);
    try testing.expectEqual(0x0123456789abcdef, header.image_checksum);
    try testing.expectEqual(2, opened.variants.len);
    for (opened.variants, [_]u8{ 1, 3 }) |*variant, level| {
        try testing.expectEqual(level, variant.level);
        const lines = try goldenVariant(level);
        defer testing.allocator.free(lines);
        const decoded = try decodeVariant(&opened, variant);
        defer testing.allocator.free(decoded);
        try testing.expectEqualSlices(u8, lines, decoded);

        var sha256: [32]u8 = undefined;
        std.crypto.hash.sha2.Sha256.hash(decoded, &sha256, .{});
        try testing.expectEqualSlices(u8, &sha256, &variant.sha256);
    }
}

fn goldenVariant(level: u8) ![]u8 {
    var lines: std.Io.Writer.Allocating = .init(testing.allocator);
    errdefer lines.deinit();
    for (0..100_000) |index| try lines.writer.print("v{d} line {d}\n", .{ level, index % 5000 });
    return lines.toOwnedSlice();
}

fn decodeVariant(opened: *const bundle.Bundle, variant: *const format.Variant) ![]u8 {
    const file = memory_file.create();
    defer memory_file.close(file);
    var decoding = Decoding.init(&.{ .bundle = opened, .variant = variant }, .{ .file = file });
    defer decoding.deinit();
    try decoding.run(4);
    try testing.expectEqual(variant.size, memory_file.sizeOf(file));
    const buffer = try testing.allocator.alloc(u8, @intCast(variant.size));
    errdefer testing.allocator.free(buffer);
    try testing.expect(memory_file.read(file, buffer));
    return buffer;
}
