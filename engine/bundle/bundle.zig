//! A bundle whose directory was checked: every field of it may be believed. Frames are checked one by one when they are
//! decoded.
const std = @import("std");
const format = @import("format");
const parsing = @import("parse.zig");
pub const errors = @import("errors.zig");
pub const Levels = format.Levels;

pub const Detail = errors.Detail;
pub const Error = errors.Error;
pub const parse = parsing.parse;
pub const parseStart = parsing.parseStart;
pub const startSize = parsing.startSize;

pub const Bundle = struct {
    /// The payload, or as much of it as was given: at least the directory.
    payload: []align(format.payload_align) const u8,
    architecture: format.Architecture,
    layout: format.Layout,
    variants: []const format.Variant,
    frames: []const format.Frame,
    detached: []const format.Detached,

    pub fn header(bundle: *const Bundle) *const format.Header {
        return @ptrCast(bundle.payload.ptr);
    }

    pub fn startPolicy(bundle: *const Bundle) format.StartPolicy {
        return @enumFromInt(bundle.header().start_policy);
    }

    /// Returns the levels whose variants change nothing of the base outside of Go's own runtime.
    pub fn levelsLikeBase(bundle: *const Bundle) Levels {
        var found: Levels = .{};
        for (bundle.variants) |*variant| {
            if (!variant.changes.concernProgram()) found.add(variant.level);
        }
        return found;
    }

    /// Whether variants look for libraries from their own file.
    pub fn usesOrigin(bundle: *const Bundle) bool {
        return bundle.header().origin != 0;
    }

    pub fn levels(bundle: *const Bundle) Levels {
        var found: Levels = .{};
        for (bundle.variants) |variant| found.add(variant.level);
        return found;
    }

    /// Returns the variant of a level that `levels` has.
    pub fn variantOf(bundle: *const Bundle, level: u8) *const format.Variant {
        @setRuntimeSafety(true);
        for (bundle.variants) |*variant| {
            if (variant.level == level) return variant;
        }
        unreachable;
    }

    /// Returns the variant that the bundle's own file is; null in `packed`.
    pub fn inPlace(bundle: *const Bundle) ?*const format.Variant {
        for (bundle.variants) |*variant| {
            if (variant.codec == @intFromEnum(format.Codec.in_place)) return variant;
        }
        return null;
    }

    /// Returns the variant that this one refers to, or itself if it refers to none.
    pub fn baseOf(bundle: *const Bundle, variant: *const format.Variant) *const format.Variant {
        @setRuntimeSafety(true);
        return &bundle.variants[variant.base];
    }

    /// Returns the variant in place, or the one that others refer to.
    pub fn base(bundle: *const Bundle) *const format.Variant {
        if (bundle.inPlace()) |variant| return variant;
        for (bundle.variants) |*variant| {
            if (bundle.baseOf(variant) != variant) return bundle.baseOf(variant);
        }
        return &bundle.variants[0];
    }

    /// Returns all frames of a variant: extra ones, then those of its stream.
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
        return bundle.detached[bundle.detachedFirst(variant)..][0..variant.detached_count];
    }

    /// Returns the index of a variant's first detached range, or of the next variant's if it has none.
    pub fn detachedFirst(bundle: *const Bundle, variant: *const format.Variant) usize {
        var first: usize = 0;
        for (bundle.variants) |*other| {
            if (other == variant) break;
            first += other.detached_count;
        }
        return first;
    }

    /// Returns the frames that a start needs, which come first in the stream.
    pub fn skeletonFramesOf(bundle: *const Bundle, variant: *const format.Variant) []const format.Frame {
        @setRuntimeSafety(true);
        const frames = bundle.contentFramesOf(variant);
        return frames[0 .. parsing.skeletonFrameCount(frames, bundle.skeletonSizeOf(variant)) orelse unreachable];
    }

    /// Returns the frames beside a variant in place that others are predicted from; none if it is not in place. A start
    /// needs those in front of the first for detached ranges.
    pub fn besideFramesOf(bundle: *const Bundle, variant: *const format.Variant, whole: bool) []const format.Frame {
        @setRuntimeSafety(true);
        if (variant.codec != @intFromEnum(format.Codec.in_place)) return &.{};
        const frames = bundle.extraFramesOf(variant);
        if (whole) return frames;
        var count: usize = 0;
        while (count < frames.len and frames[count].detached == 0) count += 1;
        return frames[0..count];
    }

    /// Returns the size of the executable without its detached ranges, in bytes.
    pub fn skeletonSizeOf(bundle: *const Bundle, variant: *const format.Variant) u64 {
        @setRuntimeSafety(true);
        var size = variant.size;
        for (bundle.detachedOf(variant)) |*range| size -= range.size;
        return size;
    }

    /// Returns the size of the skeleton and of what is behind it in the stream, in bytes.
    pub fn streamSizeOf(bundle: *const Bundle, variant: *const format.Variant) u64 {
        @setRuntimeSafety(true);
        var size = bundle.skeletonSizeOf(variant);
        for (bundle.detachedOf(variant)) |*range| size += range.stream_size;
        return size;
    }

    /// Returns a frame's stored bytes, which must be among those of the payload that were given.
    pub fn stored(bundle: *const Bundle, frame: *const format.Frame) []const u8 {
        @setRuntimeSafety(true);
        return bundle.payload[@intCast(frame.stored_offset)..][0..frame.stored_size];
    }
};
