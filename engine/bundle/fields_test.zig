//! Each field that is wrong has its error, although the directory's checksum is right.
const std = @import("std");
const bundle = @import("bundle.zig");
const checksum = @import("checksum");
const format = @import("format");
const payloads = @import("payload_fixture.zig");
const Payload = payloads.Payload;
const expectError = payloads.expectError;
const parse = payloads.parse;
const stored_size = payloads.stored_size;
const testing = std.testing;

const huge = std.math.maxInt(u64);
const huge32 = std.math.maxInt(u32);
const directory_size = @offsetOf(Payload, "stored");
const payload_size = directory_size + 6 * stored_size;

test "fields of the header" {
    try expectError(error.NotABundle, .{ .header, .magic }, .{[8]u8{ 0x89, 'm', 'g', 'o', '\n', 0x1a, '\n', 0 }});
    try expectError(error.UnknownVersion, .{ .header, .version }, .{ 0, 1, 3, 0xffff });
    try expectError(error.UnknownLayout, .{ .header, .layout }, .{ 2, 0xff });
    try expectError(error.LayoutFields, .{ .header, .layout }, .{1});
    try expectError(error.LayoutFields, .{ .header, .address }, .{ 1, 64, huge });
    try expectError(error.LayoutFields, .{ .header, .entry }, .{ 1, 64, huge });
    try expectError(error.LayoutFields, .{ .header, .start_policy }, .{ 1, 2, 3 });
    try expectError(error.LayoutFields, .{ .header, .origin }, .{ 2, 0xff });
    try expectError(error.DirectoryBounds, .{ .header, .variant_count }, .{ 0, format.variant_count_max + 1, 0xff });
    try payloads.expectAnyError(.{ .header, .variant_count }, .{ 1, 2 });
    try expectError(error.DirectoryBounds, .{ .header, .frame_count }, .{ 0, 2, huge32 });
    try payloads.expectAnyError(.{ .header, .frame_count }, .{ 3, 4, 5, 7 });
    try expectError(error.DirectoryBounds, .{ .header, .detached_count }, .{huge32});
    try payloads.expectAnyError(.{ .header, .detached_count }, .{ 0, 1, 2, 4 });
    const bounds = .{ 0, 1, directory_size - 1, payload_size + 1, huge };
    try expectError(error.PayloadSize, .{ .header, .payload_size }, bounds);
    try expectError(error.StoredOffset, .{ .header, .payload_size }, .{ directory_size, payload_size - 1 });
    try expectError(error.ReservedNotZero, .{ .header, .flags }, .{ 2, 0xff });
    try expectError(error.UnknownArchitecture, .{ .header, .architecture }, .{ 5, 0xff });
}

test "levels are those of the architecture" {
    inline for (@typeInfo(format.Architecture).@"enum".fields) |field| {
        const architecture: format.Architecture = @enumFromInt(field.value);
        var payload: Payload = .{};
        payload.header.architecture = field.value;
        payload.variants[2].level = format.levels.countOf(architecture);
        payload.seal();
        try testing.expectEqual(architecture, (try parse(payload.bytes())).architecture);
        payload.variants[2].level += 1;
        payload.seal();
        try testing.expectError(error.LevelRange, parse(payload.bytes()));
    }
}

test "fields of variants" {
    try expectError(error.LevelRange, .{ .variants, 1, .level }, .{ 0, 5, 0xff });
    try expectError(error.LevelOrder, .{ .variants, 1, .level }, .{ 1, 3, 4 });
    try expectError(error.InPlaceCount, .{ .variants, 1, .codec }, .{2});
    try expectError(error.UnknownCodec, .{ .variants, 1, .codec }, .{ 3, 0xff });
    // Codec zstd with another variant for base, and predicted from itself.
    try expectError(error.BaseIndex, .{ .variants, 1, .codec }, .{0});
    try expectError(error.BaseIndex, .{ .variants, 2, .codec }, .{1});
    try expectError(error.BaseIndex, .{ .variants, 1, .base }, .{ 1, 3, 0xff });
    try expectError(error.BaseIndex, .{ .variants, 0, .base }, .{1});
    try expectError(error.ExtraFrames, .{ .variants, 1, .extra_frame_count }, .{ 0, 2, 3, huge32 });
    try expectError(error.ExtraFrames, .{ .variants, 2, .extra_frame_count }, .{ 1, huge32 });
    try expectError(error.VariantChecksum, .{ .variants, 0, .checksum }, .{1});
    try expectError(error.VariantSize, .{ .variants, 1, .size }, .{ 0, 6, 8, huge });
    try expectError(error.VariantSize, .{ .variants, 0, .size }, .{ 120, 189, 191, huge });
    try expectError(error.DetachedRange, .{ .variants, 0, .size }, .{ 0, 19, 119 });
    try expectError(error.DetachedRun, .{ .variants, 0, .detached_count }, .{ 0, 1, 3, 0xff });
    try expectError(error.DetachedRun, .{ .variants, 1, .detached_count }, .{ 1, 0xff });
    try expectError(error.VariantChanges, .{ .variants, 1, .changes }, .{
        format.Changes{ .is_known = 2 },
        format.Changes{ .data_size = 1 },
        format.Changes{ .program = .{ .functions = 1 } },
        format.Changes{ .runtime = .{ .size = huge32 } },
    });
    const reserved: format.Changes = .{ .is_known = 1, .reserved = .{ 0, 0, 1 } };
    try expectError(error.ReservedNotZero, .{ .variants, 1, .changes }, .{reserved});
    try expectError(error.FrameRun, .{ .variants, 1, .frame_first }, .{ 0, 1, 3, 4, 5, huge32 });
    try expectError(error.FrameRun, .{ .variants, 1, .frame_count }, .{ 0, huge32 });
    try expectError(error.FrameRun, .{ .variants, 2, .frame_count }, .{ 0, 3, huge32 });
    try expectError(error.VariantSize, .{ .variants, 2, .frame_count }, .{1});
    try expectError(error.VariantSize, .{ .variants, 0, .frame_count }, .{1});
}

test "fields of frames" {
    const places = .{ 0, directory_size - 1, directory_size + stored_size + 1, payload_size, huge };
    try expectError(error.StoredOffset, .{ .frames, 1, .stored_offset }, places);
    const too_large = .{ 0, format.frame_stored_size_max + 1, huge32 };
    try expectError(error.StoredSize, .{ .frames, 1, .stored_size }, too_large);
    const sizes = .{ 1, stored_size - 1, stored_size + 1, format.frame_stored_size_max };
    try expectError(error.StoredOffset, .{ .frames, 1, .stored_size }, sizes);
    try expectError(error.StoredOffset, .{ .frames, 3, .stored_size }, sizes);
    try expectError(error.FrameSize, .{ .frames, 0, .size }, .{ 0, format.frame_size_max + 1, huge32 });
    try expectError(error.VariantSize, .{ .frames, 0, .size }, .{ 1, 99, format.frame_size_max });
    try expectError(error.UnknownFilter, .{ .frames, 0, .filter }, .{ 2, 0xff });
    try expectError(error.UnknownFilter, .{ .frames, 3, .filter }, .{1});
    try expectError(error.ReservedNotZero, .{ .frames, 0, .reserved }, .{[_]u8{ 0, 1 }});
    try expectError(error.DetachedFrame, .{ .frames, 0, .detached }, .{1});
    // v3 has two frames. That of the recipe is predicted from none, nor are those of variants that are stored.
    try expectError(error.BaseFrame, .{ .frames, 3, .base_frame }, .{ 3, huge32 });
    inline for (.{ 0, 2, 4 }) |index| try expectError(error.BaseFrame, .{ .frames, index, .base_frame }, .{1});
}

test "fields of detached ranges" {
    // In front of the range before it, past the end of the executable.
    try expectError(error.DetachedRange, .{ .detached, 1, .offset }, .{ 0, 69, 151, 190, huge });
    try expectError(error.DetachedRange, .{ .detached, 0, .offset }, .{ 61, huge });
    // Into the range behind it; more than what is stored can make.
    try expectError(error.DetachedRange, .{ .detached, 0, .size }, .{ 0, 61, 165, huge });
    try expectError(error.DetachedRange, .{ .detached, 1, .size }, .{ 0, 111, huge });
    try expectError(error.VariantSize, .{ .detached, 1, .size }, .{ 1, 39, 41 });
    try expectError(error.DetachedRange, .{ .detached, 1, .stream_size }, .{ 0, huge });
    try expectError(error.VariantSize, .{ .detached, 1, .stream_size }, .{ 40, 149, 151 });
}

test "fields in the direct layout" {
    const expect = payloads.expectDirectError;
    try expect(error.VariantChecksum, .{ .variants, 0, .codec }, .{0});
    try expect(error.InPlaceCount, .{ .variants, 2, .codec }, .{2});
    try expect(error.LayoutFields, .{ .header, .layout }, .{0});
    try expect(error.LayoutFields, .{ .header, .address }, .{ 0, 1, 0x440020, huge });
    try expect(error.LayoutFields, .{ .header, .entry }, .{0});
    try expect(error.LayoutFields, .{ .header, .start_policy }, .{ 3, 0xff });
    try expect(error.BaseIndex, .{ .variants, 0, .base }, .{ 1, 2, 3 });
    // No variant can refer to one that is predicted.
    try expect(error.BaseIndex, .{ .variants, 1, .base }, .{1});
    try expect(error.ExtraFrames, .{ .variants, 0, .extra_frame_count }, .{ 2, huge32 });
    try expect(error.FrameSize, .{ .frames, 1, .size }, .{ 0, format.frame_size_max + 1 });
    try expect(error.DetachedFrame, .{ .frames, 0, .detached }, .{2});
    try expect(error.DetachedFrame, .{ .frames, 1, .detached }, .{1});
    try expect(error.DetachedRun, .{ .variants, 0, .detached_count }, .{1});
    inline for (0..3) |index| try expect(error.BaseFrame, .{ .frames, index, .base_frame }, .{1});
}

test "a direct bundle has a variant in place" {
    var payload: Payload = .{};
    payload.header.layout = @intFromEnum(format.Layout.direct);
    payload.header.address = format.payload_align;
    payload.header.entry = 1;
    payload.seal();
    try testing.expectError(error.InPlaceCount, parse(payload.bytes()));
}

test "a range is not larger than what is stored can make it" {
    // The skeleton keeps its 100 bytes.
    inline for (.{ .{ 364, true }, .{ 365, false } }) |case| {
        var payload: Payload = .{};
        payload.detached[1].size = case[0];
        payload.variants[0].size = 150 + case[0];
        payload.seal();
        if (case[1]) {
            _ = try parse(payload.bytes());
        } else {
            try testing.expectError(error.DetachedRange, parse(payload.bytes()));
        }
    }
}

test "a variant is not detached whole" {
    const size = format.frame_size_max + 5;
    var payload: Payload = .{};
    payload.detached[2] = .{ .offset = 0, .size = size, .stream_size = size };
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

test "an error about a number gives the number" {
    inline for (.{
        .{ .{ .header, .version }, 0x1234, 0x1234 },
        .{ .{ .header, .layout }, 77, 77 },
        .{ .{ .variants, 2, .level }, 88, 88 },
        .{ .{ .variants, 2, .codec }, 99, 99 },
        .{ .{ .variants, 2, .codec }, @intFromEnum(format.Codec.in_place), 1 },
    }) |case| {
        var payload: Payload = .{};
        payloads.fieldOf(&payload, case[0]).* = case[1];
        payload.seal();
        var detail: bundle.Detail = 0;
        if (bundle.parse(payload.bytes(), &detail)) |_| return error.TestUnexpectedResult else |_| {}
        try testing.expectEqual(case[2], detail);
    }
}

test "frames decode to no more than positions of 32 bits tell" {
    const frames = @as(u64, format.stream_size_max) / format.frame_size_max + 1;
    const last = format.stream_size_max % format.frame_size_max;
    for ([_]u32{ last, last + 1 }) |size| {
        try expectSizes(if (size == last) {} else error.VariantSize, 0, frames, size);
        try expectSizes(if (size == last) {} else error.ExtraFrames, frames, 1, size);
    }
}

/// v1 is stored, and v2 has as many extra frames and others, all as large as they may be but for the last of them.
fn expectSizes(expected: bundle.Error!void, extra: u64, others: u64, last: u32) !void {
    const tables: Tables = try .init(@intCast(1 + @max(extra, 1) + others));
    defer tables.deinit();
    const frames = tables.frames;
    frames[0].size = 1;
    frames[@intCast(if (extra > 0) extra else frames.len - 1)].size = last;
    var stream: u64 = 0;
    for (frames[@intCast(1 + @max(extra, 1))..]) |*frame| stream += frame.size;
    tables.variants.* = .{
        Payload.variant(1, .zstd, 0, 0, 0, 1, 1),
        Payload.variant(2, .predicted, 0, @intCast(@max(extra, 1)), 1, @intCast(frames.len - 1), stream),
    };
    try tables.expect(expected);
}

test "frames of a base are not decoded over and over" {
    // Frames of one byte, each predicted from all of v1.
    for ([_]u32{ 1, 2, 3, 1000 }) |count| {
        const tables: Tables = try .init(2 + count);
        defer tables.deinit();
        for (tables.frames[2..]) |*frame| {
            frame.size = 1;
            frame.base_frame = 1;
        }
        tables.variants.* = .{
            Payload.variant(1, .zstd, 0, 0, 0, 1, format.frame_size_max),
            Payload.variant(2, .predicted, 0, 1, 1, 1 + count, count),
        };
        try tables.expect(if (count < 3) {} else error.BaseFrame);
    }
}

/// A payload with two variants. Its frames are as large as they may be.
const Tables = struct {
    bytes: []align(format.payload_align) u8,
    variants: *[2]format.Variant,
    frames: []format.Frame,

    fn init(frame_count: u32) !Tables {
        const size: usize = @intCast(format.directorySize(2, frame_count, 0));
        const bytes = try testing.allocator.alignedAlloc(u8, .fromByteUnits(format.payload_align), size + frame_count);
        @memset(bytes, 0);
        const header: *format.Header = @ptrCast(bytes.ptr);
        header.* = .{
            .layout = 0,
            .variant_count = 2,
            .frame_count = frame_count,
            .payload_size = bytes.len,
            .image_checksum = 0,
            .directory_checksum = 0,
        };
        const frames_start: usize = @intCast(format.directorySize(2, 0, 0));
        const frames = std.mem.bytesAsSlice(format.Frame, bytes[frames_start..size]);
        for (frames, 0..) |*frame, index| frame.* = .{
            .stored_offset = size + index,
            .stored_size = 1,
            .size = format.frame_size_max,
            .stored_checksum = 0,
            .checksum = 0,
        };
        const variants: *[2]format.Variant = @ptrCast(@alignCast(bytes[@sizeOf(format.Header)..].ptr));
        return .{ .bytes = bytes, .variants = variants, .frames = @alignCast(frames) };
    }

    fn deinit(tables: Tables) void {
        testing.allocator.free(tables.bytes);
    }

    fn expect(tables: Tables, expected: bundle.Error!void) !void {
        const header: *format.Header = @ptrCast(tables.bytes.ptr);
        header.directory_checksum = checksum.ofPieces(&.{
            tables.bytes[0..@offsetOf(format.Header, "directory_checksum")],
            tables.bytes[@sizeOf(format.Header) .. tables.bytes.len - tables.frames.len],
        });
        if (expected) _ = try parse(tables.bytes) else |err| try testing.expectError(err, parse(tables.bytes));
    }
};
