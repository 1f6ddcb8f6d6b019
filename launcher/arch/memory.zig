//! memcpy, memmove and memset, which compilers call, for architectures without assembly for them. Zig's own, built for
//! size, go byte by byte. This file is compiled without the compiler's knowledge of these functions, by which it would
//! replace loops by calls of them.
const builtin = @import("builtin");

/// ARM before v6 loads no words from addresses that are not multiples of theirs.
const any_address = builtin.cpu.arch != .arm;
const Word = usize;
const word_size = @sizeOf(Word);

comptime {
    @export(&copy, .{ .name = "memcpy", .visibility = .hidden });
    @export(&copy, .{ .name = "memmove", .visibility = .hidden });
    @export(&fill, .{ .name = "memset", .visibility = .hidden });
}

fn copy(to: [*]u8, from: [*]const u8, size: usize) callconv(.c) [*]u8 {
    if (@intFromPtr(to) -% @intFromPtr(from) >= size) {
        copyForward(to, from, size);
    } else {
        copyBackward(to, from, size);
    }
    return to;
}

fn copyForward(to: [*]u8, from: [*]const u8, size: usize) void {
    var at: usize = 0;
    if (size >= 2 * word_size) {
        while (@intFromPtr(to + at) % word_size != 0) : (at += 1) to[at] = from[at];
        if (any_address or @intFromPtr(from + at) % word_size == 0) {
            while (size - at >= 4 * word_size) : (at += 4 * word_size) {
                const words = [4]Word{
                    load(from + at),
                    load(from + at + word_size),
                    load(from + at + 2 * word_size),
                    load(from + at + 3 * word_size),
                };
                inline for (words, 0..) |word, index| store(to + at + index * word_size, word);
            }
            while (size - at >= word_size) : (at += word_size) store(to + at, load(from + at));
        }
    }
    while (at < size) : (at += 1) to[at] = from[at];
}

/// The destination starts within the source.
fn copyBackward(to: [*]u8, from: [*]const u8, size: usize) void {
    var left = size;
    if (size >= 2 * word_size) {
        while (@intFromPtr(to + left) % word_size != 0) : (left -= 1) to[left - 1] = from[left - 1];
        if (any_address or @intFromPtr(from + left) % word_size == 0) {
            while (left >= word_size) : (left -= word_size) {
                store(to + left - word_size, load(from + left - word_size));
            }
        }
    }
    while (left > 0) : (left -= 1) to[left - 1] = from[left - 1];
}

fn fill(to: [*]u8, value: c_int, size: usize) callconv(.c) [*]u8 {
    const byte: u8 = @truncate(@as(c_uint, @bitCast(value)));
    const word = @as(Word, byte) * (~@as(Word, 0) / 0xff);
    var at: usize = 0;
    if (size >= 2 * word_size) {
        while (@intFromPtr(to + at) % word_size != 0) : (at += 1) to[at] = byte;
        while (size - at >= word_size) : (at += word_size) store(to + at, word);
    }
    while (at < size) : (at += 1) to[at] = byte;
    return to;
}

const Place = if (any_address) *align(1) Word else *Word;
const Source = if (any_address) *align(1) const Word else *const Word;

inline fn load(from: [*]const u8) Word {
    return @as(Source, @ptrCast(@alignCast(from))).*;
}

inline fn store(to: [*]u8, word: Word) void {
    @as(Place, @ptrCast(@alignCast(to))).* = word;
}
