//! An architecture's stub.S as a template. Behind its code are the distance of the program's entry from the name, of 4
//! bytes, and the process name.
const std = @import("std");

/// `process_at` and `name_at`: where the process ID that the code compares with, of 4 bytes, and the name are, in bytes
/// from the start of stub.S.
pub fn Stub(comptime process_at: usize, comptime name_at: usize) type {
    return struct {
        pub const jump_offset = name_at - 4;
        pub const name_offset = name_at;

        /// A process name has 16 bytes, TASK_COMM_LEN of <linux/sched.h>.
        pub const size = name_at + 16;

        /// Writes the code of a stub at `address` that acts in the process with that ID and jumps to `entry`, or
        /// returns false if that is out of reach.
        pub fn write(code: *[size]u8, process_id: u32, address: u64, entry: u64) bool {
            const distance: i64 = @bitCast(entry -% (address + name_at));
            @memcpy(code, @extern(*const [size]u8, .{ .name = "launcher_stub", .visibility = .hidden }));
            code[process_at..][0..4].* = std.mem.toBytes(process_id);
            code[jump_offset..][0..4].* = std.mem.toBytes(std.math.cast(i32, distance) orelse return false);
            return true;
        }

        pub fn entryOf(code: *const [size]u8, address: u64) u64 {
            const distance = std.mem.bytesToValue(i32, code[jump_offset..][0..4]);
            return address +% name_at +% @as(u64, @bitCast(@as(i64, distance)));
        }

        test "the stub knows the entry, and refuses one that 32 bits do not reach" {
            var code: [size]u8 = undefined;
            for ([_]u64{ 0x401234, 0x7000_0000, 0 }) |entry| {
                try std.testing.expect(write(&code, 7, 0x400f00, entry));
                try std.testing.expectEqual(entry, entryOf(&code, 0x400f00));
                try std.testing.expectEqual(7, std.mem.bytesToValue(u32, code[process_at..][0..4]));
            }
            for ([_]u64{ 1 << 40, std.math.maxInt(u64) - (1 << 40) }) |entry| {
                try std.testing.expect(!write(&code, 7, 0x400f00, entry));
            }
        }
    };
}
