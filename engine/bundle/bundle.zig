//! Reads the payload's directory and checks it, so that whoever uses a `Bundle` may believe every
//! field of it. What the stored frames hold is checked by `decode`, frame by frame.
//!
//! No input makes this code panic, nor read outside of the slice that it was given.
const std = @import("std");
const checksum = @import("checksum");
const format = @import("format");
pub const Levels = @import("levels.zig").Levels;

/// In the order in which they are found.
pub const Error = error{
    /// The magic bytes are missing.
    NotABundle,
    /// The number is in `Detail`.
    UnknownVersion,
    /// There is no room for the header or the tables, or they are empty or too long.
    DirectoryBounds,
    DirectoryChecksum,
    /// The payload is larger than what is mapped, or smaller than its directory.
    PayloadSize,
    /// The number is in `Detail`.
    UnknownLayout,
    ReservedNotZero,
    /// The layout has no place for the address, the entry or the start policy, or asks for them; or there is no such policy.
    LayoutFields,
    LevelRange,
    /// The levels do not ascend.
    LevelOrder,
    /// The number is in `Detail`.
    UnknownCodec,
    /// The base is no variant, or not one with codec `zstd`.
    BaseIndex,
    /// A layout other than `direct` has a variant in place, or that has none or several.
    InPlaceCount,
    /// The runs of the frame table are not contiguous, empty, or do not fill it.
    FrameRun,
    /// Of a frame, as stored.
    StoredSize,
    /// The stored frames are not contiguous or do not fill the payload.
    StoredOffset,
    /// Of a frame, decoded.
    FrameSize,
    /// There are more frames without bytes of the variant than frames, or there must be none, or they decode to
    /// more than positions in a plan can tell.
    ExtraFrames,
    /// There is no such filter, or none for the codec.
    UnknownFilter,
    /// A frame that is marked as one for detached ranges is none, or stands in front of one that is not.
    DetachedFrame,
    /// The frames' sizes do not add up to the stream's, or that is too large.
    VariantSize,
    /// There must be none.
    VariantChecksum,
    /// The variants' runs of the table of detached ranges do not fill it.
    DetachedRun,
    /// A detached range is empty or larger than what is stored can make it, overlaps the one before it, lies
    /// outside of the executable, or leaves nothing of it.
    DetachedRange,
    /// No frame ends where the skeleton ends.
    SkeletonEnd,
};

/// The number that an error is about, for its message.
pub const Detail = u32;

pub const Bundle = struct {
    payload: []align(format.payload_align) const u8,
    layout: format.Layout,
    variants: []const format.Variant,
    frames: []const format.Frame,
    detached: []const format.Detached,

    pub fn header(bundle: *const Bundle) *const format.Header {
        return @ptrCast(bundle.payload.ptr);
    }

    /// Whether a start takes the base, where the CPU can run it and nobody asks for another variant.
    pub fn prefersBase(bundle: *const Bundle) bool {
        return bundle.header().start_policy == @intFromEnum(format.StartPolicy.base);
    }

    pub fn levels(bundle: *const Bundle) Levels {
        var found: Levels = .{};
        for (bundle.variants) |variant| found.add(variant.level);
        return found;
    }

    /// The variant of a level that `levels` holds.
    pub fn variantOf(bundle: *const Bundle, level: u8) *const format.Variant {
        @setRuntimeSafety(true);
        for (bundle.variants) |*variant| {
            if (variant.level == level) return variant;
        }
        unreachable;
    }

    /// The variant that the bundle's own file is: in `direct` there is one.
    pub fn inPlace(bundle: *const Bundle) ?*const format.Variant {
        for (bundle.variants) |*variant| {
            if (variant.codec == @intFromEnum(format.Codec.in_place)) return variant;
        }
        return null;
    }

    /// The variant that this one refers to; itself where it refers to none.
    pub fn baseOf(bundle: *const Bundle, variant: *const format.Variant) *const format.Variant {
        @setRuntimeSafety(true);
        return &bundle.variants[variant.base];
    }

    /// All frames of a variant: the extra ones, and those of its bytes.
    pub fn framesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        @setRuntimeSafety(true);
        return bundle.frames[variant.frame_first..][0..variant.frame_count];
    }

    pub fn extraFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        @setRuntimeSafety(true);
        return bundle.framesOf(variant)[0..variant.extra_frame_count];
    }

    pub fn contentFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        @setRuntimeSafety(true);
        return bundle.framesOf(variant)[variant.extra_frame_count..];
    }

    pub fn detachedOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Detached {
        @setRuntimeSafety(true);
        var first: usize = 0;
        for (bundle.variants) |*other| {
            if (other == variant) break;
            first += other.detached_count;
        }
        return bundle.detached[first..][0..variant.detached_count];
    }

    /// The frames of what a start needs, which come first.
    pub fn skeletonFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        @setRuntimeSafety(true);
        const frames = bundle.contentFramesOf(variant);
        return frames[0 .. skeletonFrameCount(frames, bundle.skeletonSizeOf(variant)) orelse unreachable];
    }

    /// What variants are predicted from: frames of a base's stream, or, of one in place, those that stand
    /// beside it. A start needs less than the whole of either.
    pub fn referenceFramesOf(bundle: *const Bundle, base: *const format.Variant, whole: bool) []const format.Frame {
        @setRuntimeSafety(true);
        if (base.codec != @intFromEnum(format.Codec.in_place)) {
            return if (whole) bundle.contentFramesOf(base) else bundle.skeletonFramesOf(base);
        }
        const frames = bundle.extraFramesOf(base);
        if (whole) return frames;
        var count: usize = 0;
        while (count < frames.len and frames[count].detached == 0) count += 1;
        return frames[0..count];
    }

    /// In bytes: of the executable without its detached ranges.
    pub fn skeletonSizeOf(bundle: *const Bundle, variant: *const format.Variant) u64 {
        @setRuntimeSafety(true);
        var size = variant.size;
        for (bundle.detachedOf(variant)) |*range| size -= range.size;
        return size;
    }

    pub fn stored(bundle: *const Bundle, frame: *const format.Frame) []const u8 {
        @setRuntimeSafety(true);
        return bundle.payload[@intCast(frame.stored_offset)..][0..frame.stored_size];
    }
};

/// `mapped` starts with the payload and may be longer than it.
pub fn parse(mapped: []align(format.payload_align) const u8, detail: *Detail) Error!Bundle {
    @setRuntimeSafety(true);
    detail.* = 0;
    if (mapped.len < format.magic.len) return error.NotABundle;
    if (!std.mem.eql(u8, mapped[0..format.magic.len], &format.magic)) return error.NotABundle;
    if (mapped.len < @sizeOf(format.Header)) return error.DirectoryBounds;
    const header: *const format.Header = @ptrCast(mapped.ptr);
    if (header.version != format.version) {
        detail.* = header.version;
        return error.UnknownVersion;
    }

    if (header.variant_count < 1 or header.variant_count > format.variant_count_max) return error.DirectoryBounds;
    if (header.frame_count < header.variant_count) return error.DirectoryBounds;
    const directory_size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
    if (directory_size > mapped.len) return error.DirectoryBounds;
    const directory = mapped[0..@intCast(directory_size)];
    const variants_size = @sizeOf(format.Variant) * @as(usize, header.variant_count);
    const variants_bytes = directory[@sizeOf(format.Header)..][0..variants_size];
    const frames_size = @sizeOf(format.Frame) * @as(usize, header.frame_count);
    const frames_bytes = directory[@sizeOf(format.Header) + variants_size ..][0..frames_size];
    const detached_bytes = directory[@sizeOf(format.Header) + variants_size + frames_size ..];
    const directory_checksum = checksum.ofPieces(&.{
        directory[0..@offsetOf(format.Header, "directory_checksum")],
        directory[@sizeOf(format.Header)..],
    });
    if (directory_checksum != header.directory_checksum) return error.DirectoryChecksum;

    if (header.payload_size > mapped.len or header.payload_size < directory_size) return error.PayloadSize;
    const layout = std.enums.fromInt(format.Layout, header.layout) orelse {
        detail.* = header.layout;
        return error.UnknownLayout;
    };
    const bundle: Bundle = .{
        .payload = mapped[0..@intCast(header.payload_size)],
        .layout = layout,
        .variants = @alignCast(std.mem.bytesAsSlice(format.Variant, variants_bytes)),
        .frames = @alignCast(std.mem.bytesAsSlice(format.Frame, frames_bytes)),
        .detached = @alignCast(std.mem.bytesAsSlice(format.Detached, detached_bytes)),
    };
    try expectZero(&header.reserved);
    try checkLayout(header, layout);

    // Of all variants before the base of any: a base of unknown codec is no wrong base.
    var in_place_count: usize = 0;
    for (bundle.variants) |*variant| {
        try checkVariant(variant, detail);
        in_place_count += @intFromBool(variant.codec == @intFromEnum(format.Codec.in_place));
    }
    if (in_place_count != @intFromBool(layout == .direct)) return error.InPlaceCount;

    var detached_count: u64 = 0;
    for (bundle.variants) |*variant| detached_count += variant.detached_count;
    if (detached_count != bundle.detached.len) return error.DetachedRun;

    var level_last: u8 = 0;
    var frame_next: u64 = 0;
    var stored_next: u64 = directory_size;
    for (bundle.variants) |*variant| {
        if (variant.level <= level_last) return error.LevelOrder;
        level_last = variant.level;
        try checkBase(&bundle, variant);

        if (variant.frame_first != frame_next or variant.frame_count == 0) return error.FrameRun;
        frame_next += variant.frame_count;
        if (frame_next > bundle.frames.len) return error.FrameRun;
        try checkExtra(variant);
        const in_place = variant.codec == @intFromEnum(format.Codec.in_place);
        var extra_size: u64 = 0;
        var size: u64 = 0;
        for (bundle.framesOf(variant), 0..) |*frame, index| {
            if (frame.stored_size < 1 or frame.stored_size > format.frame_stored_size_max) return error.StoredSize;
            if (frame.stored_offset != stored_next) return error.StoredOffset;
            stored_next += frame.stored_size;
            if (stored_next > header.payload_size) return error.StoredOffset;
            if (frame.size < 1 or frame.size > format.frame_size_max) return error.FrameSize;
            try checkFilter(variant, frame);
            if (index < variant.extra_frame_count) extra_size += frame.size else size += frame.size;
        }
        try checkDetachedFrames(&bundle, variant);
        const stream_size = try checkDetached(&bundle, variant);
        if (extra_size > format.stream_size_max) return error.ExtraFrames;
        if (in_place) continue;
        if (stream_size != size or size > format.stream_size_max) return error.VariantSize;
        const frames = bundle.contentFramesOf(variant);
        if (skeletonFrameCount(frames, bundle.skeletonSizeOf(variant)) == null) return error.SkeletonEnd;
    }
    if (frame_next != bundle.frames.len) return error.FrameRun;
    if (stored_next != header.payload_size) return error.StoredOffset;
    return bundle;
}

fn checkLayout(header: *const format.Header, layout: format.Layout) Error!void {
    @setRuntimeSafety(true);
    const fits = switch (layout) {
        .@"packed" => header.address == 0 and header.entry == 0 and header.start_policy == 0,
        .direct => std.enums.fromInt(format.StartPolicy, header.start_policy) != null and header.address != 0 and header.address % format.payload_align == 0 and header.entry != 0,
    };
    if (!fits) return error.LayoutFields;
}

fn checkVariant(variant: *const format.Variant, detail: *Detail) Error!void {
    @setRuntimeSafety(true);
    if (variant.level < 1 or variant.level > format.level_max) return error.LevelRange;
    const codec = std.enums.fromInt(format.Codec, variant.codec) orelse {
        detail.* = variant.codec;
        return error.UnknownCodec;
    };
    if (codec != .in_place and variant.checksum != 0) return error.VariantChecksum;
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

fn checkFilter(variant: *const format.Variant, frame: *const format.Frame) Error!void {
    const filter = std.enums.fromInt(format.Filter, frame.filter) orelse return error.UnknownFilter;
    if (filter != .none and variant.codec != @intFromEnum(format.Codec.zstd)) return error.UnknownFilter;
    try expectZero(&frame.reserved);
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

/// Gives the stream's size in bytes.
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

/// How many frames decode to the skeleton; null if one goes on behind its end.
fn skeletonFrameCount(frames: []const format.Frame, skeleton_size: u64) ?usize {
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
