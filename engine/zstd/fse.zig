//! Tables of finite state entropy, by which codes take fractions of bits: RFC 8878, section 4.1.
const std = @import("std");
const Forward = @import("bits.zig").Forward;

pub const Error = error{
    /// The stored probabilities contradict each other.
    Distribution,
    NoBits,
};

/// The meaning of a state: a value and the next state. To each of them a stored number is added.
pub const Entry = extern struct {
    value: u32,
    state: u16,
    /// Width of the number that is added to the value.
    value_bits: u8,
    /// Width of the number that is added to the state.
    state_bits: u8,
};

/// The values of a code: the least, and the width of the number that is added to it, in bits.
pub const Value = struct { least: u32, bits: u8 };

/// The most codes and the most states, as a power of two, that any of zstd's tables has.
pub const symbols_max = 53;
pub const log_max = 9;

/// The probability of each code, as its share of 1 << log states. -1 stands for less than one state: the code gets a
/// state after which all bits of the next one are stored.
pub const Distribution = struct {
    log: u4,
    states: []const i16,
    /// Size as stored, in bytes.
    size: usize,
};

/// Reads a distribution that is stored, section 4.1.1; `buffer` has room for as many codes as there may be.
pub fn read(bytes: []const u8, log_limit: u4, buffer: []i16) Error!Distribution {
    @setRuntimeSafety(true);
    var bits: Forward = .{ .bytes = bytes };
    const log = 5 + try bits.take(4);
    if (log > log_limit) return error.Distribution;
    // States that no code has yet.
    var left: u32 = @as(u32, 1) << @intCast(log);
    var count: usize = 0;
    while (left > 0) {
        if (count == buffer.len) return error.Distribution;
        // Stored is the number of states plus one: 0 to `left` + 1. Their bits could express more numbers, so the
        // lowest take one bit less.
        const numbers = left + 2;
        const width: u5 = @intCast(32 - @clz(numbers - 1));
        const short_numbers = (@as(u32, 1) << width) - numbers;
        const short = bits.peek(width - 1);
        var number = short;
        if (short < short_numbers) {
            try bits.skip(width - 1);
        } else {
            const long = try bits.take(width);
            const half = @as(u32, 1) << (width - 1);
            number = if (long < half) long else long - short_numbers;
        }
        const states = @as(i16, @intCast(number)) - 1;
        buffer[count] = states;
        count += 1;
        left -= @abs(states);
        if (states != 0) continue;
        // The number of further codes without states; three means that another such number follows.
        while (true) {
            const more = try bits.take(2);
            if (more > buffer.len - count) return error.Distribution;
            @memset(buffer[count..][0..more], 0);
            count += more;
            if (more < 3) break;
        }
    }
    return .{ .log = @intCast(log), .states = buffer[0..count], .size = bits.size() };
}

/// How many bytes are written at once.
const lane_count = 16;

/// Fills a table that has an entry for each state of each code: section 4.1.1, "From Normalized Distribution to
/// Decoding Tables".
pub fn build(table: []Entry, states_of: []const i16, values: []const Value) void {
    @setRuntimeSafety(true);
    const size = table.len;
    var codes: [1 << log_max]u8 = undefined;
    // The number of the next state of each code: 1 << log divided by it is how many states it leads to.
    var numbers: [symbols_max]u16 = undefined;

    var end = size;
    for (states_of, 0..) |states, code| {
        numbers[code] = @abs(states);
        if (states >= 0) continue;
        end -= 1;
        codes[end] = @intCast(code);
    }
    // Each code as often as it has states, side by side: loops whose length is the same each time are faster.
    var sorted: [(1 << log_max) + lane_count]u8 = undefined;
    var sorted_size: usize = 0;
    for (states_of, 0..) |states, code| {
        var written: usize = 0;
        while (written < states) : (written += lane_count) {
            sorted[sorted_size + written ..][0..lane_count].* = @splat(@intCast(code));
        }
        sorted_size += @intCast(@max(states, 0));
    }
    const step = (size >> 1) + (size >> 3) + 3;
    var place: usize = 0;
    for (sorted[0..sorted_size]) |code| {
        codes[place] = code;
        place = (place + step) & (size - 1);
        while (place >= end) place = (place + step) & (size - 1);
    }
    fill(table, codes[0..size], &numbers, values);
}

/// Fills a table by the codes that its entries have. Without safety checks, as `build` has made sure of them.
fn fill(table: []Entry, codes: []const u8, numbers: *[symbols_max]u16, values: []const Value) void {
    const size: u32 = @intCast(table.len);
    const log = std.math.log2_int(u32, size);
    for (table, codes) |*entry, code| {
        const number: u32 = numbers[code];
        numbers[code] += 1;
        // The lowest bit changes nothing, and spares a test for zero.
        const state_bits: u5 = log - (31 - @as(u5, @intCast(@clz(number | 1))));
        entry.* = .{
            .value = values[code].least,
            .state = @truncate((number << state_bits) - size),
            .value_bits = values[code].bits,
            .state_bits = state_bits,
        };
    }
}

/// Returns the only state of a code that is repeated.
pub fn repeat(value: Value) Entry {
    return .{ .value = value.least, .state = 0, .value_bits = value.bits, .state_bits = 0 };
}
