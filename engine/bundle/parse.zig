//! Reads a payload's directory and checks it.
//!
//! No input makes this code panic, nor read outside of the slice that it was given.
const std = @import("std");
const checksum = @import("checksum");
const format = @import("format");
const Bundle = @import("bundle.zig").Bundle;
const Detail = @import("errors.zig").Detail;
const Error = @import("errors.zig").Error;

/// `mapped` starts with the payload and may be longer than it.
pub fn parse(mapped: []align(format.payload_align) const u8, detail: *Detail) Error!Bundle {
    return parseStart(mapped, mapped.len, detail);
}

/// Returns how many of the first bytes of a payload `parseStart` needs, as far as a part of them tells. There are
/// `mapped_size` bytes of the payload and what follows it.
pub fn startSize(start: []align(format.payload_align) const u8, mapped_size: u64) u64 {
    if (start.len < @sizeOf(format.Header)) return @min(@sizeOf(format.Header), mapped_size);
    const header: *const format.Header = @ptrCast(start.ptr);
    const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
    return @min(size, mapped_size);
}

/// The same as `parse` for whoever has only the first bytes of `mapped_size` at hand, which hold the directory.
pub fn parseStart(
    start: []align(format.payload_align) const u8,
    mapped_size: u64,
    detail: *Detail,
) Error!Bundle {
    @setRuntimeSafety(true);
    detail.* = 0;
    const directory = try findDirectory(start, detail);
    const header: *const format.Header = @ptrCast(directory.ptr);
    if (header.payload_size > mapped_size or header.payload_size < directory.len) return error.PayloadSize;
    const layout = std.enums.fromInt(format.Layout, header.layout) orelse {
        detail.* = header.layout;
        return error.UnknownLayout;
    };
    const architecture = std.enums.fromInt(format.Architecture, header.architecture) orelse {
        detail.* = header.architecture;
        return error.UnknownArchitecture;
    };
    if (header.flags & ~flags_known != 0) return error.ReservedNotZero;
    try checkLayout(header, layout);

    const variants: [*]const format.Variant = @ptrCast(@alignCast(directory.ptr + @sizeOf(format.Header)));
    const frames: [*]const format.Frame = @ptrCast(@alignCast(variants + header.variant_count));
    const detached: [*]const format.Detached = @ptrCast(@alignCast(frames + header.frame_count));
    const bundle: Bundle = .{
        .payload = start[0..@intCast(@min(start.len, header.payload_size))],
        .architecture = architecture,
        .layout = layout,
        .variants = variants[0..header.variant_count],
        .frames = frames[0..header.frame_count],
        .detached = detached[0..header.detached_count],
    };
    try checkVariants(&bundle, detail);
    try checkRuns(&bundle, directory.len);
    return bundle;
}

/// The header and the tables, whose checksum is right.
fn findDirectory(
    start: []align(format.payload_align) const u8,
    detail: *Detail,
) Error![]align(format.payload_align) const u8 {
    @setRuntimeSafety(true);
    if (start.len < format.magic.len) return error.NotABundle;
    if (!std.mem.eql(u8, start[0..format.magic.len], &format.magic)) return error.NotABundle;
    if (start.len < @sizeOf(format.Header)) return error.DirectoryBounds;
    const header: *const format.Header = @ptrCast(start.ptr);
    if (header.version != format.version) {
        detail.* = header.version;
        return error.UnknownVersion;
    }
    if (header.variant_count < 1 or header.variant_count > format.variant_count_max) return error.DirectoryBounds;
    if (header.frame_count < header.variant_count) return error.DirectoryBounds;
    const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
    if (size > start.len) return error.DirectoryBounds;
    const directory = start[0..@intCast(size)];
    const found = checksum.ofPieces(&.{
        directory[0..@offsetOf(format.Header, "directory_checksum")],
        directory[@sizeOf(format.Header)..],
    });
    return if (found == header.directory_checksum) directory else error.DirectoryChecksum;
}

const flags_known: u8 = flags: {
    var all: u8 = 0;
    for (std.enums.values(format.Flag)) |flag| all |= @intFromEnum(flag);
    break :flags all;
};

fn checkLayout(header: *const format.Header, layout: format.Layout) Error!void {
    @setRuntimeSafety(true);
    const fits = switch (layout) {
        .@"packed" => header.address == 0 and header.entry == 0 and header.start_policy == 0,
        .direct => std.enums.fromInt(format.StartPolicy, header.start_policy) != null and
            header.address != 0 and header.address % format.payload_align == 0 and header.entry != 0,
    };
    if (!fits or header.origin > 1) return error.LayoutFields;
}

/// Checks the fields of all variants before the base of any: a base of unknown codec is no wrong base.
fn checkVariants(bundle: *const Bundle, detail: *Detail) Error!void {
    @setRuntimeSafety(true);
    var in_place_count: u32 = 0;
    var detached_count: u64 = 0;
    for (bundle.variants) |*variant| {
        detail.* = variant.level;
        if (variant.level < 1 or variant.level > format.levels.countOf(bundle.architecture)) return error.LevelRange;
        detail.* = variant.codec;
        const codec = std.enums.fromInt(format.Codec, variant.codec) orelse return error.UnknownCodec;
        if (codec != .in_place and variant.checksum != 0) return error.VariantChecksum;
        try checkChanges(&variant.changes);
        in_place_count += @intFromBool(codec == .in_place);
        detached_count += variant.detached_count;
    }
    detail.* = in_place_count;
    if (in_place_count != @intFromBool(bundle.layout == .direct)) return error.InPlaceCount;
    if (detached_count != bundle.detached.len) return error.DetachedRun;
}

fn checkChanges(changes: *const format.Changes) Error!void {
    try expectZero(&changes.reserved);
    if (changes.is_known > 1) return error.VariantChanges;
    if (changes.is_known == 0 and !std.meta.eql(changes.*, .{})) return error.VariantChanges;
}

/// Checks that the variants share the tables and the payload out among them.
fn checkRuns(bundle: *const Bundle, directory_size: u64) Error!void {
    @setRuntimeSafety(true);
    const payload_size = bundle.header().payload_size;
    var level_last: u8 = 0;
    var frame_next: u64 = 0;
    var stored_next = directory_size;
    for (bundle.variants) |*variant| {
        if (variant.level <= level_last) return error.LevelOrder;
        level_last = variant.level;
        try checkBase(bundle, variant);
        if (variant.frame_first != frame_next or variant.frame_count == 0) return error.FrameRun;
        frame_next += variant.frame_count;
        if (frame_next > bundle.frames.len) return error.FrameRun;
        try checkExtra(variant);
        for (bundle.framesOf(variant)) |*frame| {
            if (frame.stored_size < 1 or frame.stored_size > format.frame_stored_size_max) return error.StoredSize;
            if (frame.stored_offset != stored_next) return error.StoredOffset;
            stored_next += frame.stored_size;
            if (stored_next > payload_size) return error.StoredOffset;
            if (frame.size < 1 or frame.size > format.frame_size_max) return error.FrameSize;
            try checkFilter(variant, frame);
        }
        try checkBaseFrames(bundle, variant);
        try checkDetachedFrames(bundle, variant);
        try checkSizes(bundle, variant);
    }
    if (frame_next != bundle.frames.len) return error.FrameRun;
    if (stored_next != payload_size) return error.StoredOffset;
    for (bundle.variants) |*variant| try checkPredictedSize(bundle, variant);
}

/// Checks that predicting a variant does not decode its base over and over. A frame of the base is for one range of the
/// variant: for frames as large as they may be and one more. One range is cut where the skeleton ends.
fn checkPredictedSize(bundle: *const Bundle, variant: *const format.Variant) Error!void {
    @setRuntimeSafety(true);
    const base_frames = bundle.contentFramesOf(bundle.baseOf(variant));
    const frames = bundle.contentFramesOf(variant);
    var decoded: u64 = 0;
    for (frames) |*frame| {
        if (frame.base_frame > 0) decoded += base_frames[frame.base_frame - 1].size;
    }
    if (decoded > sizeOf(base_frames) + sizeOf(frames) + format.frame_size_max) return error.BaseFrame;
}

fn checkBase(bundle: *const Bundle, variant: *const format.Variant) Error!void {
    @setRuntimeSafety(true);
    if (variant.base >= bundle.variants.len) return error.BaseIndex;
    const base = bundle.baseOf(variant);
    switch (@as(format.Codec, @enumFromInt(variant.codec))) {
        .zstd, .in_place => if (base != variant) return error.BaseIndex,
        .predicted => if (base.codec == @intFromEnum(format.Codec.predicted)) return error.BaseIndex,
    }
}

fn checkExtra(variant: *const format.Variant) Error!void {
    @setRuntimeSafety(true);
    const extra = variant.extra_frame_count;
    const holds = switch (@as(format.Codec, @enumFromInt(variant.codec))) {
        .zstd => extra == 0,
        .predicted => extra > 0 and extra < variant.frame_count,
        .in_place => extra < variant.frame_count,
    };
    if (!holds) return error.ExtraFrames;
}

fn checkFilter(variant: *const format.Variant, frame: *const format.Frame) Error!void {
    const filter = std.enums.fromInt(format.Filter, frame.filter) orelse return error.UnknownFilter;
    if (filter != .none and variant.codec != @intFromEnum(format.Codec.zstd)) return error.UnknownFilter;
    try expectZero(&frame.reserved);
}

fn checkBaseFrames(bundle: *const Bundle, variant: *const format.Variant) Error!void {
    const base = bundle.baseOf(variant);
    const stored = base != variant and base.codec == @intFromEnum(format.Codec.zstd);
    for (bundle.framesOf(variant), 0..) |*frame, index| {
        // The base's frames may not be checked yet: none of them is looked at.
        const last = if (stored and index >= variant.extra_frame_count) base.frame_count else 0;
        if (frame.base_frame > last) return error.BaseFrame;
    }
}

fn checkDetachedFrames(bundle: *const Bundle, variant: *const format.Variant) Error!void {
    const in_place = variant.codec == @intFromEnum(format.Codec.in_place);
    if (in_place and variant.detached_count > 0) return error.DetachedRun;
    var last: u8 = 0;
    for (bundle.framesOf(variant), 0..) |*frame, index| {
        const extra = in_place and index < variant.extra_frame_count;
        if (frame.detached > @intFromBool(extra)) return error.DetachedFrame;
        if (extra and frame.detached < last) return error.DetachedFrame;
        last = frame.detached;
    }
}

/// Checks what the frames decode to.
fn checkSizes(bundle: *const Bundle, variant: *const format.Variant) Error!void {
    @setRuntimeSafety(true);
    const stream_size = try checkDetached(bundle, variant);
    if (sizeOf(bundle.extraFramesOf(variant)) > format.stream_size_max) return error.ExtraFrames;
    if (variant.codec == @intFromEnum(format.Codec.in_place)) return;
    const frames = bundle.contentFramesOf(variant);
    const size = sizeOf(frames);
    if (stream_size != size or size > format.stream_size_max) return error.VariantSize;
    if (skeletonFrameCount(frames, bundle.skeletonSizeOf(variant)) == null) return error.SkeletonEnd;
}

fn sizeOf(frames: []const format.Frame) u64 {
    var size: u64 = 0;
    for (frames) |*frame| size += frame.size;
    return size;
}

/// Returns the stream's size in bytes.
fn checkDetached(bundle: *const Bundle, variant: *const format.Variant) Error!u64 {
    @setRuntimeSafety(true);
    var end: u64 = 0;
    var left = variant.size;
    var contents: u64 = 0;
    for (bundle.detachedOf(variant)) |*range| {
        if (range.size == 0 or range.stream_size == 0 or range.offset < end) return error.DetachedRange;
        if (range.offset > variant.size or range.size > variant.size - range.offset) return error.DetachedRange;
        end = range.offset + range.size;
        left -= range.size;
        contents = std.math.add(u64, contents, range.stream_size) catch return error.DetachedRange;
        if (range.size > range.stream_size *| 2 +| format.detached_slack) return error.DetachedRange;
    }
    if (left == 0 and variant.size > 0) return error.DetachedRange;
    return std.math.add(u64, left, contents) catch error.VariantSize;
}

/// Returns how many frames decode to the skeleton; null if one goes on behind its end.
pub fn skeletonFrameCount(frames: []const format.Frame, skeleton_size: u64) ?usize {
    var size: u64 = 0;
    for (frames, 1..) |*frame, count| {
        size += frame.size;
        if (size >= skeleton_size) return if (size == skeleton_size) count else null;
    }
    return null;
}

fn expectZero(bytes: []const u8) error{ReservedNotZero}!void {
    for (bytes) |byte| if (byte != 0) return error.ReservedNotZero;
}
