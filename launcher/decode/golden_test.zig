//! Reads tests/golden/payload-v1.bin, as the tests of the TypeScript side do (tests/support/golden.ts
//! tells what is in it): the two sides agree on what bundles of version 1 are.
const std = @import("std");
const bundle = @import("bundle");
const decode = @import("decode.zig");
const format = @import("format");
const system = @import("../system.zig");
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
    const memory: system.Descriptor = switch (system.memfdCreate("test")) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return error.SkipZigTest,
    };
    defer _ = std.os.linux.close(@intCast(memory));
    var decoding = decode.Decoding.init(opened, variant, .{ .file = memory });
    try decoding.run(4);
    const buffer = try testing.allocator.alloc(u8, @intCast(variant.size));
    errdefer testing.allocator.free(buffer);
    const size = switch (system.readAt(memory, buffer, 0)) {
        .ok => |size| size,
        .failed => return error.TestUnexpectedResult,
    };
    try testing.expectEqual(buffer.len, size);
    return buffer;
}
