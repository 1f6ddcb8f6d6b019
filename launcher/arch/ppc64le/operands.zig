//! Relative addresses in code of Power: those of bl (Power ISA, book I, 2.4). Addresses of data are absolute in Go's
//! programs, or relative to a table.
const words = @import("../words.zig");
const Code = words.Code;

pub const Kind = enum { call };

const operand_bits: u32 = 0x03ff_fffc;

pub inline fn find(code: Code) ?Kind {
    return if (code[0] & ~operand_bits == 0x4800_0001) .call else null;
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address;
}

pub inline fn read(_: Kind, code: Code) u32 {
    return words.extend(26, code[0] & operand_bits);
}

pub inline fn write(_: Kind, code: Code, operand: u32) ?Code {
    return .{ (code[0] & ~operand_bits) | (operand & operand_bits), code[1] };
}

/// b has 24 bits, bc has 14.
pub fn clearJump(word: u32) u32 {
    if (word & ~operand_bits == 0x4800_0000) return word & ~operand_bits;
    return if (word & 0xfc00_0003 == 0x4000_0000) word & ~@as(u32, 0xfffc) else word;
}
