//! Addresses in RISC-V code: those of JAL, and those that AUIPC and the instruction behind it make together (RISC-V
//! Instruction Set Manual, volume I, 2.2 to 2.5).
const std = @import("std");
const Address = @import("../relative.zig").Address;
const isa = @import("operands.zig");
const wordAt = @import("../relative.zig").wordAt;

/// As large as a compressed instruction.
pub const padding = "\x00" ** 2;
pub const immediate_sizes = [_]u32{0};
pub const guesses_pointers = false;
pub const findPointer = @import("../relative.zig").findNoPointer;

const high_operand: u32 = 0xffff_f000;

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    const here = address +% @as(u32, @intCast(at));
    if (here % 2 != 0) return null;
    const word = wordAt(code, at) orelse return null;
    if (isa.call.isIn(word)) return .place(isa.call.operandBits(), here +% isa.call.read(word));
    if (wordAt(code, at + 4)) |next| if (isa.find(.{ word, next })) |kind| {
        return .place(high_operand, here +% isa.read(kind, .{ word, next }));
    };
    if (at < 4) return null;
    const pair = .{ wordAt(code, at - 4).?, word };
    const kind = isa.find(pair) orelse return null;
    const mask = switch (kind) {
        .call => return null,
        .sum => isa.sum_low.operandBits(),
        .store => isa.store_low.operandBits(),
    };
    return .place(mask, here -% 4 +% isa.read(kind, pair));
}

/// The middle of an instruction may look like another one.
pub fn instructionAt(code: []const u8, from: usize, at: usize) usize {
    var start = from;
    while (true) {
        const end = start + isa.sizeOf(code[start]);
        if (end > at) return start;
        start = end;
    }
}

test "instructions of 2 and 4 bytes" {
    // A store, of which the middle looks like JAL.
    const code = "\x82\x80" ++ "\x97\x5f\x6f\x00" ++ "\x23\xbd\x5f\x82" ++ "\x82\x60";
    for ([_]usize{ 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 10, 10 }, 0..) |start, at| {
        try std.testing.expectEqual(start, instructionAt(code, 0, at));
        try std.testing.expectEqual(start, instructionAt(code, @min(start, 6), at));
    }
}

test "jumps, and pairs with AUIPC behind compressed instructions" {
    const code = std.mem.sliceAsBytes(&[_]u16{
        0x8082, // ret, compressed
        0x7517, 0x0007, // auipc a0, 0x77
        0x0513, 0xfde5, // addi a0, a0, -34
        0xef97, 0x0012, // auipc t6, 0x12e
        0xbd23, 0xe66f, // sd t1, -390(t6)
        0xf2ef, 0x1445, // jal t0
        0x0533, 0x00b5, // add a0, a0, a1
        0x8317, 0x0009, // auipc t1, 0x98
        0x3513, 0x0015, // sltiu a0, a0, 1
    });
    const address = 73024;
    try std.testing.expectEqual(Address.place(0xffff_f000, 0x88d20), find(code, address, 2));
    try std.testing.expectEqual(Address.place(0xfff0_0000, 0x88d20), find(code, address, 6));
    const stored = address + 10 + 0x12e000 - 390;
    try std.testing.expectEqual(Address.place(0xffff_f000, stored), find(code, address, 10));
    try std.testing.expectEqual(Address.place(0xfe00_0f80, stored), find(code, address, 14));
    try std.testing.expectEqual(Address.place(0xffff_f000, address + 18 + 0x5f144), find(code, address, 18));
    for ([_]usize{ 0, 1, 22, 26, 30, 34 }) |at| try std.testing.expectEqual(null, find(code, address, at));
}
