//! Relative addresses in 32-bit ARM code: those of BL, which count in instructions from the second one behind (ARM
//! Architecture Reference Manual, A8.8.25). Go's calls are unconditional.
const words = @import("../words.zig");
const Code = words.Code;

pub const Kind = enum { call };

const operand_bits: u32 = 0x00ff_ffff;

pub inline fn find(code: Code) ?Kind {
    return if (code[0] & ~operand_bits == 0xeb00_0000) .call else null;
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address +% 8;
}

pub inline fn read(_: Kind, code: Code) u32 {
    return words.extend(24, code[0]) << 2;
}

pub inline fn write(_: Kind, code: Code, operand: u32) ?Code {
    return .{ (code[0] & ~operand_bits) | (operand >> 2 & operand_bits), code[1] };
}

/// B, under any condition.
pub fn clearJump(word: u32) u32 {
    return if (word & 0x0f00_0000 == 0x0a00_0000 and word >> 28 < 15) word & ~operand_bits else word;
}
