//! Reads the payload's directory and checks it, so that whoever uses a `Bundle` may believe every
//! field of it. What the stored frames hold is checked by `decode`, frame by frame.
//!
//! No input makes this code panic, nor read outside of the slice that it was given.
const std = @import("std");
const checksum = @import("checksum.zig");
const format = @import("format.zig");
const Levels = @import("select.zig").Levels;

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
    /// The layout has no place for the address or the entry, or asks for them.
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
    /// There are more frames without bytes of the variant than frames, or there must be none.
    ExtraFrames,
    /// There is no such filter, or none for the codec.
    UnknownFilter,
    /// The frames' sizes do not add up to the variant's.
    VariantSize,
    /// There must be none.
    VariantChecksum,
};

/// The number that an error is about, for its message.
pub const Detail = u32;

pub const Bundle = struct {
    payload: []align(format.payload_align) const u8,
    layout: format.Layout,
    variants: []const format.Variant,
    frames: []const format.Frame,

    pub fn header(bundle: *const Bundle) *const format.Header {
        return @ptrCast(bundle.payload.ptr);
    }

    pub fn levels(bundle: *const Bundle) Levels {
        var found: Levels = .{};
        for (bundle.variants) |variant| found.add(variant.level);
        return found;
    }

    /// The variant of a level that `levels` holds.
    pub fn variantOf(bundle: *const Bundle, level: u8) *const format.Variant {
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
        return &bundle.variants[variant.base];
    }

    /// All frames of a variant: the extra ones, and those of its bytes.
    pub fn framesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        return bundle.frames[variant.frame_first..][0..variant.frame_count];
    }

    pub fn extraFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        return bundle.framesOf(variant)[0..variant.extra_frame_count];
    }

    pub fn contentFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        return bundle.framesOf(variant)[variant.extra_frame_count..];
    }

    pub fn stored(bundle: *const Bundle, frame: *const format.Frame) []const u8 {
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
    const directory_size = format.directorySize(header.variant_count, header.frame_count);
    if (directory_size > mapped.len) return error.DirectoryBounds;
    const directory = mapped[0..@intCast(directory_size)];
    const variants_size = @sizeOf(format.Variant) * @as(usize, header.variant_count);
    const variants_bytes = directory[@sizeOf(format.Header)..][0..variants_size];
    const frames_bytes = directory[@sizeOf(format.Header) + variants_size ..];
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
        var size: u64 = 0;
        for (bundle.framesOf(variant), 0..) |*frame, index| {
            if (frame.stored_size < 1 or frame.stored_size > format.frame_stored_size_max) return error.StoredSize;
            if (frame.stored_offset != stored_next) return error.StoredOffset;
            stored_next += frame.stored_size;
            if (stored_next > header.payload_size) return error.StoredOffset;
            if (frame.size < 1 or frame.size > format.frame_size_max) return error.FrameSize;
            try checkFilter(variant, frame);
            if (index >= variant.extra_frame_count) size += frame.size;
        }
        if (!in_place and variant.size != size) return error.VariantSize;
    }
    if (frame_next != bundle.frames.len) return error.FrameRun;
    if (stored_next != header.payload_size) return error.StoredOffset;
    return bundle;
}

fn checkLayout(header: *const format.Header, layout: format.Layout) Error!void {
    @setRuntimeSafety(true);
    const fits = switch (layout) {
        .@"packed" => header.address == 0 and header.entry == 0,
        .direct => header.address != 0 and header.address % format.payload_align == 0 and header.entry != 0,
    };
    if (!fits) return error.LayoutFields;
}

fn checkVariant(variant: *const format.Variant, detail: *Detail) Error!void {
    @setRuntimeSafety(true);
    if (variant.level < 1 or variant.level > format.level_max) return error.LevelRange;
    if (variant.reserved != 0) return error.ReservedNotZero;
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

fn expectZero(bytes: []const u8) error{ReservedNotZero}!void {
    for (bytes) |byte| if (byte != 0) return error.ReservedNotZero;
}
