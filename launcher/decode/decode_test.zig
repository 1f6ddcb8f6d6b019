//! Decodes the payload that tests/launcher/payload/make.ts wrote, whole and damaged.
const std = @import("std");
const attach = @import("attach.zig");
const bundle = @import("bundle");
const checksum = @import("checksum");
const cpu = @import("../arch/amd64/cpu.zig");
const decode = @import("decode.zig");
const format = @import("format");
const system = @import("../system.zig");
const testing = std.testing;

const original = @embedFile("payload.mgo");
const expected = [_]struct { level: u8, bytes: []const u8 }{
    .{ .level = 1, .bytes = @embedFile("v1.bin") },
    .{ .level = 3, .bytes = @embedFile("v3.bin") },
};

/// A copy to damage.
const Copy = struct {
    payload: [original.len]u8 align(format.payload_align) = original.*,

    fn frame(copy: *Copy, index: usize) *format.Frame {
        const header: *const format.Header = @ptrCast(&copy.payload);
        const offset = format.directorySize(header.variant_count, index, 0);
        return @ptrCast(@alignCast(copy.payload[@intCast(offset)..].ptr));
    }

    fn stored(copy: *Copy, index: usize) []u8 {
        const one = copy.frame(index);
        return copy.payload[@intCast(one.stored_offset)..][0..one.stored_size];
    }

    fn sealFrame(copy: *Copy, index: usize) void {
        copy.frame(index).stored_checksum = checksum.of(copy.stored(index));
        copy.seal();
    }

    fn seal(copy: *Copy) void {
        const header: *format.Header = @ptrCast(&copy.payload);
        const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
        header.directory_checksum = checksum.ofPieces(&.{
            copy.payload[0..@offsetOf(format.Header, "directory_checksum")],
            copy.payload[@sizeOf(format.Header)..@intCast(size)],
        });
    }

    fn detached(copy: *Copy, index: usize) *format.Detached {
        const header: *const format.Header = @ptrCast(&copy.payload);
        const offset = format.directorySize(header.variant_count, header.frame_count, index);
        return @ptrCast(@alignCast(copy.payload[@intCast(offset)..].ptr));
    }

    /// What a start writes to a descriptor.
    fn decoded(copy: *const Copy, level: u8, buffer: []u8) ![]u8 {
        return copy.decodedTo(level, buffer, false, false);
    }

    /// All of the variant, through a descriptor.
    fn decodedWhole(copy: *const Copy, level: u8, buffer: []u8) ![]u8 {
        return copy.decodedTo(level, buffer, true, false);
    }

    fn decodedTo(copy: *const Copy, level: u8, buffer: []u8, whole: bool, bit_manipulation: bool) ![]u8 {
        return copy.decodedBy(1, level, buffer, whole, bit_manipulation);
    }

    fn decodedBy(copy: *const Copy, cpu_count: u32, level: u8, buffer: []u8, whole: bool, bit_manipulation: bool) ![]u8 {
        var detail: bundle.Detail = 0;
        const parsed = try bundle.parse(&copy.payload, &detail);
        const memory: system.Descriptor = switch (system.memfdCreate("test")) {
            .ok => |descriptor| @intCast(descriptor),
            .failed => return error.SkipZigTest,
        };
        defer _ = std.os.linux.close(@intCast(memory));
        const variant = parsed.variantOf(level);
        var decoding = decode.Decoding.init(&parsed, variant, if (whole) .whole else .{ .file = memory });
        decoding.bit_manipulation = bit_manipulation;
        defer decoding.deinit();
        try decoding.run(cpu_count);
        if (whole) try attach.write(memory, &decoding);
        return switch (system.readAt(memory, buffer, 0)) {
            .ok => |size| buffer[0..size],
            .failed => error.TestUnexpectedResult,
        };
    }
};

const Expected = @TypeOf(expected[0]);

/// A variant as a start leaves it: with nothing where its detached ranges are.
fn withHoles(variant: Expected, buffer: []u8) []const u8 {
    var copy: Copy = .{};
    const bytes = buffer[0..variant.bytes.len];
    @memcpy(bytes, variant.bytes);
    for (if (variant.level == 1) [_]usize{ 0, 0 } else [_]usize{ 1, 2 }) |index| {
        const range = copy.detached(index).*;
        @memset(bytes[@intCast(range.offset)..][0..@intCast(range.size)], 0);
    }
    return bytes;
}

test "variants decode to what was encoded, with and without BMI2 code" {
    var buffer: [16 << 10]u8 = undefined;
    var holes: [16 << 10]u8 = undefined;
    for ([_]bool{ false, bitManipulationHere() }) |bit_manipulation| {
        for (expected) |variant| {
            const copy: Copy = .{};
            const whole = try copy.decodedTo(variant.level, &buffer, true, bit_manipulation);
            try testing.expectEqualSlices(u8, variant.bytes, whole);
            try testing.expectEqualSlices(u8, withHoles(variant, &holes), try copy.decoded(variant.level, &buffer));
        }
    }
}

test "any number of threads decodes the same" {
    var buffer: [16 << 10]u8 = undefined;
    const copy: Copy = .{};
    for (0..100) |round| {
        for (expected) |variant| {
            const whole = try copy.decodedBy(@intCast(round % 9 + 1), variant.level, &buffer, true, false);
            try testing.expectEqualSlices(u8, variant.bytes, whole);
        }
    }
}

test "a prediction that starts like a zstd dictionary is raw content" {
    // Behind the detached range of 100 bytes.
    const reference = expected[0].bytes[1600..];
    try testing.expectEqualSlices(u8, &.{ 0x37, 0xa4, 0x30, 0xec }, reference[0..4]);
}

test "a bit of a stored frame that flips is found before it is decoded" {
    var buffer: [16 << 10]u8 = undefined;
    var holes: [16 << 10]u8 = undefined;
    for (0..frame_count) |index| {
        var copy: Copy = .{};
        copy.stored(index)[copy.stored(index).len / 2] ^= 0x10;
        for (expected) |variant| {
            // v1 does not look at the frames of v3, and a start not at those of detached ranges.
            const used = variant.level == 3 or index < plan_frame;
            const needed = used and !isDetached(index);
            if (needed) {
                try testing.expectError(error.StoredChecksum, copy.decoded(variant.level, &buffer));
            } else {
                try testing.expectEqualSlices(u8, withHoles(variant, &holes), try copy.decoded(variant.level, &buffer));
            }
            if (used) {
                try testing.expectError(error.StoredChecksum, copy.decodedWhole(variant.level, &buffer));
            } else {
                try testing.expectEqualSlices(u8, variant.bytes, try copy.decodedWhole(variant.level, &buffer));
            }
        }
    }
}

/// v1's skeleton and detached range, the plan, v3's skeleton and detached ranges.
const frame_count = 3 + 1 + 2 + 3 + 2;
const plan_frame = 3 + 1;
const predicted_frame = plan_frame + 2;

fn isDetached(index: usize) bool {
    return index == 3 or index >= predicted_frame + 3;
}

test "a stored frame that zstd refuses, with its checksum right" {
    var buffer: [16 << 10]u8 = undefined;
    var copy: Copy = .{};
    copy.stored(1)[0] ^= 1;
    copy.sealFrame(1);
    try testing.expectError(error.Decoder, copy.decoded(1, &buffer));
}

test "a frame that decodes to another size" {
    var buffer: [16 << 10]u8 = undefined;
    // One byte from frame 0 to frame 1: the sums stay right.
    for ([_]struct { usize, usize }{ .{ 0, 1 }, .{ 1, 0 } }) |pair| {
        var copy: Copy = .{};
        copy.frame(pair[0]).size -= 1;
        copy.frame(pair[1]).size += 1;
        copy.seal();
        try testing.expectError(error.Decoder, copy.decoded(1, &buffer));
    }
}

test "predicted bytes with another checksum" {
    var buffer: [16 << 10]u8 = undefined;
    for (predicted_frame..frame_count) |index| {
        var copy: Copy = .{};
        copy.frame(index).checksum ^= 1;
        copy.seal();
        try testing.expectError(error.Checksum, copy.decodedWhole(3, &buffer));
        if (!isDetached(index)) try testing.expectError(error.Checksum, copy.decoded(3, &buffer));
    }
}

test "a range of another size than what is stored deflates to" {
    var buffer: [16 << 10]u8 = undefined;
    for ([_]u64{ 1, @bitCast(@as(i64, -1)), @bitCast(@as(i64, -100)) }) |more| {
        var copy: Copy = .{};
        const header: *format.Header = @ptrCast(&copy.payload);
        const variants: [*]format.Variant = @ptrCast(@as([*]align(8) u8, &copy.payload) + @sizeOf(format.Header));
        try testing.expectEqual(2, header.variant_count);
        variants[1].size +%= more;
        copy.detached(2).size +%= more;
        copy.seal();
        try testing.expectError(error.Deflated, copy.decodedWhole(3, &buffer));
        // A start does not look at it.
        _ = try copy.decoded(3, &buffer);
    }
}

test "a descriptor that takes nothing gives the kernel's error number" {
    var detail: bundle.Detail = 0;
    const copy: Copy = .{};
    const parsed = try bundle.parse(&copy.payload, &detail);
    var decoding = decode.Decoding.init(&parsed, parsed.variantOf(1), .{ .file = 1 << 20 });
    try testing.expectError(error.Write, decoding.run(1));
    try testing.expectEqual(.BADF, decoding.write_failure);

    var whole = decode.Decoding.init(&parsed, parsed.variantOf(3), .whole);
    defer whole.deinit();
    try whole.run(1);
    try testing.expectError(error.Write, attach.write(1 << 20, &whole));
    try testing.expectEqual(.BADF, whole.write_failure);
}

test "random changes to frames of a predicted variant, with checksums right, never decode to anything else" {
    var buffer: [16 << 10]u8 = undefined;
    var holes: [16 << 10]u8 = undefined;
    var prng = std.Random.DefaultPrng.init(0x7a737464);
    const random = prng.random();
    for (0..4000) |_| {
        var copy: Copy = .{};
        const index = random.uintLessThan(usize, frame_count);
        const stored = copy.stored(index);
        for (0..random.uintLessThan(usize, 4) + 1) |_| {
            stored[random.uintLessThan(usize, stored.len)] = random.int(u8);
        }
        copy.sealFrame(index);
        const bit_manipulation = random.boolean() and bitManipulationHere();
        if (copy.decodedTo(3, &buffer, true, bit_manipulation)) |bytes| {
            try testing.expectEqualSlices(u8, expected[1].bytes, bytes);
        } else |err| switch (err) {
            error.Decoder, error.Checksum, error.Recipe => {},
            else => return err,
        }
        if (copy.decoded(3, &buffer)) |bytes| {
            try testing.expectEqualSlices(u8, withHoles(expected[1], &holes), bytes);
        } else |err| switch (err) {
            error.Decoder, error.Checksum, error.Recipe => {},
            else => return err,
        }
    }
}

fn bitManipulationHere() bool {
    return cpu.bitManipulation(&cpu.read(cpu.Hardware{}, 4));
}
