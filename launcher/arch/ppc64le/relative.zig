//! Addresses in code of Power: those of b and bl, and those that lis and the instruction behind it make together (Power
//! ISA, book I, 2.4 and 3.3). Those that count from a table (TOC), as in position-independent code, are not found. Nor
//! are those of prefixed instructions: no level but power10 has them.
const std = @import("std");
const Address = @import("../relative.zig").Address;
const extend = @import("../words.zig").extend;
const wordAt = @import("../relative.zig").wordAt;

pub const padding = "\x00" ** 4;
pub const immediate_sizes = [_]u32{0};
pub const guesses_pointers = false;
pub const findPointer = @import("../relative.zig").findNoPointer;

const jump_operand: u32 = 0x03ff_fffc;
const half_operand: u32 = 0xffff;

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    const here = address +% @as(u32, @intCast(at));
    if (here % 4 != 0) return null;
    const word = wordAt(code, at) orelse return null;
    if (word & 0xfc00_0002 == 0x4800_0000) return .place(jump_operand, here +% extend(26, word & jump_operand));
    if (isHigh(word)) return join(word, wordAt(code, at + 4) orelse return null, half_operand);
    if (at < 4) return null;
    const high = wordAt(code, at - 4).?;
    return if (isHigh(high)) join(high, word, maskOf(word) orelse return null) else null;
}

/// lis, which is addis to nothing.
fn isHigh(word: u32) bool {
    return word & 0xfc1f_0000 == 0x3c00_0000;
}

fn join(high: u32, low: u32, mask: u32) ?Address {
    if (low >> 16 & 31 != high >> 21 & 31) return null;
    const operand = low & (maskOf(low) orelse return null);
    return .{ .mask = mask, .target = .{ .pointer = (high << 16) +% extend(16, operand) } };
}

/// Returns the bits of an instruction's operand, by its primary opcode.
fn maskOf(word: u32) ?u32 {
    return switch (word >> 26) {
        // addi, and loads and stores of up to 4 bytes and of floating point.
        14, 32...45, 48...55 => half_operand,
        // ld, lwa and std.
        58, 62 => 0xfffc,
        // lxv and stxv.
        61 => 0xfff0,
        else => null,
    };
}

test "jumps, and pairs with lis" {
    const code = std.mem.sliceAsBytes(&[_]u32{
        0x3c80000e, // lis r4, 14
        0x38849c00, // addi r4, r4, -25600
        0x48082449, // bl
        0x4bf8fa80, // b
        0x41800010, // blt
        0x3fe00017, // lis r31, 23
        0xfbbf4340, // std r29, 17216(r31)
        0x3c60000e, // lis r3, 14
        0x60630005, // ori r3, r3, 5
        0xe8a60010, // ld r5, 16(r6)
    });
    const address = 0x92340;
    const sum: Address = .{ .mask = 0xffff, .target = .{ .pointer = 0xd9c00 } };
    try std.testing.expectEqual(sum, find(code, address, 0));
    try std.testing.expectEqual(sum, find(code, address, 4));
    try std.testing.expectEqual(Address.place(jump_operand, address + 8 + 0x82448), find(code, address, 8));
    try std.testing.expectEqual(Address.place(jump_operand, address + 12 - 0x70580), find(code, address, 12));
    const stored: Address = .{ .mask = 0xfffc, .target = .{ .pointer = 0x174340 } };
    try std.testing.expectEqual(stored.target, find(code, address, 20).?.target);
    try std.testing.expectEqual(stored, find(code, address, 24));
    for ([_]usize{ 2, 16, 28, 32, 36, 40 }) |at| try std.testing.expectEqual(null, find(code, address, at));
}
