//! Addresses in AArch64 code: those of B and BL, and those that ADRP and an ADD, a load or a store make together (Arm
//! Architecture Reference Manual, C6.2). Go's assembler puts the two behind each other, C compilers near each other.
const std = @import("std");
const Address = @import("../relative.zig").Address;
const isa = @import("operands.zig");
const wordAt = @import("../relative.zig").wordAt;

pub const padding = "\x00" ** 4;
pub const immediate_sizes = [_]u32{0};
pub const guesses_pointers = false;
pub const findPointer = @import("../relative.zig").findNoPointer;

/// How far one of a pair is from the other at most, in bytes.
const distance_max = 64;
const page_mask: u32 = 4095;
/// immlo and immhi.
const page_operand: u32 = 0x60ff_ffe0;
const rest_operand: u32 = 0xfff << 10;

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    const here = address +% @as(u32, @intCast(at));
    if (here % 4 != 0) return null;
    const word = wordAt(code, at) orelse return null;
    inline for (.{ isa.call, isa.jump }) |jump| {
        if (jump.isIn(word)) return .place(jump.operandBits(), here +% jump.read(word));
    }
    if (isPage(word)) {
        const rest = findRest(code, at, word & 31) orelse return null;
        return .place(page_operand, pageOf(word, here) +% rest);
    }
    const rest = restOf(word) orelse return null;
    return .place(rest_operand, (findPage(code, address, at, word >> 5 & 31) orelse return null) +% rest);
}

/// ADRP.
fn isPage(word: u32) bool {
    return word & 0x9f00_0000 == 0x9000_0000;
}

fn pageOf(word: u32, here: u32) u32 {
    const pages = (word >> 29 & 3) | (word >> 5 & 0x7_ffff) << 2;
    return (here & ~page_mask) +% (pages << 12);
}

/// Returns the place in its page that an ADD (immediate) of 64 bits has, or a load or store (unsigned immediate).
fn restOf(word: u32) ?u32 {
    const immediate = word >> 10 & 0xfff;
    if (word & 0xffc0_0000 == 0x9100_0000) return immediate;
    if (word & 0x3b00_0000 != 0x3900_0000) return null;
    // Units of 16 bytes, of SIMD registers.
    const is_quad = word & 0xc480_0000 == 0x0480_0000;
    return immediate << (if (is_quad) 4 else @as(u5, @intCast(word >> 30)));
}

/// Returns the place in the page that the first use of a register behind ADRP has.
fn findRest(code: []const u8, page_at: usize, register: u32) ?u32 {
    var at = page_at + 4;
    while (at <= page_at + distance_max) : (at += 4) {
        const word = wordAt(code, at) orelse return null;
        if (word >> 5 & 31 == register) if (restOf(word)) |rest| return rest;
        if (word & 31 == register) return null;
    }
    return null;
}

/// Returns the page that a register has, if ADRP was the last to write it.
fn findPage(code: []const u8, address: u32, rest_at: usize, register: u32) ?u32 {
    var at = rest_at;
    while (at >= 4 and rest_at - at < distance_max) {
        at -= 4;
        const word = wordAt(code, at).?;
        if (word & 31 != register) continue;
        return if (isPage(word)) pageOf(word, address +% @as(u32, @intCast(at))) else null;
    }
    return null;
}

test "calls, jumps and pairs with ADRP, near each other or not" {
    const code = std.mem.sliceAsBytes(&[_]u32{
        0xd0000000, // adrp x0, two pages on
        0xd503201f, // nop
        0x91008000, // add x0, x0, #0x20
        0x9401d552, // bl
        0xf9400001, // ldr x1, [x0], of what ADD wrote
        0x5400004b, // b.lt
        0xf000001b, // adrp x27, three pages on
        0x3dc00f60, // ldr q0, [x27, #48]
        0xd0000000, // adrp without use
    });
    const address = 0x1db9c;
    const pair: Address = .place(page_operand, 0x1f020);
    try std.testing.expectEqual(pair, find(code, address, 0));
    try std.testing.expectEqual(Address.place(rest_operand, 0x1f020), find(code, address, 8));
    const call: Address = .place(isa.call.operandBits(), address + 12 + (0x1d552 << 2));
    try std.testing.expectEqual(call, find(code, address, 12));
    try std.testing.expectEqual(Address.place(page_operand, 0x20030), find(code, address, 24));
    try std.testing.expectEqual(Address.place(rest_operand, 0x20030), find(code, address, 28));
    for ([_]usize{ 1, 4, 16, 20, 32, 33, 36, 40 }) |at| try std.testing.expectEqual(null, find(code, address, at));
}
