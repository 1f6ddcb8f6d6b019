//! Addresses in 32-bit ARM code: those of B and BL, and words behind the code from which LDR takes them (ARM
//! Architecture Reference Manual, A8.8.18, A8.8.25 and A8.8.64).
const std = @import("std");
const Address = @import("../relative.zig").Address;
const Operand = @import("../operand.zig").Operand;
const isa = @import("operands.zig");
const wordAt = @import("../relative.zig").wordAt;

pub const padding = "\x00" ** 4;
pub const immediate_sizes = [_]u32{0};
pub const guesses_pointers = false;

/// B and BL, under any condition.
const jump: Operand = .{
    .mask = 0x0e00_0000,
    .bits = 0x0a00_0000,
    .parts = &.{.{ .from = 0, .size = 24, .to = 2 }},
};
/// The program counter is two instructions ahead.
const ahead = isa.jump_distance;

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    const here = address +% @as(u32, @intCast(at));
    if (here % 4 != 0) return null;
    const word = wordAt(code, at) orelse return null;
    // There is no condition 15.
    if (jump.isIn(word) and word >> 28 < 15) return .place(jump.operandBits(), here +% ahead +% jump.read(word));
    // The word that LDR loads is its address; its own operand stays.
    var loaded = findLoaded(code, address, at) orelse return null;
    loaded.mask = 0;
    return loaded;
}

/// A word behind the code that an instruction loads.
pub fn findPointer(code: []const u8, address: u32, at: usize) ?Address {
    if ((address +% @as(u32, @intCast(at))) % 4 != 0) return null;
    var from = at;
    while (from >= 4 and at - from < distance_max) {
        from -= 4;
        if (placeOfLoaded(code, from) == at) return findLoaded(code, address, from);
    }
    return null;
}

/// How far behind LDR a word may be, in bytes.
const distance_max = ahead + 0xfff;

/// Returns where in the code the word is that LDR loads; null if there is no LDR (literal) for one behind it.
fn placeOfLoaded(code: []const u8, at: usize) ?usize {
    const word = wordAt(code, at) orelse return null;
    return if (isa.load.isIn(word)) at + ahead + isa.load.read(word) else null;
}

fn findLoaded(code: []const u8, address: u32, at: usize) ?Address {
    const loaded = wordAt(code, placeOfLoaded(code, at) orelse return null) orelse return null;
    const register = wordAt(code, at).? >> 12 & 15;
    // In position-independent code, ADD or LDR adds the program counter to it.
    var next = at + 4;
    while (next <= at + added_max) : (next += 4) {
        const word = wordAt(code, next) orelse break;
        const adds = word & 0x0fff_0ff0 == 0x008f_0000 or word & 0x0fff_0ff0 == 0x079f_0000;
        if (!adds or word & 15 != register) continue;
        return .{ .target = .{ .place = address +% @as(u32, @intCast(next)) +% ahead +% loaded } };
    }
    return .{ .target = .{ .pointer = loaded } };
}

/// How far behind LDR the program counter is added, in bytes.
const added_max = 16;

test "calls, jumps and words that LDR loads" {
    const code = std.mem.sliceAsBytes(&[_]u32{
        0xe59fb010, // ldr fp, [pc, #16]
        0xeb00771a, // bl
        0x0a000002, // beq
        0xe59f0008, // ldr r0, [pc, #8]
        0xe08f1000, // add r1, pc, r0
        0xe12fff1e, // bx lr
        0x000b83a0, // loaded by the first
        0x00001000, // loaded by the second
        0x000cfce8, // not loaded
    });
    const address = 0x11000;
    const everything: u32 = 0xffff_ffff;
    const mask = jump.operandBits();
    try std.testing.expectEqual(Address.place(mask, address + 4 + 8 + (0x771a << 2)), find(code, address, 4));
    try std.testing.expectEqual(Address.place(mask, address + 8 + 8 + 8), find(code, address, 8));
    try std.testing.expectEqual(Address{ .mask = 0, .target = .{ .pointer = 0x000b83a0 } }, find(code, address, 0));
    const pointer = findPointer(code, address, 24);
    try std.testing.expectEqual(Address{ .mask = everything, .target = .{ .pointer = 0x000b83a0 } }, pointer);
    try std.testing.expectEqual(Address.place(everything, address + 16 + 8 + 0x1000), findPointer(code, address, 28));
    for ([_]usize{ 16, 20, 24, 32, 33, 36 }) |at| try std.testing.expectEqual(null, find(code, address, at));
    for ([_]usize{ 0, 23, 25, 32, 36 }) |at| try std.testing.expectEqual(null, findPointer(code, address, at));
}
