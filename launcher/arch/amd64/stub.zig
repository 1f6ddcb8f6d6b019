//! stub.S as a template: where the process ID, its jump and the process name lie.
const std = @import("std");

/// Bytes from the start of stub.S: the process ID that it compares with, the displacement of its jump, which counts
/// from the end of the jump, and the name.
const process_offset = 16;
const jump_offset = 152;
pub const name_offset = jump_offset + @sizeOf(i32);

/// A process name has 16 bytes, TASK_COMM_LEN of <linux/sched.h>.
pub const size = name_offset + 16;

/// Writes the code of a stub at `address` that acts in the process with that ID and jumps to `entry`, or returns false
/// if that is out of reach.
pub fn write(code: *[size]u8, process_id: u32, address: u64, entry: u64) bool {
    const distance: i64 = @bitCast(entry -% (address + name_offset));
    @memcpy(code, template());
    code[process_offset..][0..@sizeOf(u32)].* = std.mem.toBytes(process_id);
    code[jump_offset..name_offset].* = std.mem.toBytes(std.math.cast(i32, distance) orelse return false);
    return true;
}

pub fn entryOf(code: *const [size]u8, address: u64) u64 {
    const distance = std.mem.bytesToValue(i32, code[jump_offset..name_offset]);
    return address +% name_offset +% @as(u64, @bitCast(@as(i64, distance)));
}

fn template() *const [size]u8 {
    return @extern(*const [size]u8, .{ .name = "launcher_stub", .visibility = .hidden });
}

test "the stub begins with endbr64 and ends with a jump to the entry" {
    for ([_]u64{ 0x401234, 0x8000_0000, 0 }) |entry| {
        var code: [size]u8 = undefined;
        try std.testing.expect(write(&code, 7, 0x400f00, entry));
        try std.testing.expectEqualSlices(u8, &.{ 0xf3, 0x0f, 0x1e, 0xfa }, code[0..4]);
        try std.testing.expectEqual(0xe9, code[jump_offset - 1]);
        try std.testing.expectEqual(entry, entryOf(&code, 0x400f00));
    }
}

test "an entry that a 32-bit displacement does not reach is refused" {
    var code: [size]u8 = undefined;
    for ([_]u64{ 1 << 40, std.math.maxInt(u64) - (1 << 40) }) |entry| {
        try std.testing.expect(!write(&code, 7, 0x400f00, entry));
    }
}
