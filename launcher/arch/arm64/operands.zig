//! Relative addresses in AArch64 code: those of BL, which count in instructions, and of ADRP, which count in pages of
//! 4 KiB; the instruction behind ADRP has the place in the page (Arm Architecture Reference Manual, C6.2).
const words = @import("../words.zig");
const Operand = @import("../operand.zig").Operand;
const Code = words.Code;

pub const Kind = enum(u8) {
    /// ADRP and ADD, or a load or store of 1, 2, 4 or 8 bytes. The operands of those count in units of their size.
    unit_1 = 0,
    unit_2 = 1,
    unit_4 = 2,
    unit_8 = 3,
    /// ADRP by itself.
    page,
    call,

    /// Only of the first four.
    inline fn scale(kind: Kind) u5 {
        return @intCast(@intFromEnum(kind) & 3);
    }
};

pub const jumps = [_]Operand{
    jump,
    // B.cond, and CBZ and CBNZ.
    .{ .mask = 0xff00_0010, .bits = 0x5400_0000, .parts = &.{.{ .from = 5, .size = 19, .to = 2 }} },
    .{ .mask = 0x7e00_0000, .bits = 0x3400_0000, .parts = &.{.{ .from = 5, .size = 19, .to = 2 }} },
    // TBZ and TBNZ.
    .{ .mask = 0x7e00_0000, .bits = 0x3600_0000, .parts = &.{.{ .from = 5, .size = 14, .to = 2 }} },
    // LDR of what is behind the function.
    .{ .mask = 0x3b00_0000, .bits = 0x1800_0000, .parts = &.{.{ .from = 5, .size = 19, .to = 2 }} },
};
pub const jump_distance = 0;

const page_mask: u32 = 4095;
const jump_parts = [_]Operand.Part{.{ .from = 0, .size = 26, .to = 2 }};
/// BL.
pub const call: Operand = .{ .mask = 0xfc00_0000, .bits = 0x9400_0000, .parts = &jump_parts };
/// B.
pub const jump: Operand = .{ .mask = 0xfc00_0000, .bits = 0x1400_0000, .parts = &jump_parts };
/// immlo and immhi.
const adrp_operand: u32 = 0x60ff_ffe0;
const imm12: u32 = 0xfff << 10;

pub inline fn find(code: Code) ?Kind {
    if (call.isIn(code[0])) return .call;
    if (code[0] & 0x9f00_0000 != 0x9000_0000) return null;
    // Within 2 GiB, so that 32 bits hold the operand.
    if (code[0] >> 23 & 1 != code[0] >> 22 & 1) return null;
    // The register that the one writes is the base of the other.
    if (code[1] >> 5 & 31 != code[0] & 31) return .page;
    // ADD (immediate) of 64 bits, not shifted.
    if (code[1] & 0xffc0_0000 == 0x9100_0000) return .unit_1;
    // Load or store of a register (unsigned immediate), not of SIMD.
    if (code[1] & 0x3f00_0000 != 0x3900_0000) return .page;
    const kind: Kind = @enumFromInt(code[1] >> 30);
    // A place in the page, and no other one from there on.
    return if ((code[1] >> 10 & 0xfff) << kind.scale() > page_mask) .page else kind;
}

pub inline fn placeOf(kind: Kind, address: u32) u32 {
    return if (kind == .call) address else address & ~page_mask;
}

pub inline fn read(kind: Kind, code: Code) u32 {
    if (kind == .call) return call.read(code[0]);
    const pages = (code[0] >> 29 & 3) | (code[0] >> 5 & 0x7_ffff) << 2;
    const rest = if (kind == .page) 0 else (code[1] >> 10 & 0xfff) << kind.scale();
    return (pages << 12) +% rest;
}

pub inline fn write(kind: Kind, code: Code, operand: u32) ?Code {
    if (kind == .call) return .{ call.write(code[0], operand), code[1] };
    const pages: u32 = @bitCast(@as(i32, @bitCast(operand)) >> 12);
    const first = (code[0] & ~adrp_operand) | (pages & 3) << 29 | (pages >> 2 & 0x7_ffff) << 5;
    if (kind == .page) return .{ first, code[1] };
    const rest = (operand & page_mask) >> kind.scale();
    if (rest << kind.scale() != operand & page_mask) return null;
    return .{ first, (code[1] & ~imm12) | rest << 10 };
}
