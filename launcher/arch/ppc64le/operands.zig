//! Addresses in code of Power (Power ISA, book I, 2.4 and 3.3): relative ones of bl, and absolute ones of addis (lis)
//! and the instruction behind it. Addresses in position-independent code are relative to a table: they are left alone.
const words = @import("../words.zig");
const Operand = @import("../operand.zig").Operand;
const Code = words.Code;

pub const Kind = enum { call };

const jump_parts = [_]Operand.Part{.{ .from = 2, .size = 24, .to = 2 }};
/// bl.
pub const call: Operand = .{ .mask = 0xfc00_0003, .bits = 0x4800_0001, .parts = &jump_parts };
/// b.
pub const jump: Operand = .{ .mask = 0xfc00_0003, .bits = 0x4800_0000, .parts = &jump_parts };

pub const jumps = [_]Operand{
    jump,
    // bc.
    .{ .mask = 0xfc00_0003, .bits = 0x4000_0000, .parts = &.{.{ .from = 2, .size = 14, .to = 2 }} },
};
pub const jump_distance = 0;

pub inline fn find(code: Code) ?Kind {
    return if (call.isIn(code[0])) .call else null;
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address;
}

pub inline fn read(_: Kind, code: Code) u32 {
    return call.read(code[0]);
}

pub inline fn write(_: Kind, code: Code, operand: u32) ?Code {
    return .{ call.write(code[0], operand), code[1] };
}

pub inline fn readAbsolute(code: Code) ?u32 {
    const mask = maskOf(code) orelse return null;
    // The low half has a sign.
    const low: u32 = @bitCast(@as(i32, @as(i16, @bitCast(@as(u16, @truncate(code[1] & mask))))));
    return (code[0] << 16) +% low;
}

pub inline fn writeAbsolute(code: Code, address: u32) ?Code {
    const mask = maskOf(code) orelse return null;
    if (address & 0xffff & ~mask != 0) return null;
    const high = (address +% 0x8000) >> 16;
    return .{ (code[0] & 0xffff_0000) | high, (code[1] & ~mask) | (address & mask) };
}

/// Returns which bits of the second instruction are the low half of an address; null for other instructions.
pub inline fn maskOf(code: Code) ?u32 {
    // addis without a register to add to, and an instruction that adds to the one that it writes.
    if (code[0] & 0xfc1f_0000 != 0x3c00_0000 or (code[1] >> 16 & 31) != (code[0] >> 21 & 31)) return null;
    return switch (code[1] >> 26) {
        // addi, and loads and stores of 1 to 8 bytes, those that write their address back excepted.
        14, 32, 34, 36, 38, 40, 42, 44, 48, 50, 52, 54 => 0xffff,
        // ld, lwa and std, whose low bits tell them apart.
        58, 62 => if (code[1] & 1 == 0) 0xfffc else null,
        else => null,
    };
}
