//! Filters, applied and taken off.
const std = @import("std");
const arch = @import("arch");
const filter = @import("filter");

test "calls and addresses relative to RIP get their targets, and their distances back" {
    // call +0x10; lea rax, [rip - 0x20]; call far out of the file
    const original = [_]u8{ 0xe8, 0x10, 0, 0, 0, 0x48, 0x8d, 0x05, 0xe0, 0xff, 0xff, 0xff, 0xe8, 0, 0, 0, 0x40 };
    var bytes = original;
    filter.code(.forward, .amd64, &bytes, 0x1000, filter.bitsFor(1 << 20));
    const expected = [_]u8{ 0xe8, 0x15, 0x10, 0, 0, 0x48, 0x8d, 0x05, 0xec, 0x0f, 0, 0, 0xe8, 0, 0, 0, 0x40 };
    try std.testing.expectEqualSlices(u8, &expected, &bytes);
    filter.code(.backward, .amd64, &bytes, 0x1000, filter.bitsFor(1 << 20));
    try std.testing.expectEqualSlices(u8, &original, &bytes);
}

test "any bytes come back, at any place in files of any size" {
    inline for (@typeInfo(arch.Architecture).@"enum".fields) |field| {
        try expectReversible(@enumFromInt(field.value));
    }
}

fn expectReversible(comptime architecture: arch.Architecture) !void {
    var prng = std.Random.DefaultPrng.init(0x62636a);
    const random = prng.random();
    var original: [1000]u8 = undefined;
    for (0..5000) |_| {
        const bytes = original[0..random.uintAtMost(usize, original.len)];
        random.bytes(bytes);
        // Much of what counts: on amd64, and of words elsewhere.
        for (bytes) |*byte| switch (random.uintLessThan(u8, 8)) {
            0 => byte.* = 0xe8,
            1 => byte.* = 0x05,
            2 => byte.* = 0,
            3 => byte.* = 0xff,
            4 => byte.* = 0x8d,
            else => {},
        };
        const position = random.int(u32);
        var at: usize = -%position % 4;
        while (at + 4 <= bytes.len) : (at += 4) {
            const start = starts[random.uintLessThan(usize, starts.len)];
            const operand = random.int(u32) & ~start[1] & if (random.boolean()) 0xffff_ffff else ~start[2];
            if (random.boolean()) std.mem.writeInt(u32, bytes[at..][0..4], start[0] | operand, .little);
        }
        const bits = filter.bitsFor(random.int(u64) >> random.uintAtMost(u6, 63));
        var changed: [1000]u8 = undefined;
        @memcpy(changed[0..bytes.len], bytes);
        filter.code(.forward, architecture, changed[0..bytes.len], position, bits);
        filter.code(.backward, architecture, changed[0..bytes.len], position, bits);
        try std.testing.expectEqualSlices(u8, bytes, changed[0..bytes.len]);
    }
}

/// Instructions: their fixed bits, a mask of those, and one of the registers by which two belong together.
const starts = [_][3]u32{
    // BL, ADRP, ADD and LDR of arm64.
    .{ 0x9400_0000, 0xfc00_0000, 0 },
    .{ 0x9000_0000, 0x9f00_0000, 31 },
    .{ 0x9100_0000, 0xffc0_0000, 31 << 5 },
    .{ 0x3940_0000, 0x3fc0_0000, 31 << 5 },
    // BL of arm and of ppc64le.
    .{ 0xeb00_0000, 0xff00_0000, 0 },
    .{ 0x4800_0001, 0xfc00_0003, 0 },
    // The prefix of ppc64le's instructions and two that may be behind it.
    .{ 0x0410_0000, 0xfdfc_0000, 0x3_8000 },
    .{ 0x3800_0000, 0xfc1f_0000, 0 },
    .{ 0xe400_0000, 0xfc1f_0000, 0 },
    // JAL, AUIPC, ADDI, LD and SD of riscv64.
    .{ 0x0000_006f, 0x0000_007f, 0 },
    .{ 0x0000_0017, 0x0000_007f, 31 << 7 },
    .{ 0x0000_0013, 0x0000_707f, 31 << 15 },
    .{ 0x0000_3003, 0x0000_707f, 31 << 15 },
    .{ 0x0000_3023, 0x0000_707f, 31 << 15 },
    // Two of 2 bytes, which put what is behind them anywhere.
    .{ 0x9f9a_6fc1, 0xffff_ffff, 0 },
    .{ 0x0000_6fc1, 0x0000_ffff, 0 },
};

test "numbers have as many bits as the file needs" {
    for ([_]struct { u64, u6 }{
        .{ 0, 25 },
        .{ 1 << 24, 25 },
        .{ (1 << 24) + 1, 26 },
        .{ 1 << 30, 31 },
        .{ (1 << 30) + 1, 32 },
        .{ std.math.maxInt(u64), 32 },
    }) |case| try std.testing.expectEqual(case[1], filter.bitsFor(case[0]));
}
