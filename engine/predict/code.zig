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
    /// Start of the block that is looked at.
    position: usize = 0,
    /// In bytes; 0 before the first block.
    width: usize = 0,
    /// Bytes of the block that may stand in front of an operand.
    candidates: u64 = 0,
    /// How many bytes at the next block's start lie inside an operand.
    inside: u6 = 0,

    /// An operand's bytes may be changed between two calls: nothing is read twice.
    pub inline fn next(scanner: *Scanner) ?Operand {
        @setRuntimeSafety(true);
        while (true) {
            while (scanner.candidates != 0) {
                const bit: u32 = @ctz(scanner.candidates);
                scanner.candidates &= scanner.candidates - 1;
                const at = scanner.position + bit + 1;
                const displacement = std.mem.readInt(u32, scanner.code[at..][0..4], .little);
                // Wraps where it points below the image, and then is too large.
                const target = scanner.address +% @as(u32, @truncate(at)) +% 4 +% displacement;
                if (target >= scanner.limit) continue;
                // What lies inside an operand starts none.
                const after = bit + 5;
                scanner.candidates &= if (after < 64) @as(u64, std.math.maxInt(u64)) << @intCast(after) else 0;
                scanner.inside = @intCast(after -| scanner.width);
                return .{ .at = at, .target = target };
            }
            scanner.position += scanner.width;
            const rest = scanner.code.len - scanner.position;
            // The last bytes are left as they are: an operand that ends there is one mistake.
            if (rest < block_size + 4) return null;
            const count: usize = if (rest >= blocks_max * block_size + 4) blocks_max else 1;
            scanner.width = count * block_size;
            scanner.candidates = 0;
            for (0..count) |index| {
                const found: u64 = candidatesIn(scanner.code, scanner.position + index * block_size, scanner.reach());
                scanner.candidates |= found << @intCast(index * block_size);
            }
            scanner.candidates &= @as(u64, std.math.maxInt(u64)) << scanner.inside;
            scanner.inside = 0;
        }
    }

    /// How much the last byte of an operand may be above 0, or below.
    inline fn reach(scanner: *const Scanner) u8 {
        return @intCast(@min((scanner.limit >> 24) + 1, 127));
    }
};

const block_size = 16;
/// As many as fill the candidates' bits: what follows a block is hard to foresee for a CPU.
const blocks_max = 4;
const Block = @Vector(block_size, u8);

/// Which of the 16 bytes may stand in front of an operand, whose last byte tells that it points far out of
/// the image unless it is small or large.
inline fn candidatesIn(code: []const u8, position: usize, reach: u8) u16 {
    @setRuntimeSafety(true);
    const bytes = load(code, position);
    const call_or_jump = (bytes & splat(0xfe)) == splat(0xe8);
    const rip_relative = (bytes & splat(0xc7)) == splat(0x05);
    const conditional = (bytes & splat(0xf0)) == splat(0x80);
    const before = if (position > 0) load(code, position - 1) else std.simd.shiftElementsRight(bytes, 1, 0);
    const escaped = before == splat(0x0f);
    const near = (load(code, position + 4) +% splat(reach)) < splat(2 * reach);
    return @bitCast(near & (call_or_jump | rip_relative | (conditional & escaped)));
}

inline fn load(code: []const u8, position: usize) Block {
    @setRuntimeSafety(true);
    // Of an array, the compiler would load each byte by itself.
    return @as(*align(1) const Block, @ptrCast(code[position..][0..16])).*;
}

inline fn splat(byte: u8) Block {
    return @splat(byte);
}

/// Replaces the base's addresses by the variant's.
///
/// `address` is that of the code's first byte in the base, where all addresses from `start` to `end` move by the
/// same.
pub noinline fn relocate(map: *const Map, code: []u8, address: u32, start: u32, end: u32) void {
    @setRuntimeSafety(true);
    const shift = map.shiftOf(start);
    var scanner: Scanner = .{ .code = code, .address = address, .limit = map.limit };
    while (scanner.next()) |operand| {
        if (operand.target >= start and operand.target < end) continue;
        const moved = map.shiftOf(operand.target) -% shift;
        if (moved == 0) continue;
        const bytes = code[operand.at..][0..4];
        std.mem.writeInt(u32, bytes, std.mem.readInt(u32, bytes, .little) +% moved, .little);
    }
}
