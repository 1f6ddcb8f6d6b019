//! Relative addresses in RISC-V code: those of JAL, and of AUIPC with the instruction behind it (RISC-V Instruction Set
//! Manual, volume I, 2.2 to 2.5). Go compresses other instructions to 2 bytes, from 1.26 on.
const words = @import("../words.zig");
const Operand = @import("../operand.zig").Operand;
const Code = words.Code;

pub const Kind = enum {
    /// JAL that keeps where it came from.
    call,
    /// AUIPC and an instruction of the format I: ADDI, JALR or a load.
    sum,
    /// AUIPC and a store.
    store,
};

const jump_parts = [_]Operand.Part{
    .{ .from = 31, .size = 1, .to = 20 },
    .{ .from = 12, .size = 8, .to = 12 },
    .{ .from = 20, .size = 1, .to = 11 },
    .{ .from = 21, .size = 10, .to = 1 },
};
/// JAL.
pub const call: Operand = .{ .mask = 0x7f, .bits = 0x6f, .parts = &jump_parts };

pub const jumps = [_]Operand{
    // JAL that goes on elsewhere.
    .{ .mask = 0xfff, .bits = 0x6f, .parts = &jump_parts },
    // Branches.
    .{ .mask = 0x7f, .bits = 0x63, .parts = &.{
        .{ .from = 31, .size = 1, .to = 12 },
        .{ .from = 7, .size = 1, .to = 11 },
        .{ .from = 25, .size = 6, .to = 5 },
        .{ .from = 8, .size = 4, .to = 1 },
    } },
};
pub const jump_distance = 0;

pub inline fn sizeOf(word: u32) u32 {
    return if (word & 3 == 3) 4 else 2;
}

pub inline fn isNarrow(kind: Kind) bool {
    return kind == .call;
}

pub const narrow_bits = 21;

pub inline fn find(code: Code) ?Kind {
    const first = code[0];
    const register = first >> 7 & 31;
    if (call.isIn(first)) return if (register != 0) .call else null;
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
    const high = code[0] & ~@as(u32, 0xfff);
    return switch (kind) {
        .call => call.read(code[0]),
        .sum => high +% sum_low.read(code[1]),
        .store => high +% store_low.read(code[1]),
    };
}

pub inline fn write(kind: Kind, code: Code, operand: u32) ?Code {
    // The second instruction's operand has a sign.
    const first = (code[0] & 0xfff) | ((operand +% 0x800) & ~@as(u32, 0xfff));
    return switch (kind) {
        .call => .{ call.write(code[0], operand), code[1] },
        .sum => .{ first, sum_low.write(code[1], operand) },
        .store => .{ first, store_low.write(code[1], operand) },
    };
}

/// Operands of the formats I and S.
pub const sum_low: Operand = .{ .mask = 0, .bits = 0, .parts = &.{.{ .from = 20, .size = 12, .to = 0 }} };
pub const store_low: Operand = .{ .mask = 0, .bits = 0, .parts = &.{
    .{ .from = 25, .size = 7, .to = 5 },
    .{ .from = 7, .size = 5, .to = 0 },
} };
