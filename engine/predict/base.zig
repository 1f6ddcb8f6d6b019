//! The part of the base that a prediction knows. Positions count through all that a base may have.
const std = @import("std");
const arch = @import("arch");
const code = @import("code.zig");
const Recipe = @import("recipe.zig").Recipe;

pub const Base = struct {
    /// In `direct`, the base as it is loaded; else empty.
    image: []const u8 = &.{},
    /// In `direct`, what the extra frames of the base decode to; else one frame of the base, or nothing.
    stored: []const u8 = &.{},
    /// Position of the stored bytes.
    stored_position: u64 = 0,
    /// Whether relative addresses in code are those of the variant.
    is_moved: bool = false,

    /// `image` may be longer than the recipe says: memory behind the base is not its own.
    pub fn inPlace(recipe: *const Recipe, image: []const u8, stored: []const u8) Base {
        const size = recipe.header.base_image_size;
        return .{ .image = image[0..@min(image.len, size)], .stored = stored, .stored_position = size };
    }

    /// The frame, at `position` of the base's stream, is as it was decoded: with the filter for code if `bits` are
    /// given, which then are the filter's. It is changed.
    pub fn ofFrame(
        comptime architecture: arch.Architecture,
        recipe: *const Recipe,
        frame: []u8,
        position: u64,
        bits: ?u6,
    ) Base {
        if (bits) |known| code.unfilter(architecture, recipe, frame, @truncate(position), known);
        return .{ .stored = frame, .stored_position = position, .is_moved = bits != null };
    }

    pub const Part = struct {
        bytes: []const u8,
        /// How many bytes of the range come before it.
        skipped: u32,
    };

    /// Returns the part of a range that is known.
    pub noinline fn find(base: *const Base, position: u32, size: usize) ?Part {
        @setRuntimeSafety(true);
        if (position < base.image.len) {
            const rest = base.image[position..];
            return .{ .bytes = rest[0..@min(size, rest.len)], .skipped = 0 };
        }
        const start = @max(position, base.stored_position);
        const end = @min(@as(u64, position) + size, base.stored_position + base.stored.len);
        if (start >= end) return null;
        return .{
            .bytes = base.stored[@intCast(start - base.stored_position)..@intCast(end - base.stored_position)],
            .skipped = @intCast(start - position),
        };
    }

    /// Returns a range if all of it is known.
    pub fn findWhole(base: *const Base, position: u32, size: usize) ?[]const u8 {
        const part = base.find(position, size) orelse return null;
        return if (part.bytes.len == size) part.bytes else null;
    }
};
