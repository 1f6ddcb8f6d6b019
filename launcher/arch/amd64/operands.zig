//! Relative addresses in x86-64 code, found without decoding every instruction.
//!
//! Those that lead out of a function have 32 bits and follow one of few bytes: E8 (CALL), or a ModRM byte with mod = 00
//! and r/m = 101, which means an address relative to RIP (Intel SDM, volume 2, tables 2-2 and A-2). Such a byte may as
//! well be part of something else; what then looks like an address costs a few bytes. A ModRM byte counts only behind
//! one of the opcodes that 99 % of Go's have: that leaves a quarter of those that are none. Jumps (E9, 0F 80 to 0F 8F)
//! stay within their function but for few.
const std = @import("std");

/// Replaces each operand of a piece of code by what `change(context, place, operand)` returns for it: `operand` plus
/// `place` is what it refers to. `position` is that of the first byte; places count from where positions do.
///
/// Which bytes are operands does not depend on operands: the same ones are found after a change.
pub inline fn changeEach(
    code: []u8,
    position: u32,
    context: anytype,
    comptime change: fn (context: @TypeOf(context), place: u32, operand: u32) callconv(.@"inline") u32,
) void {
    @setRuntimeSafety(true);
    var found: [found_max]u16 = undefined;
    var before: u64 = 0;
    var start: usize = 0;
    while (start + 5 <= code.len) : (start += piece_size) {
        const end = @min(start + piece_size + 4, code.len);
        const count = find(code[0..end], start, &before, &found);
        const piece = code[start..end];
        const place = position +% @as(u32, @truncate(start)) +% 4;
        for (found[0..count]) |at| {
            const operand = piece[at..][0..4];
            const changed = change(context, place +% at, std.mem.readInt(u32, operand, .little));
            std.mem.writeInt(u32, operand, changed, .little);
        }
    }
}

/// The same for jumps, which lead out of a piece of a function only if other pieces have changed. They are found by
/// their operands, too: those that lead far away count as something else.
pub inline fn changeJumps(
    code: []u8,
    position: u32,
    context: anytype,
    comptime change: fn (context: @TypeOf(context), place: u32, operand: u32) callconv(.@"inline") u32,
) void {
    @setRuntimeSafety(true);
    var at: usize = 0;
    while (at + 6 <= code.len) {
        at += countBeforeJump(code[at..]);
        if (at + 6 > code.len) return;
        // E9 and 0F 80 to 0F 8F.
        const size: usize = if (code[at] == 0xe9) 1 else if (code[at] == 0x0f and code[at + 1] & 0xf0 == 0x80) 2 else 0;
        const operand = code[at + size ..][0..4];
        const value = std.mem.readInt(u32, operand, .little);
        if (size == 0 or value +% jump_max >= 2 * jump_max) {
            at += 1;
            continue;
        }
        at += size + 4;
        std.mem.writeInt(u32, operand, change(context, position +% @as(u32, @truncate(at)), value), .little);
    }
}

/// Returns how many bytes of the next few start no jump; may be too low.
inline fn countBeforeJump(code: []const u8) usize {
    @setRuntimeSafety(true);
    if (code.len < block_size + 1) return 0;
    const bytes = load(code, 0);
    const conditional = (bytes == splat(0x0f)) & ((load(code, 1) & splat(0xf0)) == splat(0x80));
    return @ctz(@as(u16, @bitCast((bytes == splat(0xe9)) | conditional)));
}

/// Functions are hardly ever larger, in bytes.
const jump_max = 1 << 20;

/// The most that `find` looks at, in bytes: positions have 16 bits.
const piece_size = 4096;
/// Each operand takes 5 bytes at least; `takeFirst` writes up to 3 more that do not count.
const found_max = piece_size / 5 + 1 + 3;

/// Finds operands of code from `start` on that follow a byte before its last 4. Returns how many there are, and writes
/// where they begin, counted from `start`.
///
/// No byte of an operand starts another. `before` has a bit for each of the 5 bytes before `start` that did.
///
/// Nothing here branches on the code, except for stretches with many operands: mispredicted branches would cost more
/// than all else.
noinline fn find(code: []const u8, start: usize, before: *u64, found: *[found_max]u16) usize {
    @setRuntimeSafety(true);
    const limit = code.len - 4;
    var count: usize = 0;
    var at = start;
    while (at < limit) : (at += step) {
        var padded: [step + 1]u8 = undefined;
        var starts = startsOf(stepOf(code, at, limit, &padded));
        // The bytes of these operands, and a ModRM byte behind them: only an opcode can be there.
        const last = before.*;
        starts.all &= ~(last >> 1 | last >> 2 | last >> 3 | last >> 4);
        starts.all &= ~last | starts.calls;
        var chosen: u64 = 0;
        // Three in a row without a branch: few steps have more, and missing ones do not count.
        inline for (0..3) |_| count = takeFirst(&starts, &chosen, at - start, found, count);
        while (starts.all != 0) count = takeFirst(&starts, &chosen, at - start, found, count);
        before.* = chosen >> 59;
    }
    return count;
}

/// A bit for each byte of a step.
const Starts = struct {
    calls: u64,
    /// Calls and ModRM bytes.
    all: u64,
};

inline fn takeFirst(starts: *Starts, chosen: *u64, at: usize, found: *[found_max]u16, count: usize) usize {
    @setRuntimeSafety(true);
    const first = starts.all & (0 -% starts.all);
    found[count] = @intCast(at + @ctz(starts.all | 1 << 63) + 1);
    const more = @intFromBool(starts.all != 0);
    chosen.* |= first;
    // This one, and the four bytes of its operand.
    starts.all &= ~((first << 5) -% first);
    starts.all &= ~(first << 5) | starts.calls;
    return count + more;
}

/// Returns a step with the byte before it; zeros, which are no starts, replace those before `code` and from `limit` on.
inline fn stepOf(code: []const u8, at: usize, limit: usize, padded: *[step + 1]u8) *const [step + 1]u8 {
    @setRuntimeSafety(true);
    if (at > 0 and limit - at >= step) return code[at - 1 ..][0 .. step + 1];
    padded.* = @splat(0);
    const from = at -| 1;
    const to = @min(at + step, limit);
    @memcpy(padded[from + 1 - at ..][0 .. to - from], code[from..to]);
    return padded;
}

/// Returns which bytes of a step may precede an operand.
inline fn startsOf(bytes: *const [step + 1]u8) Starts {
    @setRuntimeSafety(true);
    var found: Starts = .{ .calls = 0, .all = 0 };
    inline for (0..step / block_size) |index| {
        const block = load(bytes, 1 + index * block_size);
        const calls = block == splat(0xe8);
        const all = calls | (((block & splat(0xc7)) == splat(0x05)) & isOpcode(load(bytes, index * block_size)));
        found.calls |= @as(u64, @as(u16, @bitCast(calls))) << (index * block_size);
        found.all |= @as(u64, @as(u16, @bitCast(all))) << (index * block_size);
    }
    return found;
}

inline fn isOpcode(bytes: Block) @Vector(block_size, bool) {
    // 80 to 8F: immediate operands, TEST, MOV, LEA. C6, C7: MOV. 39: CMP. 10, 11, 6F, 7F: moves of vectors.
    return ((bytes & splat(0xf0)) == splat(0x80)) | ((bytes & splat(0xfe)) == splat(0xc6)) | (bytes == splat(0x39)) |
        ((bytes & splat(0xfe)) == splat(0x10)) | ((bytes & splat(0xef)) == splat(0x6f));
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
