//! Relative addresses in x86-64 code, for telling whether two pieces of code differ in anything else.
const std = @import("std");

/// In bytes.
pub const size = 4;

/// Stands between functions, for their alignment: INT3.
pub const padding = 0xcc;

/// An address may count from so many bytes behind its own end: from the end of the instruction, before which an
/// immediate operand may stand.
pub const immediate_sizes = [_]u32{ 0, 1, 2, 4 };

/// Whether the bytes at `at` may be a relative address, by what stands before them: E8 (CALL), E9 (JMP), 0F 80 to 0F 8F
/// (Jcc), or a ModRM byte with mod = 00 and r/m = 101 (Intel SDM, volume 2, tables 2-2 and A-2).
pub fn mayBegin(code: []const u8, at: usize) bool {
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
