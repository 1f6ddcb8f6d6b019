//! stub.S as a template.
const std = @import("std");

pub const stub = @import("../stub.zig").Stub(16, 156);

test "the stub begins with endbr64 and ends with a jump to the entry" {
    var code: [stub.size]u8 = undefined;
    try std.testing.expect(stub.write(&code, 7, 0x400f00, 0x401234));
    try std.testing.expectEqualSlices(u8, &.{ 0xf3, 0x0f, 0x1e, 0xfa }, code[0..4]);
    try std.testing.expectEqual(0xe9, code[stub.jump_offset - 1]);
}
