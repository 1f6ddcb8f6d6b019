//! memcpy, memmove and memset beside plain loops, at small sizes and many offsets.
const std = @import("std");
const testing = std.testing;

extern fn memcpy(destination: [*]u8, source: [*]const u8, size: usize) callconv(.c) [*]u8;
extern fn memmove(destination: [*]u8, source: [*]const u8, size: usize) callconv(.c) [*]u8;
extern fn memset(destination: [*]u8, byte: c_int, size: usize) callconv(.c) [*]u8;

const space = 400;
const sizes = 140;

test "memmove and memcpy copy, return the destination and touch nothing else" {
    for (0..sizes) |size| {
        for ([_]usize{ 0, 1, 3, 8, 15, 16, 17, 31, 33, 64, 100, 139, 200 }) |from| {
            for ([_]usize{ 0, 1, 3, 8, 15, 16, 17, 31, 33, 64, 100, 139, 200 }) |to| {
                var actual = pattern();
                var wanted = pattern();
                const source = pattern();
                for (0..size) |index| wanted[to + index] = source[from + index];
                const apart = from + size <= to or to + size <= from;
                const copy = if (apart and size % 2 == 0) &memcpy else &memmove;
                try testing.expectEqual(@as([*]u8, actual[to..].ptr), copy(actual[to..].ptr, actual[from..].ptr, size));
                try testing.expect(std.mem.eql(u8, &wanted, &actual));
            }
        }
    }
}

test "memset fills, returns the destination and touches nothing else" {
    for (0..sizes) |size| {
        var actual = pattern();
        var wanted = pattern();
        for (wanted[7 .. 7 + size]) |*byte| byte.* = 0xa5;
        try testing.expectEqual(@as([*]u8, actual[7..].ptr), memset(actual[7..].ptr, 0xfa5, size));
        try testing.expect(std.mem.eql(u8, &wanted, &actual));
    }
}

fn pattern() [space]u8 {
    var bytes: [space]u8 = undefined;
    for (&bytes, 0..) |*byte, index| byte.* = @truncate(index *% 7 +% index / 256);
    return bytes;
}
