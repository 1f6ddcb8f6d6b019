//! Relative addresses in x86-64 code, found without decoding every instruction.
//!
//! Nearly all of them have 32 bits and follow one of few bytes: E8 (CALL), E9 (JMP), 0F 80 to 0F 8F (Jcc), or a
//! ModRM byte with mod = 00 and r/m = 101, which means an address relative to RIP (Intel SDM, volume 2, tables 2-2
//! and A-2). Such a byte may as well be part of something else; what then looks like an address costs a few bytes.
const std = @import("std");

// For the filter, which finds the same operands whatever their bytes are.

/// The most that `findEnds` looks at, in bytes: positions have 16 bits.
pub const piece_size = 4096;
/// Each operand takes 5 bytes at least; `takeFirst` writes up to 4 more that do not count.
pub const ends_max = piece_size / 5 + 1 + 4;

/// Finds operands of CALL and operands relative to RIP that belong to bytes of a piece, all but its last 4. Returns
/// how many there are, and writes where they end.
///
/// No byte of an operand starts another. `taken` has the bytes that are operands of the piece before, from the first
/// one on.
///
/// Nothing here branches on the code, except for stretches with many operands: mispredicted branches would cost more
/// than all else.
pub fn findEnds(piece: []const u8, taken: *u64, ends: *[ends_max]u16) usize {
    @setRuntimeSafety(true);
    const limit = piece.len - 4;
    var count: usize = 0;
    var at: usize = 0;
    while (at < limit) : (at += step) {
        var starts = if (limit - at >= step) startsIn(piece[at..][0..step]) else startsAtEnd(piece[at..limit]);
        starts &= ~taken.*;
        var chosen: u64 = 0;
        // Four in a row without a branch: few steps have more, and missing ones do not count.
        inline for (0..4) |_| count = takeFirst(&starts, &chosen, at, ends, count);
        while (starts != 0) count = takeFirst(&starts, &chosen, at, ends, count);
        const last = chosen >> 60;
        taken.* = last | last >> 1 | last >> 2 | last >> 3;
    }
    return count;
}

inline fn takeFirst(starts: *u64, chosen: *u64, at: usize, ends: *[ends_max]u16, count: usize) usize {
    @setRuntimeSafety(true);
    const first = starts.* & (0 -% starts.*);
    ends[count] = @intCast(at + @ctz(starts.* | 1 << 63) + 5);
    const more = @intFromBool(starts.* != 0);
    chosen.* |= first;
    // This one, and the four bytes of its operand.
    starts.* &= ~((first << 5) -% first);
    return count + more;
}

/// Returns which of these bytes may precede an operand.
inline fn startsIn(bytes: *const [step]u8) u64 {
    var found: u64 = 0;
    inline for (0..step / block_size) |index| {
        const block = load(bytes, index * block_size);
        const chosen = (block == splat(0xe8)) | ((block & splat(0xc7)) == splat(0x05));
        found |= @as(u64, @as(u16, @bitCast(chosen))) << (index * block_size);
    }
    return found;
}

fn startsAtEnd(bytes: []const u8) u64 {
    @setRuntimeSafety(true);
    var found: u64 = 0;
    for (bytes, 0..) |byte, index| {
        if (byte == 0xe8 or byte & 0xc7 == 0x05) found |= @as(u64, 1) << @intCast(index);
    }
    return found;
}

// For prediction, which finds jumps, too, and addresses inside the image only.

/// An address in code.
pub const Operand = struct {
    /// Index of its 4 bytes, which follow the byte that it was found by.
    at: usize,
    /// Address that it points to, below the image's end.
    target: u32,
};

/// Finds the operands of a piece of code from front to back.
pub const Scanner = struct {
    code: []const u8,
    /// Address of the first byte.
    address: u32,
    /// The image's size.
    limit: u32,
    /// Start of the blocks that are looked at.
    position: usize = 0,
    /// In bytes; 0 before the first blocks.
    width: usize = 0,
    /// Bytes of the blocks that may precede an operand.
    candidates: u64 = 0,
    /// How many bytes behind the blocks lie inside an operand.
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
                // No byte of an operand starts another.
                const after = bit + 5;
                scanner.candidates &= if (after < 64) @as(u64, std.math.maxInt(u64)) << @intCast(after) else 0;
                scanner.inside = @intCast(after -| scanner.width);
                return .{ .at = at, .target = target };
            }
            scanner.position += scanner.width;
            const rest = scanner.code.len - scanner.position;
            // The last bytes are left as they are: an operand that ends there is one mistake.
            if (rest < block_size + 4) return null;
            // As many blocks as fill the candidates' bits: a CPU mispredicts what follows them.
            const count: usize = if (rest >= step + 4) step / block_size else 1;
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

    /// Returns how far the last byte of an operand may be above 0, or below.
    inline fn reach(scanner: *const Scanner) u8 {
        return @intCast(@min((scanner.limit >> 24) + 1, 127));
    }
};

/// Returns which bytes of a block may precede an operand. An operand's last byte is small or large unless it points
/// far out of the image.
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

/// In bytes; a bit of 64 for each.
const step = 64;
const block_size = 16;
const Block = @Vector(block_size, u8);

inline fn load(code: []const u8, position: usize) Block {
    @setRuntimeSafety(true);
    // From an array, the compiler would load each byte by itself.
    return @as(*align(1) const Block, @ptrCast(code[position..][0..block_size])).*;
}

inline fn splat(byte: u8) Block {
    return @splat(byte);
}
