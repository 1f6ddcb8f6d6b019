//! Relative addresses in RISC-V code: those of JAL, and of AUIPC with the instruction behind it (RISC-V Instruction Set
//! Manual, volume I, 2.2 to 2.5).
const words = @import("../words.zig");
const Code = words.Code;

pub const Kind = enum {
    /// JAL that keeps where it came from.
    call,
    /// AUIPC and an instruction of the format I: ADDI, JALR or a load.
    sum,
    /// AUIPC and a store.
    store,
};

pub inline fn find(code: Code) ?Kind {
    const first = code[0];
    const register = first >> 7 & 31;
    if (first & 0x7f == 0x6f) return if (register != 0) .call else null;
    if (first & 0x7f != 0x17 or code[1] >> 15 & 31 != register) return null;
    return switch (code[1] & 0x7f) {
        // ADDI.
        0x13 => if (code[1] >> 12 & 7 == 0) .sum else null,
        // JALR and loads, of floating point, too.
        0x67, 0x03, 0x07 => .sum,
        0x23, 0x27 => .store,
        else => null,
    };
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address;
}

pub inline fn read(kind: Kind, code: Code) u32 {
    return switch (kind) {
        .call => words.extend(
            21,
            code[0] >> 31 << 20 | (code[0] >> 12 & 0xff) << 12 |
                (code[0] >> 20 & 1) << 11 | (code[0] >> 21 & 0x3ff) << 1,
        ),
        .sum => (code[0] & ~@as(u32, 0xfff)) +% words.extend(12, code[1] >> 20),
        .store => (code[0] & ~@as(u32, 0xfff)) +% words.extend(12, code[1] >> 25 << 5 | (code[1] >> 7 & 31)),
    };
}

pub inline fn write(kind: Kind, code: Code, operand: u32) ?Code {
    // The second instruction's operand has a sign.
    const high = (operand +% 0x800) & ~@as(u32, 0xfff);
    const first = (code[0] & 0xfff) | high;
    return switch (kind) {
        .call => .{
            (code[0] & 0xfff) | (operand >> 20 & 1) << 31 | (operand >> 12 & 0xff) << 12 |
                (operand >> 11 & 1) << 20 | (operand >> 1 & 0x3ff) << 21,
            code[1],
        },
        .sum => .{ first, (code[1] & 0x000f_ffff) | operand << 20 },
        .store => .{ first, (code[1] & 0x01ff_f07f) | (operand >> 5 & 0x7f) << 25 | (operand & 31) << 7 },
    };
}

/// Branches, and JAL that goes on elsewhere.
pub fn clearJump(word: u32) u32 {
    if (word & 0x7f == 0x63) return word & 0x01ff_f07f;
    return if (word & 0xfff == 0x6f) word & 0xfff else word;
}
