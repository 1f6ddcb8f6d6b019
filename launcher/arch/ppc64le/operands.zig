//! Addresses in code of Power (Power ISA, book I, 1.6.3, 2.4 and 3.3): relative ones of bl and of Power10's prefixed
//! instructions, and absolute ones of addis (lis) and the instruction behind it. Addresses in position-independent code
//! for older CPUs are relative to a table: they are left alone.
const words = @import("../words.zig");
const Operand = @import("../operand.zig").Operand;
const Code = words.Code;

pub const Kind = enum { call, prefixed };

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
    if (call.isIn(code[0])) return .call;
    return if (isPrefixed(code)) .prefixed else null;
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address;
}

pub inline fn read(kind: Kind, code: Code) u32 {
    return if (kind == .call) call.read(code[0]) else code[0] << 16 | (code[1] & 0xffff);
}

pub inline fn write(kind: Kind, code: Code, operand: u32) ?Code {
    if (kind == .call) return .{ call.write(code[0], operand), code[1] };
    const high: u32 = @bitCast(@as(i32, @bitCast(operand)) >> 16);
    return .{ (code[0] & ~prefix_operand) | (high & prefix_operand), (code[1] & 0xffff_0000) | (operand & 0xffff) };
}

/// The high half of a prefixed instruction's operand, which has 34 bits.
const prefix_operand: u32 = 0x3_ffff;

/// Whether the instruction has a prefix and an operand that counts from itself, within 2 GiB: paddi, a load or a store.
pub inline fn isPrefixed(code: Code) bool {
    if (code[0] & 0xfdfc_0000 != 0x0410_0000 or code[1] >> 16 & 31 != 0) return false;
    const sign = code[0] >> 15 & 7;
    if (sign != 0 and sign != 7) return false;
    return if (code[0] & prefix_same != 0) isPlain(code[1] >> 26) else switch (code[1] >> 26) {
        pld, plwa, pstd => true,
        else => false,
    };
}

/// Go has a prefixed load or store instead of one behind an address in two instructions: only registers are left.
pub fn clearPrefixed(code: Code) Code {
    return .{ 0x0410_0000, code[1] & 0x03e0_0000 };
}

/// A bit of prefixes: the instruction behind has the opcode that it has without.
const prefix_same: u32 = 0x0200_0000;
const pld = 57;
const plwa = 41;
const pstd = 61;

/// Returns what Power10 has instead of an absolute address in two instructions.
pub inline fn prefix(code: Code, operand: u32) ?Code {
    const mask = maskOf(code) orelse return null;
    const registers = code[1] & 0x03e0_0000;
    const opcode: u32 = if (mask == 0xffff)
        code[1] >> 26
    else if (code[1] >> 26 == 62) pstd else if (code[1] & 2 == 0) pld else plwa;
    const same = if (mask == 0xffff) prefix_same else 0;
    return write(.prefixed, .{ 0x0410_0000 | same, opcode << 26 | registers }, operand);
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
        // ld, lwa and std, whose low bits tell them apart.
        58, 62 => if (code[1] & 1 == 0) 0xfffc else null,
        else => |opcode| if (isPlain(opcode)) 0xffff else null,
    };
}

/// addi, and loads and stores of 1 to 8 bytes, those that write their address back excepted.
inline fn isPlain(opcode: u32) bool {
    return plain_opcodes >> @intCast(opcode) & 1 != 0;
}

/// A bit for each.
const plain_opcodes: u64 = bits: {
    var bits: u64 = 0;
    for ([_]u6{ 14, 32, 34, 36, 38, 40, 42, 44, 48, 50, 52, 54 }) |opcode| bits |= 1 << opcode;
    break :bits bits;
};
