//! Decoding of the payload that tests/launcher/payload/make.ts writes, whole and damaged.
const std = @import("std");
const attach = @import("attach.zig");
const bundle = @import("bundle");
const checksum = @import("checksum");
const Decoding = @import("decoding.zig").Decoding;
const detectCpu = @import("arch").detectCpu;
const format = @import("format");
const memory_file = @import("../memory_file.zig");
const predict = @import("predict");
const Target = @import("output.zig").Target;
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

    /// Returns the file that a start makes.
    fn decoded(copy: *const Copy, level: u8, buffer: []u8) ![]u8 {
        return copy.decodedBy(.{}, level, buffer);
    }

    /// Returns the whole file.
    fn decodedWhole(copy: *const Copy, level: u8, buffer: []u8) ![]u8 {
        return copy.decodedBy(.{ .whole = true }, level, buffer);
    }

    const How = struct {
        whole: bool = false,
        cpu_count: u32 = 1,
        assembly: bool = false,
        /// As if the base were in place, whose bytes no other checksum covers.
        in_place: bool = false,
    };

    fn decodedBy(copy: *const Copy, how: How, level: u8, buffer: []u8) ![]u8 {
        var detail: bundle.Detail = 0;
        var parsed = try bundle.parse(&copy.payload, &detail);
        var variants: [2]format.Variant = parsed.variants[0..2].*;
        if (how.in_place) {
            variants[0].codec = @intFromEnum(format.Codec.in_place);
            parsed.variants = &variants;
        }
        const file = memory_file.create();
        defer memory_file.close(file);
        var decoding = Decoding.init(&.{
            .bundle = &parsed,
            .variant = parsed.variantOf(level),
            .assembly = how.assembly,
        }, if (how.whole) .whole else .{ .file = file });
        defer decoding.deinit();
        try attach.decodeTo(file, &decoding, how.cpu_count);
        const bytes = buffer[0..@intCast(memory_file.sizeOf(file))];
        try testing.expect(memory_file.read(file, bytes));
        return bytes;
    }
};

const Expected = @TypeOf(expected[0]);

/// Returns a variant as a start makes it: with zeros for its detached ranges.
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

test "variants decode to what was encoded, with and without assembly" {
    var buffer: [16 << 10]u8 = undefined;
    var holes: [16 << 10]u8 = undefined;
    for ([_]bool{ false, hasAssembly() }) |assembly| {
        for (expected) |variant| {
            const copy: Copy = .{};
            const whole = try copy.decodedBy(.{ .whole = true, .assembly = assembly }, variant.level, &buffer);
            try testing.expectEqualSlices(u8, variant.bytes, whole);
            try testing.expectEqualSlices(u8, withHoles(variant, &holes), try copy.decoded(variant.level, &buffer));
        }
    }
}

test "any number of threads decodes to the same" {
    var buffer: [16 << 10]u8 = undefined;
    const copy: Copy = .{};
    for (0..100) |round| {
        for (expected) |variant| {
            const cpu_count: u32 = @intCast(round % 9 + 1);
            const whole = try copy.decodedBy(.{ .whole = true, .cpu_count = cpu_count }, variant.level, &buffer);
            try testing.expectEqualSlices(u8, variant.bytes, whole);
        }
    }
}

test "the first frame of v3 is predicted by bytes that start like a zstd dictionary" {
    // They lie behind the detached range of 100 bytes.
    const reference = expected[0].bytes[1600..];
    try testing.expectEqualSlices(u8, &.{ 0x37, 0xa4, 0x30, 0xec }, reference[0..4]);
}

test "patches that do not fit their frame are refused" {
    var frame: [8]u8 = "abcdefgh".*;
    const patches = predict.patches;
    try patches.apply(&frame, &.{ 2, 0, 0, 0, 1, 2, 0, 0, 2, 3, 'X', 'Y', 'Z', 'V', 'W' });
    try testing.expectEqualStrings("aXYdeZVW", &frame);
    for ([_][]const u8{
        "",
        &.{ 1, 0, 0 },
        &.{ 1, 0, 0, 0, 0, 0 },
        // Behind the frame, past its end, too few bytes and too many.
        &.{ 1, 0, 0, 0, 9, 0, 0 },
        &.{ 1, 0, 0, 0, 0, 1, 0 },
        &.{ 1, 0, 0, 0, 7, 0, 2, 1, 2 },
        &.{ 1, 0, 0, 0, 0, 0, 2, 1 },
        &.{ 1, 0, 0, 0, 0, 0, 1, 1, 2 },
        &.{ 0xff, 0xff, 0xff, 0xff, 0, 0, 1, 1 },
    }) |damaged| try testing.expectError(error.Patches, patches.apply(&frame, damaged));
}

test "a flipped bit of a stored frame is found before it is decoded" {
    var buffer: [16 << 10]u8 = undefined;
    var holes: [16 << 10]u8 = undefined;
    for (0..frame_count) |index| {
        var copy: Copy = .{};
        copy.stored(index)[copy.stored(index).len / 2] ^= 0x10;
        for (expected) |variant| {
            // v1 does not use the frames of v3, nor a start those of detached ranges.
            const used = variant.level == 3 or index < recipe_frame;
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

/// Skeleton and detached range of v1, the recipe, skeleton and detached ranges of v3.
const frame_count = 3 + 1 + 2 + 3 + 2;
const recipe_frame = 3 + 1;
const predicted_frame = recipe_frame + 2;

fn isDetached(index: usize) bool {
    return index == 3 or index >= predicted_frame + 3;
}

test "a frame that is no zstd frame is refused though its checksum is right" {
    var buffer: [16 << 10]u8 = undefined;
    var copy: Copy = .{};
    copy.stored(1)[0] ^= 1;
    copy.sealFrame(1);
    try testing.expectError(error.Decoder, copy.decoded(1, &buffer));
}

test "a frame that decodes to another size is refused" {
    var buffer: [16 << 10]u8 = undefined;
    // One byte moves from one frame to the other: the sum stays right.
    for ([_]struct { usize, usize }{ .{ 0, 1 }, .{ 1, 0 } }) |pair| {
        var copy: Copy = .{};
        copy.frame(pair[0]).size -= 1;
        copy.frame(pair[1]).size += 1;
        copy.seal();
        try testing.expectError(error.Decoder, copy.decoded(1, &buffer));
    }
}

test "bytes that are predicted from a base in place are refused with another checksum" {
    var buffer: [16 << 10]u8 = undefined;
    for (predicted_frame..frame_count) |index| {
        var copy: Copy = .{};
        copy.frame(index).checksum ^= 1;
        copy.seal();
        try testing.expectError(error.Checksum, copy.decodedBy(.{ .whole = true, .in_place = true }, 3, &buffer));
        if (isDetached(index)) continue;
        try testing.expectError(error.Checksum, copy.decodedBy(.{ .in_place = true }, 3, &buffer));
    }
}

test "a detached range that deflates to another size is refused" {
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
        // A start does not deflate it.
        _ = try copy.decoded(3, &buffer);
    }
}

test "a failed write keeps the kernel's error number" {
    var detail: bundle.Detail = 0;
    const copy: Copy = .{};
    const parsed = try bundle.parse(&copy.payload, &detail);
    const closed = 1 << 20;
    for ([_]u8{ 1, 3 }, [_]Target{ .{ .file = closed }, .whole }) |level, target| {
        var decoding = Decoding.init(&.{ .bundle = &parsed, .variant = parsed.variantOf(level) }, target);
        defer decoding.deinit();
        try testing.expectError(error.Write, attach.decodeTo(closed, &decoding, 1));
        try testing.expectEqual(.BADF, decoding.output.failure);
    }
}

test "no change of a frame, with its checksum, makes other bytes of a variant that is predicted from a base in place" {
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
        const assembly = random.boolean() and hasAssembly();
        if (copy.decodedBy(.{ .whole = true, .assembly = assembly, .in_place = true }, 3, &buffer)) |bytes| {
            try testing.expectEqualSlices(u8, expected[1].bytes, bytes);
        } else |err| switch (err) {
            error.Decoder, error.Checksum, error.Recipe => {},
            else => return err,
        }
        if (copy.decodedBy(.{ .in_place = true }, 3, &buffer)) |bytes| {
            try testing.expectEqualSlices(u8, withHoles(expected[1], &holes), bytes);
        } else |err| switch (err) {
            error.Decoder, error.Checksum, error.Recipe => {},
            else => return err,
        }
    }
}

fn hasAssembly() bool {
    return detectCpu(format.level_max, &.{ std.elf.AT_NULL, 0 }).assembly;
}
