//! Operand finders: code of one architecture, at any place of a file of any size. What the filter changes it must
//! restore, and what is found must be written back as it was read.
const std = @import("std");
const arch = @import("arch");
const filter = @import("filter");
const Guarded = @import("guarded.zig").Guarded;

/// Followed by code.
const Head = extern struct {
    /// Number of an architecture, modulo how many there are.
    architecture: u8,
    /// Logarithm of the file's size.
    file_bits: u8,
    reserved: u16,
    /// Position of the code in its file, or its address.
    position: u32,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    const code = input[@sizeOf(Head)..];
    const architectures = @typeInfo(arch.Architecture).@"enum".fields;
    inline for (architectures) |field| {
        if (head.architecture % architectures.len == field.value) check(@enumFromInt(field.value), &head, code);
    }
}

fn check(comptime architecture: arch.Architecture, head: *const Head, code: []const u8) void {
    const changed: Guarded(1) = .copy(code);
    defer changed.deinit();
    const bits = filter.bitsFor(@as(u64, 1) << @intCast(head.file_bits % 64));
    filter.code(.forward, architecture, changed.bytes, head.position, bits);
    filter.code(.backward, architecture, changed.bytes, head.position, bits);
    expectSame(code, changed.bytes);
    // Nothing tells code that has no filter from code that has.
    filter.code(.backward, architecture, changed.bytes, head.position, bits);

    @memcpy(changed.bytes, code);
    const operands = arch.operands(architecture);
    operands.changeEach(changed.bytes, head.position, {}, same);
    operands.changeJumps(changed.bytes, head.position, {}, same);
    if (comptime arch.hasAbsolute(architecture)) for (0..2) |_| {
        operands.changeAbsolute(changed.bytes, head.position, head.position & ~@as(u32, 3), exchanged);
    };
    expectSame(code, changed.bytes);
    if (comptime arch.hasPrefixed(architecture)) {
        operands.prefix(changed.bytes, head.position, head.position, distance);
        operands.clearPrefixed(changed.bytes);
    }
    // Numbers that most instructions cannot hold.
    operands.changeEach(changed.bytes, head.position, head.position, other);
    operands.changeJumps(changed.bytes, head.position, head.position, other);
    if (comptime arch.hasAbsolute(architecture)) {
        operands.changeAbsolute(changed.bytes, head.position, head.position, other);
    }
}

inline fn same(_: void, _: u32, operand: u32) u32 {
    return operand;
}

/// Twice, it gives the address again.
inline fn exchanged(number: u32, _: u32, address: u32) u32 {
    return address ^ number;
}

inline fn distance(number: u32, place: u32, address: u32) ?u32 {
    return if (address & 1 == 0) address -% place +% number else null;
}

inline fn other(number: u32, place: u32, operand: u32) u32 {
    return operand +% (number ^ place);
}

fn expectSame(expected: []const u8, found: []const u8) void {
    std.debug.assert(std.mem.eql(u8, expected, found));
}
