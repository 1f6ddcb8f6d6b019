//! Directories that are taken, and what they say.
const std = @import("std");
const bundle = @import("bundle.zig");
const checksum = @import("checksum");
const format = @import("format");
const payloads = @import("payload_fixture.zig");
const Payload = payloads.Payload;
const parse = payloads.parse;
const testing = std.testing;

test "a directory without fault is taken" {
    var payload: Payload = .{};
    payload.seal();
    const parsed = try parse(payload.bytes());
    try testing.expectEqual(3, parsed.variants.len);
    try testing.expectEqual(6, parsed.frames.len);
    try testing.expectEqual(1, parsed.levels().lowest());
    try testing.expectEqual(3, parsed.levels().highest());
    const first = parsed.variantOf(1);
    const second = parsed.variantOf(2);
    const third = parsed.variantOf(3);
    try testing.expectEqual(third, parsed.baseOf(second));
    try testing.expectEqual(third, parsed.base());
    try testing.expectEqual(2, parsed.framesOf(second).len);
    try testing.expectEqual(20, parsed.extraFramesOf(second)[0].size);
    try testing.expectEqual(7, parsed.contentFramesOf(second)[0].size);
    try testing.expectEqual(payloads.stored_size, parsed.stored(&parsed.framesOf(second)[0]).len);
    try testing.expectEqual(100, parsed.skeletonSizeOf(first));
    try testing.expectEqual(300, parsed.streamSizeOf(first));
    try testing.expectEqualSlices(format.Frame, payload.frames[0..1], parsed.skeletonFramesOf(first));
    try testing.expectEqualSlices(format.Frame, payload.frames[3..4], parsed.skeletonFramesOf(second));
    try testing.expectEqualSlices(format.Detached, payload.detached[0..2], parsed.detachedOf(first));
    try testing.expectEqual(0, parsed.detachedOf(second).len);
    try testing.expectEqualSlices(format.Detached, payload.detached[2..], parsed.detachedOf(third));

    // The bytes behind the payload in its segment belong to others.
    try testing.expectEqual(payload.bytes().len, (try parse(payload.segment())).payload.len);
}

test "the first bytes are enough, and those that are needed can be told" {
    var payload: Payload = .{};
    payload.seal();
    const all = payload.bytes();
    const directory_size = @offsetOf(Payload, "stored");
    try testing.expectEqual(@sizeOf(format.Header), bundle.startSize(all[0..8], all.len));
    try testing.expectEqual(20, bundle.startSize(all[0..8], 20));
    try testing.expectEqual(directory_size, bundle.startSize(all[0..@sizeOf(format.Header)], all.len));
    try testing.expectEqual(directory_size - 1, bundle.startSize(all[0..@sizeOf(format.Header)], directory_size - 1));

    var detail: bundle.Detail = 0;
    const parsed = try bundle.parseStart(all[0..directory_size], all.len, &detail);
    try testing.expectEqual(6, parsed.frames.len);
    try testing.expectError(error.PayloadSize, bundle.parseStart(all[0..directory_size], all.len - 1, &detail));
    const cut = bundle.parseStart(all[0 .. directory_size - 1], all.len, &detail);
    try testing.expectError(error.DirectoryBounds, cut);
}

test "a payload that ends early is refused at every length" {
    var payload: Payload = .{};
    payload.seal();
    const all = payload.bytes();
    for (0..all.len) |size| {
        const expected: bundle.Error = if (size < format.magic.len)
            error.NotABundle
        else if (size < @offsetOf(Payload, "stored"))
            error.DirectoryBounds
        else
            error.PayloadSize;
        try testing.expectError(expected, parse(all[0..size]));
    }
}

test "each byte of the directory counts" {
    var payload: Payload = .{};
    payload.seal();
    const all = payload.bytes();
    for (0..@offsetOf(Payload, "stored")) |index| {
        for (0..8) |bit| {
            const mask = @as(u8, 1) << @intCast(bit);
            all[index] ^= mask;
            defer all[index] ^= mask;
            const expected: bundle.Error = if (index < format.magic.len)
                error.NotABundle
            else if (index < @offsetOf(format.Header, "layout"))
                error.UnknownVersion
            else switch (index) {
                @offsetOf(format.Header, "variant_count"),
                @offsetOf(format.Header, "frame_count")...@offsetOf(format.Header, "frame_count") + 3,
                @offsetOf(format.Header, "detached_count")...@offsetOf(format.Header, "detached_count") + 3,
                => {
                    // Too large for the payload, or for the checksum.
                    if (parse(all)) |_| return error.TestUnexpectedResult else |err| {
                        try testing.expect(err == error.DirectoryBounds or err == error.DirectoryChecksum);
                    }
                    continue;
                },
                else => error.DirectoryChecksum,
            };
            try testing.expectError(expected, parse(all));
        }
    }
}

test "a directory of the direct layout is taken, and has one variant in place" {
    var payload = payloads.directPayload();
    const parsed = try parse(payload.bytes());
    const base = &parsed.variants[0];
    try testing.expectEqual(.direct, parsed.layout);
    try testing.expectEqual(base, parsed.inPlace().?);
    try testing.expectEqual(base, parsed.base());
    try testing.expectEqual(base, parsed.baseOf(&parsed.variants[1]));
    try testing.expectEqual(0x401234, parsed.header().entry);
    try testing.expectEqual(100, parsed.extraFramesOf(base)[0].size);
    try testing.expectEqual(1, parsed.besideFramesOf(base, false).len);
    payload.frames[0].detached = 1;
    payload.seal();
    const other = try parse(payload.bytes());
    try testing.expectEqual(0, other.besideFramesOf(&other.variants[0], false).len);
    try testing.expectEqual(1, other.besideFramesOf(&other.variants[0], true).len);
}

test "the fields that a parser does not interpret may hold anything" {
    inline for (.{
        .{ .{ .header, .image_checksum }, 1 },
        .{ .{ .variants, 0, .sha256 }, [_]u8{0xff} ** 32 },
        .{ .{ .frames, 0, .stored_checksum }, 1 },
        .{ .{ .frames, 0, .checksum }, 1 },
        .{ .{ .frames, 0, .filter }, 1 },
    }) |case| {
        var payload: Payload = .{};
        payloads.fieldOf(&payload, case[0]).* = case[1];
        payload.seal();
        _ = try parse(payload.bytes());
    }
}

test "random bytes, and random changes with the checksum right, never crash" {
    var prng = std.Random.DefaultPrng.init(0x6d676f);
    const random = prng.random();
    for (0..20_000) |round| {
        var payload: Payload = if (round % 3 == 0) payloads.directPayload() else .{};
        const all = payload.bytes();
        if (round % 4 == 0) {
            random.bytes(all[if (round % 8 == 0) 0 else format.magic.len + 2..]);
        } else {
            for (0..random.uintLessThan(usize, 8) + 1) |_| {
                const index = random.uintLessThan(usize, all.len);
                all[index] = if (random.boolean()) random.int(u8) else random.int(u2);
            }
        }
        if (payload.header.variant_count <= format.variant_count_max) payload.seal();
        const parsed = parse(all[0 .. all.len - random.uintLessThan(usize, 2)]) catch continue;
        try expectUsable(&parsed);
    }
}

test "each field at its limits, with the checksum right, never crashes" {
    inline for (.{ Payload{}, payloads.directPayload() }) |whole| {
        inline for (.{ "header", "variants", "frames", "detached" }) |table| {
            const One = switch (@typeInfo(@FieldType(Payload, table))) {
                .array => |info| info.child,
                else => @FieldType(Payload, table),
            };
            const count = @sizeOf(@FieldType(Payload, table)) / @sizeOf(One);
            for (0..count) |index| inline for (@typeInfo(One).@"struct".fields) |field| {
                const at = @offsetOf(Payload, table) + index * @sizeOf(One) + @offsetOf(One, field.name);
                try expectLimitsUsable(whole, at, @sizeOf(field.type));
            };
        }
    }
}

fn expectLimitsUsable(whole: Payload, at: usize, comptime size: usize) !void {
    const Number = std.meta.Int(.unsigned, size * 8);
    const value = std.mem.readInt(Number, std.mem.asBytes(&whole)[at..][0..size], .little);
    const max = std.math.maxInt(Number);
    for ([_]Number{ 0, 1, max, max / 2, max / 2 + 1, value +% 1, value -% 1, value *% 2 }) |limit| {
        var payload = whole;
        std.mem.writeInt(Number, std.mem.asBytes(&payload)[at..][0..size], limit, .little);
        payload.seal();
        const parsed = parse(payload.bytes()) catch continue;
        try expectUsable(&parsed);
    }
}

/// Uses all that a directory says.
fn expectUsable(parsed: *const bundle.Bundle) !void {
    for (parsed.variants) |*variant| {
        var size = variant.size;
        var frames_size: u64 = 0;
        for (parsed.extraFramesOf(variant)) |*frame| _ = checksum.of(parsed.stored(frame));
        for (parsed.besideFramesOf(variant, false)) |*frame| _ = checksum.of(parsed.stored(frame));
        if (variant == parsed.inPlace()) continue;
        for (parsed.detachedOf(variant)) |*range| size = size - range.size + range.stream_size;
        for (parsed.skeletonFramesOf(variant)) |*frame| frames_size += frame.size;
        try testing.expectEqual(parsed.skeletonSizeOf(variant), frames_size);
        frames_size = 0;
        for (parsed.contentFramesOf(variant)) |*frame| {
            _ = checksum.of(parsed.stored(frame));
            frames_size += frame.size;
        }
        try testing.expectEqual(size, frames_size);
    }
}
