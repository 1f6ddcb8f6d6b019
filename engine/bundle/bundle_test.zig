//! Each way in which a directory can be wrong, and inputs of no shape at all.
const std = @import("std");
const bundle = @import("bundle.zig");
const checksum = @import("checksum");
const format = @import("format");
const testing = std.testing;

const stored_size = 10;

/// A payload whose stored frames are not zstd's: a directory says nothing about that. v1 is of
/// codec zstd with two frames, the skeleton's and one of two detached ranges; v2 has a frame of a plan and one
/// more, and refers to v3, which is of codec zstd and has a detached range, too.
const Payload = extern struct {
    header: format.Header align(format.payload_align) = .{
        .layout = @intFromEnum(format.Layout.@"packed"),
        .variant_count = 3,
        .frame_count = 6,
        .detached_count = 3,
        .payload_size = @sizeOf(Payload) - padding_size,
        .image_checksum = 0,
        .directory_checksum = 0,
    },
    variants: [3]format.Variant = .{
        withDetached(2, variant(1, .zstd, 0, 0, 0, 2, 190)),
        variant(2, .predicted, 2, 1, 2, 2, 7),
        withDetached(1, variant(3, .zstd, 2, 0, 4, 2, format.frame_size_max + 5)),
    },
    frames: [6]format.Frame = .{
        frame(0, 100),
        frame(1, 200),
        frame(2, 20),
        frame(3, 7),
        frame(4, format.frame_size_max),
        frame(5, 5),
    },
    detached: [3]format.Detached = .{
        .{ .offset = 20, .size = 50, .stream_size = 50 },
        .{ .offset = 80, .size = 40, .stream_size = 150 },
        .{ .offset = 10, .size = 5, .stream_size = 5 },
    },
    stored: [6 * stored_size]u8 = @splat(0xaa),
    padding: [padding_size]u8 = @splat(0),

    const padding_size = 12;

    comptime {
        std.debug.assert(@offsetOf(Payload, "stored") == format.directorySize(3, 6, 3));
        std.debug.assert(@offsetOf(Payload, "padding") + padding_size == @sizeOf(Payload));
    }

    fn variant(level: u8, codec: format.Codec, base: u8, plan: u32, first: u32, count: u32, size: u64) format.Variant {
        return .{
            .level = level,
            .codec = @intFromEnum(codec),
            .base = base,
            .size = size,
            .frame_first = first,
            .frame_count = count,
            .sha256 = @splat(0),
            .extra_frame_count = plan,
        };
    }

    fn withDetached(count: u32, of: format.Variant) format.Variant {
        var changed = of;
        changed.detached_count = count;
        return changed;
    }

    fn frame(index: u64, size: u32) format.Frame {
        return .{
            .stored_offset = format.directorySize(3, 6, 3) + index * stored_size,
            .stored_size = stored_size,
            .size = size,
            .stored_checksum = 0,
            .checksum = 0,
        };
    }

    fn bytes(payload: *Payload) []align(format.payload_align) u8 {
        const all: []align(format.payload_align) u8 = std.mem.asBytes(payload);
        return all[0 .. @sizeOf(Payload) - padding_size];
    }

    /// Makes the directory's checksum right, so that the check behind it is reached.
    fn seal(payload: *Payload) void {
        const all = payload.bytes();
        // With counts that do not fit there is no checksum to be right.
        const header = &payload.header;
        const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
        if (size > all.len) return;
        payload.header.directory_checksum = checksum.ofPieces(&.{
            all[0..@offsetOf(format.Header, "directory_checksum")],
            all[@sizeOf(format.Header)..@intCast(size)],
        });
    }
};

fn parse(mapped: []align(format.payload_align) const u8) bundle.Error!bundle.Bundle {
    var detail: bundle.Detail = 0;
    return bundle.parse(mapped, &detail);
}

test "a directory without fault is taken" {
    var payload: Payload = .{};
    payload.seal();
    const parsed = try parse(payload.bytes());
    try testing.expectEqual(3, parsed.variants.len);
    try testing.expectEqual(6, parsed.frames.len);
    try testing.expectEqual(1, parsed.levels().lowest());
    try testing.expectEqual(3, parsed.levels().highest());
    const second = parsed.variantOf(2);
    try testing.expectEqual(&parsed.variants[2], parsed.baseOf(second));
    try testing.expectEqual(2, parsed.framesOf(second).len);
    try testing.expectEqual(20, parsed.extraFramesOf(second)[0].size);
    try testing.expectEqual(7, parsed.contentFramesOf(second)[0].size);
    try testing.expectEqual(stored_size, parsed.stored(&parsed.framesOf(second)[0]).len);
    try testing.expectEqual(100, parsed.skeletonSizeOf(parsed.variantOf(1)));
    try testing.expectEqualSlices(format.Frame, payload.frames[0..1], parsed.skeletonFramesOf(parsed.variantOf(1)));
    try testing.expectEqualSlices(format.Frame, payload.frames[3..4], parsed.skeletonFramesOf(second));
    try testing.expectEqualSlices(format.Detached, payload.detached[0..2], parsed.detachedOf(parsed.variantOf(1)));
    try testing.expectEqual(0, parsed.detachedOf(second).len);
    try testing.expectEqualSlices(format.Detached, payload.detached[2..], parsed.detachedOf(parsed.variantOf(3)));

    // What follows the payload in its segment belongs to others.
    const all: []align(format.payload_align) u8 = std.mem.asBytes(&payload);
    try testing.expectEqual(payload.bytes().len, (try parse(all)).payload.len);
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

test "each field that is wrong has its error, with the checksum right" {
    const huge = std.math.maxInt(u64);
    const huge32 = std.math.maxInt(u32);

    try expectError(error.NotABundle, .{ .header, .magic }, [8]u8{ 0x89, 'm', 'g', 'o', '\n', 0x1a, '\n', 0 });
    inline for (.{ 0, 2, 0xffff }) |version| try expectError(error.UnknownVersion, .{ .header, .version }, version);
    inline for (.{ 2, 0xff }) |layout| try expectError(error.UnknownLayout, .{ .header, .layout }, layout);
    try expectError(error.LayoutFields, .{ .header, .layout }, 1);
    inline for (.{ 1, 64, huge }) |value| {
        try expectError(error.LayoutFields, .{ .header, .address }, value);
        try expectError(error.LayoutFields, .{ .header, .entry }, value);
    }
    try expectError(error.LayoutFields, .{ .header, .start_policy }, 1);
    inline for (.{ 0, 5, 0xff }) |count| try expectError(error.DirectoryBounds, .{ .header, .variant_count }, count);
    inline for (.{ 1, 2 }) |count| try expectAnyError(.{ .header, .variant_count }, count);
    inline for (.{ 0, 2, huge32 }) |count| try expectError(error.DirectoryBounds, .{ .header, .frame_count }, count);
    inline for (.{ 3, 4, 5, 7 }) |count| try expectAnyError(.{ .header, .frame_count }, count);
    try expectError(error.DirectoryBounds, .{ .header, .detached_count }, huge32);
    inline for (.{ 0, 1, 2, 4 }) |count| try expectAnyError(.{ .header, .detached_count }, count);
    const directory_size = @offsetOf(Payload, "stored");
    const payload_size = directory_size + 6 * stored_size;
    inline for (.{ 0, 1, directory_size - 1, payload_size + 1, huge }) |size| {
        try expectError(error.PayloadSize, .{ .header, .payload_size }, size);
    }
    inline for (.{ directory_size, payload_size - 1 }) |size| {
        try expectError(error.StoredOffset, .{ .header, .payload_size }, size);
    }
    try expectError(error.ReservedNotZero, .{ .header, .reserved }, [_]u8{0} ** 2 ++ [_]u8{1});

    inline for (.{ 0, 5, 0xff }) |level| try expectError(error.LevelRange, .{ .variants, 1, .level }, level);
    inline for (.{ 1, 3, 4 }) |level| try expectError(error.LevelOrder, .{ .variants, 1, .level }, level);
    try expectError(error.InPlaceCount, .{ .variants, 1, .codec }, 2);
    inline for (.{ 3, 0xff }) |codec| try expectError(error.UnknownCodec, .{ .variants, 1, .codec }, codec);
    // Codec zstd with another variant for base.
    try expectError(error.BaseIndex, .{ .variants, 1, .codec }, 0);
    // Codec predicted from itself.
    try expectError(error.BaseIndex, .{ .variants, 2, .codec }, 1);
    inline for (.{ 1, 3, 0xff }) |base| try expectError(error.BaseIndex, .{ .variants, 1, .base }, base);
    try expectError(error.BaseIndex, .{ .variants, 0, .base }, 1);
    inline for (.{ 0, 2, 3, huge32 }) |count| try expectError(error.ExtraFrames, .{ .variants, 1, .extra_frame_count }, count);
    inline for (.{ 1, huge32 }) |count| try expectError(error.ExtraFrames, .{ .variants, 2, .extra_frame_count }, count);
    try expectError(error.VariantChecksum, .{ .variants, 0, .checksum }, 1);
    inline for (.{ 0, 6, 8, huge }) |size| try expectError(error.VariantSize, .{ .variants, 1, .size }, size);
    inline for (.{ 120, 189, 191, huge }) |size| try expectError(error.VariantSize, .{ .variants, 0, .size }, size);
    inline for (.{ 0, 19, 119 }) |size| try expectError(error.DetachedRange, .{ .variants, 0, .size }, size);
    inline for (.{ 0, 1, 3, 0xff }) |count| try expectError(error.DetachedRun, .{ .variants, 0, .detached_count }, count);
    inline for (.{ 1, 0xff }) |count| try expectError(error.DetachedRun, .{ .variants, 1, .detached_count }, count);
    inline for (.{ 0, 1, 3, 4, 5, huge32 }) |first| try expectError(error.FrameRun, .{ .variants, 1, .frame_first }, first);
    inline for (.{ 0, huge32 }) |count| try expectError(error.FrameRun, .{ .variants, 1, .frame_count }, count);
    inline for (.{ 0, 3, huge32 }) |count| try expectError(error.FrameRun, .{ .variants, 2, .frame_count }, count);
    try expectError(error.VariantSize, .{ .variants, 2, .frame_count }, 1);
    try expectError(error.VariantSize, .{ .variants, 0, .frame_count }, 1);

    inline for (.{ 0, directory_size - 1, directory_size + stored_size + 1, payload_size, huge }) |offset| {
        try expectError(error.StoredOffset, .{ .frames, 1, .stored_offset }, offset);
    }
    inline for (.{ 0, format.frame_stored_size_max + 1, huge32 }) |size| {
        try expectError(error.StoredSize, .{ .frames, 1, .stored_size }, size);
    }
    inline for (.{ 1, stored_size - 1, stored_size + 1, format.frame_stored_size_max }) |size| {
        try expectError(error.StoredOffset, .{ .frames, 1, .stored_size }, size);
        try expectError(error.StoredOffset, .{ .frames, 3, .stored_size }, size);
    }
    inline for (.{ 0, format.frame_size_max + 1, huge32 }) |size| {
        try expectError(error.FrameSize, .{ .frames, 0, .size }, size);
    }
    inline for (.{ 1, 99, format.frame_size_max }) |size| {
        try expectError(error.VariantSize, .{ .frames, 0, .size }, size);
    }
    inline for (.{ 2, 0xff }) |filter| try expectError(error.UnknownFilter, .{ .frames, 0, .filter }, filter);
    try expectError(error.UnknownFilter, .{ .frames, 3, .filter }, 1);
    try expectError(error.ReservedNotZero, .{ .frames, 0, .reserved }, [_]u8{0} ** 5 ++ [_]u8{1});
    try expectError(error.DetachedFrame, .{ .frames, 0, .detached }, 1);

    // In front of the range before it, past the end of the executable.
    inline for (.{ 0, 69, 151, 190, huge }) |offset| try expectError(error.DetachedRange, .{ .detached, 1, .offset }, offset);
    inline for (.{ 61, huge }) |offset| try expectError(error.DetachedRange, .{ .detached, 0, .offset }, offset);
    // Into the range behind it; more than what is stored can make.
    inline for (.{ 0, 61, 165, huge }) |size| try expectError(error.DetachedRange, .{ .detached, 0, .size }, size);
    inline for (.{ 0, 111, huge }) |size| try expectError(error.DetachedRange, .{ .detached, 1, .size }, size);
    inline for (.{ 1, 39, 41 }) |size| try expectError(error.VariantSize, .{ .detached, 1, .size }, size);
    inline for (.{ 0, huge }) |size| try expectError(error.DetachedRange, .{ .detached, 1, .stream_size }, size);
    inline for (.{ 40, 149, 151 }) |size| try expectError(error.VariantSize, .{ .detached, 1, .stream_size }, size);
}

/// v1 in place, with a frame beside it, and v2 predicted from it.
fn directPayload() Payload {
    var payload: Payload = .{};
    payload.header.layout = @intFromEnum(format.Layout.direct);
    payload.header.address = 0x440000;
    payload.header.entry = 0x401234;
    payload.variants[0].codec = @intFromEnum(format.Codec.in_place);
    payload.variants[0].size = 1 << 33;
    payload.variants[0].checksum = 5;
    payload.variants[0].extra_frame_count = 1;
    payload.variants[1].base = 0;
    // What is in place has no ranges: all are v3's.
    payload.variants[0].detached_count = 0;
    payload.variants[2].detached_count = 3;
    payload.variants[2].size += 2;
    payload.detached[0] = .{ .offset = 1, .size = 1, .stream_size = 1 };
    payload.detached[1] = .{ .offset = 3, .size = 1, .stream_size = 1 };
    payload.frames[5].size = 7;
    payload.seal();
    return payload;
}

test "a directory of the direct layout is taken, and has one variant in place" {
    var payload = directPayload();
    const parsed = try parse(payload.bytes());
    try testing.expectEqual(.direct, parsed.layout);
    try testing.expectEqual(&parsed.variants[0], parsed.inPlace().?);
    try testing.expectEqual(0x401234, parsed.header().entry);
    try testing.expectEqual(100, parsed.extraFramesOf(&parsed.variants[0])[0].size);
    try testing.expectEqual(&parsed.variants[0], parsed.baseOf(&parsed.variants[1]));
    try testing.expectEqual(1, parsed.referenceFramesOf(&parsed.variants[0], false).len);
    payload.frames[0].detached = 1;
    payload.seal();
    const other = try parse(payload.bytes());
    try testing.expectEqual(0, other.referenceFramesOf(&other.variants[0], false).len);
    try testing.expectEqual(1, other.referenceFramesOf(&other.variants[0], true).len);
}

test "each field that is wrong in the direct layout has its error" {
    const huge = std.math.maxInt(u64);
    const huge32 = std.math.maxInt(u32);
    try expectDirectError(error.VariantChecksum, .{ .variants, 0, .codec }, 0);
    try expectDirectError(error.InPlaceCount, .{ .variants, 2, .codec }, 2);
    try expectDirectError(error.LayoutFields, .{ .header, .layout }, 0);
    inline for (.{ 0, 1, 0x440020, huge }) |address| try expectDirectError(error.LayoutFields, .{ .header, .address }, address);
    try expectDirectError(error.LayoutFields, .{ .header, .entry }, 0);
    inline for (.{ 2, 0xff }) |policy| try expectDirectError(error.LayoutFields, .{ .header, .start_policy }, policy);
    inline for (.{ 1, 2, 3 }) |base| try expectDirectError(error.BaseIndex, .{ .variants, 0, .base }, base);
    // What is predicted cannot be referred to.
    try expectDirectError(error.BaseIndex, .{ .variants, 1, .base }, 1);
    inline for (.{ 2, huge32 }) |count| try expectDirectError(error.ExtraFrames, .{ .variants, 0, .extra_frame_count }, count);
    inline for (.{ 0, format.frame_size_max + 1 }) |size| try expectDirectError(error.FrameSize, .{ .frames, 1, .size }, size);
    try expectDirectError(error.DetachedFrame, .{ .frames, 0, .detached }, 2);
    try expectDirectError(error.DetachedFrame, .{ .frames, 1, .detached }, 1);
    try expectDirectError(error.DetachedRun, .{ .variants, 0, .detached_count }, 1);
}

fn expectDirectError(expected: bundle.Error, comptime path: anytype, value: FieldOf(path)) !void {
    var payload = directPayload();
    fieldOf(&payload, path).* = value;
    payload.seal();
    try testing.expectError(expected, parse(payload.bytes()));
}

test "a range is not larger than what is stored can make it" {
    // The skeleton keeps its 100 bytes.
    inline for (.{ .{ 364, true }, .{ 365, false } }) |case| {
        var payload: Payload = .{};
        payload.detached[1].size = case[0];
        payload.variants[0].size = 150 + case[0];
        payload.seal();
        if (case[1]) _ = try parse(payload.bytes()) else try testing.expectError(error.DetachedRange, parse(payload.bytes()));
    }
}

test "a variant is not detached whole" {
    var payload: Payload = .{};
    payload.detached[2] = .{ .offset = 0, .size = format.frame_size_max + 5, .stream_size = format.frame_size_max + 5 };
    payload.seal();
    try testing.expectError(error.DetachedRange, parse(payload.bytes()));
}

test "a frame ends where the skeleton ends" {
    for ([_]u32{ 1, 99, 101, 299 }) |size| {
        var payload: Payload = .{};
        payload.frames[0].size = size;
        payload.frames[1].size = 300 - size;
        payload.seal();
        try testing.expectError(error.SkeletonEnd, parse(payload.bytes()));
    }
}

test "the fields that nobody interprets may hold anything" {
    inline for (.{
        .{ .{ .header, .image_checksum }, 1 },
        .{ .{ .variants, 0, .sha256 }, [_]u8{0xff} ** 32 },
        .{ .{ .frames, 0, .stored_checksum }, 1 },
        .{ .{ .frames, 0, .checksum }, 1 },
        .{ .{ .frames, 0, .filter }, 1 },
    }) |case| {
        var payload: Payload = .{};
        fieldOf(&payload, case[0]).* = case[1];
        payload.seal();
        _ = try parse(payload.bytes());
    }
}

test "an error about a number gives the number" {
    inline for (.{
        .{ .{ .header, .version }, 0x1234 },
        .{ .{ .header, .layout }, 77 },
        .{ .{ .variants, 2, .codec }, 99 },
    }) |case| {
        var payload: Payload = .{};
        fieldOf(&payload, case[0]).* = case[1];
        payload.seal();
        var detail: bundle.Detail = 0;
        if (bundle.parse(payload.bytes(), &detail)) |_| return error.TestUnexpectedResult else |_| {}
        try testing.expectEqual(case[1], detail);
    }
}

test "random bytes, and random changes with the checksum right, never crash" {
    var prng = std.Random.DefaultPrng.init(0x6d676f);
    const random = prng.random();
    for (0..20_000) |round| {
        var payload: Payload = if (round % 3 == 0) directPayload() else .{};
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
        // Whatever is taken can be used without harm.
        for (parsed.variants) |*variant| {
            var size = variant.size;
            var frames_size: u64 = 0;
            for (parsed.extraFramesOf(variant)) |*frame| _ = checksum.of(parsed.stored(frame));
            for (parsed.referenceFramesOf(variant, false)) |*frame| _ = checksum.of(parsed.stored(frame));
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
}

/// The field that a path of names and indexes leads to.
inline fn fieldOf(payload: *Payload, comptime path: anytype) *FieldOf(path) {
    if (path.len == 2) return &@field(payload.header, @tagName(path[1]));
    return &@field(@field(payload, @tagName(path[0]))[path[1]], @tagName(path[2]));
}

fn FieldOf(comptime path: anytype) type {
    const Struct = if (path.len == 2) format.Header else switch (path[0]) {
        .variants => format.Variant,
        .frames => format.Frame,
        .detached => format.Detached,
        else => unreachable,
    };
    return @FieldType(Struct, @tagName(path[path.len - 1]));
}

fn expectError(expected: bundle.Error, comptime path: anytype, value: FieldOf(path)) !void {
    var payload: Payload = .{};
    fieldOf(&payload, path).* = value;
    payload.seal();
    try testing.expectError(expected, parse(payload.bytes()));
}

fn expectAnyError(comptime path: anytype, value: FieldOf(path)) !void {
    var payload: Payload = .{};
    fieldOf(&payload, path).* = value;
    payload.seal();
    if (parse(payload.bytes())) |_| return error.TestUnexpectedResult else |_| {}
}

test "what frames decode to has positions of 32 bits" {
    const frames = @as(u64, format.stream_size_max) / format.frame_size_max + 1;
    const last = format.stream_size_max % format.frame_size_max;
    for ([_]u32{ last, last + 1 }) |size| {
        try expectSizes(if (size == last) {} else error.VariantSize, 0, frames, size);
        try expectSizes(if (size == last) {} else error.ExtraFrames, frames, 1, size);
    }
}

/// v1 is stored, and v2 has as many extra frames and others, all as large as they may be but for the last of them.
fn expectSizes(expected: bundle.Error!void, extra: u64, others: u64, last: u32) !void {
    const frame_count = 1 + @max(extra, 1) + others;
    const size = format.directorySize(2, frame_count, 0) + frame_count;
    const bytes = try testing.allocator.alignedAlloc(u8, .fromByteUnits(format.payload_align), @intCast(size));
    defer testing.allocator.free(bytes);
    @memset(bytes, 0);
    const header: *format.Header = @ptrCast(bytes.ptr);
    header.* = .{ .layout = 0, .variant_count = 2, .frame_count = @intCast(frame_count), .payload_size = size, .image_checksum = 0, .directory_checksum = 0 };
    const variants: *[2]format.Variant = @ptrCast(@alignCast(bytes[@sizeOf(format.Header)..].ptr));
    const frames = std.mem.bytesAsSlice(format.Frame, bytes[@intCast(format.directorySize(2, 0, 0))..@intCast(format.directorySize(2, frame_count, 0))]);
    for (frames, 0..) |*frame, index| {
        frame.* = .{ .stored_offset = size - frame_count + index, .stored_size = 1, .size = format.frame_size_max, .stored_checksum = 0, .checksum = 0 };
    }
    frames[0].size = 1;
    frames[@intCast(if (extra > 0) extra else frame_count - 1)].size = last;
    var stream: u64 = 0;
    for (frames[@intCast(1 + @max(extra, 1))..]) |*frame| stream += frame.size;
    variants.* = .{
        Payload.variant(1, .zstd, 0, 0, 0, 1, 1),
        Payload.variant(2, .predicted, 0, @intCast(@max(extra, 1)), 1, @intCast(frame_count - 1), stream),
    };
    header.directory_checksum = checksum.ofPieces(&.{
        bytes[0..@offsetOf(format.Header, "directory_checksum")],
        bytes[@sizeOf(format.Header)..@intCast(size - frame_count)],
    });
    if (expected) _ = try parse(bytes) else |err| try testing.expectError(err, parse(bytes));
}
