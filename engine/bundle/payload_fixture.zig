//! Payloads for tests, and changes of their fields.
const std = @import("std");
const bundle = @import("bundle.zig");
const checksum = @import("checksum");
const format = @import("format");
const testing = std.testing;

pub const stored_size = 10;

/// A payload whose stored frames are nothing: a directory does not tell. v1 is of codec zstd with two frames,
/// the skeleton's and one of two detached ranges; v2 has a frame of a recipe and one more, and refers to v3, which is
/// of codec zstd and has a detached range, too.
pub const Payload = extern struct {
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

    const padding_size = 4;

    comptime {
        std.debug.assert(@offsetOf(Payload, "stored") == format.directorySize(3, 6, 3));
        std.debug.assert(@offsetOf(Payload, "padding") + padding_size == @sizeOf(Payload));
    }

    pub fn variant(
        level: u8,
        codec: format.Codec,
        base: u8,
        extra: u32,
        first: u32,
        count: u32,
        size: u64,
    ) format.Variant {
        return .{
            .level = level,
            .codec = @intFromEnum(codec),
            .base = base,
            .size = size,
            .frame_first = first,
            .frame_count = count,
            .sha256 = @splat(0),
            .extra_frame_count = extra,
        };
    }

    fn withDetached(count: u8, of: format.Variant) format.Variant {
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

    /// The payload without the bytes that follow it in its segment.
    pub fn bytes(payload: *Payload) []align(format.payload_align) u8 {
        return payload.segment()[0 .. @sizeOf(Payload) - padding_size];
    }

    pub fn segment(payload: *Payload) []align(format.payload_align) u8 {
        return std.mem.asBytes(payload);
    }

    /// Makes the directory's checksum right, so that the check behind it is reached.
    pub fn seal(payload: *Payload) void {
        const all = payload.bytes();
        const header = &payload.header;
        const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
        // With counts that do not fit no checksum is right.
        if (size > all.len) return;
        payload.header.directory_checksum = checksum.ofPieces(&.{
            all[0..@offsetOf(format.Header, "directory_checksum")],
            all[@sizeOf(format.Header)..@intCast(size)],
        });
    }
};

/// v1 in place, with a frame beside it, and v2 predicted from it.
pub fn directPayload() Payload {
    var payload: Payload = .{};
    payload.header.layout = @intFromEnum(format.Layout.direct);
    payload.header.address = 0x440000;
    payload.header.entry = 0x401234;
    payload.variants[0].codec = @intFromEnum(format.Codec.in_place);
    payload.variants[0].size = 1 << 33;
    payload.variants[0].checksum = 5;
    payload.variants[0].extra_frame_count = 1;
    payload.variants[1].base = 0;
    // A variant in place has no ranges: all are v3's.
    payload.variants[0].detached_count = 0;
    payload.variants[2].detached_count = 3;
    payload.variants[2].size += 2;
    payload.detached[0] = .{ .offset = 1, .size = 1, .stream_size = 1 };
    payload.detached[1] = .{ .offset = 3, .size = 1, .stream_size = 1 };
    payload.frames[5].size = 7;
    payload.seal();
    return payload;
}

pub fn parse(mapped: []align(format.payload_align) const u8) bundle.Error!bundle.Bundle {
    var detail: bundle.Detail = 0;
    return bundle.parse(mapped, &detail);
}

/// Returns the field that a path of names and indexes leads to.
pub inline fn fieldOf(payload: *Payload, comptime path: anytype) *FieldOf(path) {
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

/// Expects the error if a field has one of these values.
pub fn expectError(expected: bundle.Error, comptime path: anytype, comptime values: anytype) !void {
    inline for (values) |value| {
        var payload: Payload = .{};
        fieldOf(&payload, path).* = value;
        payload.seal();
        try testing.expectError(expected, parse(payload.bytes()));
    }
}

/// The same for the direct layout.
pub fn expectDirectError(expected: bundle.Error, comptime path: anytype, comptime values: anytype) !void {
    inline for (values) |value| {
        var payload = directPayload();
        fieldOf(&payload, path).* = value;
        payload.seal();
        try testing.expectError(expected, parse(payload.bytes()));
    }
}

pub fn expectAnyError(comptime path: anytype, comptime values: anytype) !void {
    inline for (values) |value| {
        var payload: Payload = .{};
        fieldOf(&payload, path).* = value;
        payload.seal();
        if (parse(payload.bytes())) |_| return error.TestUnexpectedResult else |_| {}
    }
}
