//! Relative addresses in x86-64 code: see launcher/arch/relative.zig.
const std = @import("std");
const Address = @import("../relative.zig").Address;
const size = @import("../relative.zig").size;
const wordAt = @import("../relative.zig").wordAt;

/// INT3.
pub const padding = "\xcc";

/// An address counts from the end of its instruction: an immediate operand may stand before that.
pub const immediate_sizes = [_]u32{ 0, 1, 2, 4 };

pub fn find(code: []const u8, address: u32, at: usize) ?Address {
    if (!mayBegin(code, at)) return null;
    const operand = wordAt(code, at) orelse return null;
    return .{ .target = .{ .place = address +% @as(u32, @intCast(at + size)) +% operand } };
}

/// Any four bytes may be an immediate operand.
pub const guesses_pointers = true;

/// Code that is linked at a fixed address may have addresses as they are.
pub fn findPointer(code: []const u8, _: u32, at: usize) ?Address {
    return .{ .target = .{ .pointer = wordAt(code, at) orelse return null } };
}

/// Whether the bytes at `at` may be a relative address, by what stands before them: E8 (CALL), E9 (JMP), 0F 80 to 0F 8F
/// (Jcc), or a ModRM byte with mod = 00 and r/m = 101 (Intel SDM, volume 2, tables 2-2 and A-2).
fn mayBegin(code: []const u8, at: usize) bool {
    if (at == 0) return false;
    const byte = code[at - 1];
    if (byte & 0xfe == 0xe8 or byte & 0xc7 == 0x05) return true;
    return at > 1 and byte & 0xf0 == 0x80 and code[at - 2] == 0x0f;
}

test "calls, jumps and addresses relative to RIP" {
    for ([_][]const u8{
        "\xe8", // CALL
        "\xe9", // JMP
        "\x0f\x86", // JBE
        "\x48\x8d\x05", // LEA
        "\x80\x3d", // CMP with an immediate operand
        "\xc5\xfe\x6f\x05", // VMOVDQU
        "\x62\xf1\xfe\x48\x6f\x05", // VMOVDQU64
    }) |code| try std.testing.expect(mayBegin(code, code.len));
    for ([_][]const u8{ "", "\xb8", "\x48\xc7\xc0", "\x86", "\x81\xfb" }) |code| {
        try std.testing.expect(!mayBegin(code, code.len));
    }
}
