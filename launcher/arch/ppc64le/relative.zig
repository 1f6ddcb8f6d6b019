//! Addresses in code of Power: those of b and bl, and those that lis and the instruction behind it make together (Power
//! ISA, book I, 2.4 and 3.3). Those that count from a table (TOC), as in position-independent code, are not found. Nor
//! are those of prefixed instructions: no level but power10 has them.
const std = @import("std");
const Address = @import("../relative.zig").Address;
const isa = @import("operands.zig");
const wordAt = @import("../relative.zig").wordAt;

pub const padding = "\x00" ** 4;
pub const immediate_sizes = [_]u32{0};
pub const guesses_pointers = false;
pub const findPointer = @import("../relative.zig").findNoPointer;

const high_operand: u32 = 0xffff;

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    const here = address +% @as(u32, @intCast(at));
    if (here % 4 != 0) return null;
    const word = wordAt(code, at) orelse return null;
    inline for (.{ isa.call, isa.jump }) |jump| {
        if (jump.isIn(word)) return .place(jump.operandBits(), here +% jump.read(word));
    }
    if (wordAt(code, at + 4)) |next| if (isa.readAbsolute(.{ word, next })) |pointer| {
        return .{ .mask = high_operand, .target = .{ .pointer = pointer } };
    };
    if (at < 4) return null;
    const pair = .{ wordAt(code, at - 4).?, word };
    return .{
        .mask = isa.maskOf(pair) orelse return null,
        .target = .{ .pointer = isa.readAbsolute(pair) orelse return null },
    };
}

/// Whether a function finds its data by a table (TOC): its first instruction is addis of r12, its own address, to r2.
pub fn usesTable(function: []const u8) bool {
    const word = wordAt(function, 0) orelse return false;
    return word & 0xffff_0000 == 0x3c4c_0000;
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
    try std.testing.expectEqual(Address.place(isa.jump.operandBits(), address + 8 + 0x82448), find(code, address, 8));
    try std.testing.expectEqual(Address.place(isa.jump.operandBits(), address + 12 - 0x70580), find(code, address, 12));
    const stored: Address = .{ .mask = 0xfffc, .target = .{ .pointer = 0x174340 } };
    try std.testing.expectEqual(stored.target, find(code, address, 20).?.target);
    try std.testing.expectEqual(stored, find(code, address, 24));
    for ([_]usize{ 2, 16, 28, 32, 36, 40 }) |at| try std.testing.expectEqual(null, find(code, address, at));
}
