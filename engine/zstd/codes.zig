//! The codes of sequences: RFC 8878, sections 3.1.1.3.2.1.1 and 3.1.1.3.2.2. Each kind has the values of its codes, the
//! most states as a power of two, and the states that each code has where none are stored.
const fse = @import("fse.zig");

pub const literal_lengths = struct {
    pub const values = valuesOf(0, &(.{0} ** 16 ++ .{ 1, 1, 1, 1, 2, 2, 3, 3, 4 } ++ from(6, 16)));
    pub const log_max = 9;
    pub const predefined_log = 6;
    pub const predefined = [_]i16{ 4, 3 } ++ .{2} ** 11 ++ .{1} ** 3 ++ .{2} ** 9 ++
        .{ 3, 2 } ++ .{1} ** 5 ++ .{-1} ** 4;
};

pub const match_lengths = struct {
    pub const values = valuesOf(3, &(.{0} ** 32 ++ .{ 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5 } ++ from(7, 16)));
    pub const log_max = 9;
    pub const predefined_log = 6;
    pub const predefined = [_]i16{ 1, 4, 3 } ++ .{2} ** 6 ++ .{1} ** 37 ++ .{-1} ** 7;
};

pub const offsets = struct {
    // A code has the numbers of as many bits. zstd's own decoder ends at 31.
    pub const values = all: {
        var found: [32]fse.Value = undefined;
        for (&found, 0..) |*value, bits| value.* = .{ .least = 1 << bits, .bits = bits };
        break :all found;
    };
    pub const log_max = 8;
    pub const predefined_log = 5;
    pub const predefined = [_]i16{1} ** 6 ++ .{2} ** 3 ++ .{1} ** 15 ++ .{-1} ** 5;
};

fn from(comptime first: u8, comptime last: u8) [last - first + 1]u8 {
    var numbers: [last - first + 1]u8 = undefined;
    for (&numbers, first..) |*number, value| number.* = value;
    return numbers;
}

/// Returns the values of consecutive codes, whose numbers have so many bits.
fn valuesOf(comptime first: u32, comptime bits: []const u8) [bits.len]fse.Value {
    var values: [bits.len]fse.Value = undefined;
    var least = first;
    for (&values, bits) |*value, count| {
        value.* = .{ .least = least, .bits = count };
        least += 1 << count;
    }
    return values;
}
