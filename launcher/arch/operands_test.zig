//! Operand finders, on code of Go's programs as objdump reads it.
const std = @import("std");
const arch = @import("arch.zig");
const Architecture = arch.Architecture;
const testing = std.testing;

const Found = struct {
    /// Addresses.
    at: u32,
    target: u32,
};

/// Keeps what a finder finds, in its order.
const Recorder = struct {
    found: [16]Found = undefined,
    count: usize = 0,

    pub const is_exact = {};

    inline fn add(recorder: *Recorder, place: u32, operand: u32) u32 {
        recorder.append(place, place +% operand);
        return operand;
    }

    inline fn addAbsolute(recorder: *Recorder, place: u32, address: u32) u32 {
        recorder.append(place, address);
        return address;
    }

    fn append(recorder: *Recorder, place: u32, target: u32) void {
        recorder.found[recorder.count] = .{ .at = place, .target = target };
        recorder.count += 1;
    }
};

const What = enum { operands, jumps, absolute };

/// Instructions are as objdump writes them: numbers of 4 bytes, or of 2.
fn expectFound(
    comptime architecture: Architecture,
    comptime what: What,
    address: u32,
    instructions: []const []const u8,
    expected: []const Found,
) !void {
    const operands = arch.operands(architecture);
    var memory: [64]u8 = undefined;
    const code = try assemble(&memory, instructions);
    const copy = memory;
    var recorder: Recorder = .{};
    switch (what) {
        .operands => operands.changeEach(code, address, &recorder, Recorder.add),
        .jumps => operands.changeJumps(code, address, &recorder, Recorder.add),
        .absolute => operands.changeAbsolute(code, address, &recorder, Recorder.addAbsolute),
    }
    try testing.expectEqualSlices(u8, copy[0..code.len], code);
    try testing.expectEqualSlices(Found, expected, recorder.found[0..recorder.count]);
}

fn assemble(memory: []u8, instructions: []const []const u8) ![]u8 {
    var size: usize = 0;
    for (instructions) |instruction| {
        std.mem.writeInt(u32, memory[size..][0..4], try std.fmt.parseInt(u32, instruction, 16), .little);
        size += instruction.len / 2;
    }
    return memory[0..size];
}

test "arm: BL, B, and LDR of literals, which may be addresses" {
    const calls = [_][]const u8{ "eb01afbb", "eb00b721", "e59d0028" };
    try expectFound(.arm, .operands, 0x40010, &calls, &.{
        .{ .at = 0x40010, .target = 0xabf04 },
        .{ .at = 0x40014, .target = 0x6dca0 },
    });
    // bls; ldr r0, [pc, #992]; b
    const jumps = [_][]const u8{ "9a0000f7", "e59f03e4", "eaffffcb" };
    try expectFound(.arm, .jumps, 0x40164, &jumps, &.{
        .{ .at = 0x4016c, .target = 0x40548 },
        .{ .at = 0x40170, .target = 0x40554 },
        .{ .at = 0x40174, .target = 0x400a0 },
    });
    try expectFound(.arm, .absolute, 0x400b0, &.{ "0040f064", "004194e8" }, &.{
        .{ .at = 0x400b0, .target = 0x40f064 },
        .{ .at = 0x400b4, .target = 0x4194e8 },
    });
}

test "arm64: BL, ADRP with the instruction behind it, and jumps" {
    // adrp x0; add x0, x0; bl; adrp x27; add x27, x27
    const code = [_][]const u8{ "90000dc0", "910d8000", "94005ddc", "f000201b", "913d437b" };
    try expectFound(.arm64, .operands, 0x11100, &code, &.{
        .{ .at = 0x11100, .target = 0x1c9360 },
        .{ .at = 0x11108, .target = 0x28878 },
        .{ .at = 0x1110c, .target = 0x414f50 },
    });
    const jumps = [_][]const u8{ "17ffff15", "34000121", "36000360", "540003e0", "1800065b" };
    try expectFound(.arm64, .jumps, 0x40000, &jumps, &.{
        .{ .at = 0x40000, .target = 0x3fc54 },
        .{ .at = 0x40004, .target = 0x40028 },
        .{ .at = 0x40008, .target = 0x40074 },
        .{ .at = 0x4000c, .target = 0x40088 },
        .{ .at = 0x40010, .target = 0x400d8 },
    });
}

test "riscv64: JAL, AUIPC with the instruction behind it, and jumps, between instructions of 2 bytes" {
    // ld; sd; auipc a2; add a2, a2; li; jal; auipc t6; sd t0, (t6)
    const code = [_][]const u8{ "634a", "e4a2", "003d0617", "23c60613", "4711", "c3bec0ef", "003ddf97", "da5fb123" };
    try expectFound(.riscv64, .operands, 0x40058, &code, &.{
        .{ .at = 0x4005c, .target = 0x41_0298 },
        .{ .at = 0x40066, .target = 0x2cca0 },
        .{ .at = 0x4006a, .target = 0x41ce0c },
    });
    const jumps = [_][]const u8{ "10050863", "82aa", "0ca0006f", "9c0d9863" };
    try expectFound(.riscv64, .jumps, 0x40016, &jumps, &.{
        .{ .at = 0x40016, .target = 0x40126 },
        .{ .at = 0x4001c, .target = 0x400e6 },
        .{ .at = 0x40020, .target = 0x3f1f0 },
    });
}

test "riscv64: an operand of 21 bits is the target within 1 MiB of its place" {
    const Context = struct {
        up: u32 = 0x100,
        target: *u32,

        pub const has_targets = true;

        pub inline fn wrap(_: @This(), target: u32) u32 {
            return target;
        }

        inline fn change(context: @This(), _: u32, operand: u32) u32 {
            context.target.* = operand;
            return operand;
        }
    };
    // JAL to the position 0x50_0f00, of which it holds the low bits.
    var memory: [4]u8 = undefined;
    const code = try assemble(&memory, &.{"f01000ef"});
    var target: u32 = 0;
    const operands = arch.operands(.riscv64);
    for ([_]u32{ 0x40_2000, 0x50_1000, 0x60_0000 }) |address| {
        operands.changeEach(code, address, Context{ .target = &target }, Context.change);
        try testing.expectEqual(0x50_0f00, target);
    }
}

test "ppc64le: bl, prefixed instructions, b, bc, and addresses of lis with the instruction behind it" {
    try expectFound(.ppc64le, .operands, 0x40108, &.{ "48062bb9", "f8bd0000" }, &.{
        .{ .at = 0x40108, .target = 0xa2cc0 },
    });
    // pla r3; pld r10
    const prefixed = [_][]const u8{ "06100044", "386060f0", "04100025", "e540501c" };
    try expectFound(.ppc64le, .operands, 0x40100, &prefixed, &.{
        .{ .at = 0x40100, .target = 0x4861f0 },
        .{ .at = 0x40108, .target = 0x295124 },
    });
    const jumps = [_][]const u8{ "40820004", "48062bb9", "4800000c", "4bffff94" };
    try expectFound(.ppc64le, .jumps, 0x40014, &jumps, &.{
        .{ .at = 0x40014, .target = 0x40018 },
        .{ .at = 0x4001c, .target = 0x40028 },
        .{ .at = 0x40020, .target = 0x3ffb4 },
    });
    // lis r4; addi r4, r4; lis r10; ld r10, (r10); lis r31; std r3, (r31); lis r5; addi r6, r6
    const code = [_][]const u8{
        "3c800046", "3884e4e8", "3d400026", "e94a6108", "3fe00048", "f87f5978", "3ca00048", "38c60001",
    };
    try expectFound(.ppc64le, .absolute, 0x40000, &code, &.{
        .{ .at = 0x40000, .target = 0x45e4e8 },
        .{ .at = 0x40008, .target = 0x266108 },
        .{ .at = 0x40010, .target = 0x485978 },
    });
}
