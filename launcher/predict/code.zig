//! x86-64 code: its relative addresses, found without decoding every instruction.
//!
//! Nearly all relative addresses of 32 bits follow one of few bytes: E8 (CALL), E9 (JMP), 0F 80 to 0F 8F
//! (Jcc), or a ModRM byte with mod = 00 and r/m = 101, which means an address relative to RIP (Intel
//! SDM, volume 2, tables 2-2 and A-2). Such a byte may as well be part of something else; what then
//! looks like an address rarely points into the image, and a wrong guess costs a few bytes.
const std = @import("std");
const Map = @import("map.zig").Map;

/// An address in code.
pub const Operand = struct {
    /// Index of its 4 bytes, which follow the byte that it was found by.
    at: usize,
    /// Where it points to, below the image's end.
    target: u32,
};

/// Finds the operands of a piece of code from front to back.
pub const Scanner = struct {
    code: []const u8,
    /// Address of the first byte.
    address: u32,
    /// The image's size.
    limit: u32,
    position: usize = 0,
    /// Candidates in the block of 16 bytes at `position`.
    candidates: u16 = 0,
    block: bool = false,

    /// An operand's bytes may be changed between two calls: nothing is read twice.
    pub inline fn next(scanner: *Scanner) ?Operand {
        @setRuntimeSafety(true);
        while (true) {
            while (scanner.candidates != 0) {
                const bit: u4 = @intCast(@ctz(scanner.candidates));
                scanner.candidates &= scanner.candidates - 1;
                const at = scanner.position + bit + 1;
                const target = scanner.targetOf(at) orelse continue;
                // What lies inside an operand starts none.
                const after = @as(u32, bit) + 5;
                if (after >= 16) {
                    scanner.candidates = 0;
                    scanner.position += after;
                    scanner.block = false;
                } else scanner.candidates &= @as(u16, 0xffff) << @intCast(after);
                return .{ .at = at, .target = target };
            }
            if (scanner.block) scanner.position += 16;
            // The last bytes are left as they are: an operand that ends there is one mistake.
            if (scanner.position + 16 + 4 > scanner.code.len) return null;
            scanner.candidates = candidatesIn(scanner.code, scanner.position);
            scanner.block = true;
        }
    }

    inline fn targetOf(scanner: *const Scanner, at: usize) ?u32 {
        @setRuntimeSafety(true);
        const displacement = std.mem.readInt(i32, scanner.code[at..][0..4], .little);
        const target = @as(i64, scanner.address) + @as(i64, @intCast(at)) + 4 + displacement;
        return if (target >= 0 and target < scanner.limit) @intCast(target) else null;
    }
};

const Block = @Vector(16, u8);

/// Which of the 16 bytes may stand in front of an operand.
inline fn candidatesIn(code: []const u8, position: usize) u16 {
    @setRuntimeSafety(true);
    const bytes: Block = code[position..][0..16].*;
    const call_or_jump = (bytes & @as(Block, @splat(0xfe))) == @as(Block, @splat(0xe8));
    const rip_relative = (bytes & @as(Block, @splat(0xc7))) == @as(Block, @splat(0x05));
    const conditional = (bytes & @as(Block, @splat(0xf0))) == @as(Block, @splat(0x80));
    const before: Block = if (position > 0) code[position - 1 ..][0..16].* else [1]u8{0} ++ code[0..15].*;
    const escaped = before == @as(Block, @splat(0x0f));
    return @as(u16, @bitCast(call_or_jump)) | @as(u16, @bitCast(rip_relative)) |
        (@as(u16, @bitCast(conditional)) & @as(u16, @bitCast(escaped)));
}

/// Replaces the base's addresses by the variant's.
///
/// `address` is that of the code's first byte, in the base.
pub fn relocate(map: *const Map, code: []u8, address: u32) void {
    @setRuntimeSafety(true);
    const shift = map.shiftOf(address);
    const end = address + @as(u32, @intCast(code.len));
    var scanner: Scanner = .{ .code = code, .address = address, .limit = map.limit };
    while (scanner.next()) |operand| {
        // All of a piece moves together.
        if (operand.target >= address and operand.target < end) continue;
        const moved = map.shiftOf(operand.target) -% shift;
        if (moved == 0) continue;
        const bytes = code[operand.at..][0..4];
        std.mem.writeInt(u32, bytes, std.mem.readInt(u32, bytes, .little) +% moved, .little);
    }
}
