//! A recipe with what it predicts from, and predictions as the launcher makes them.
const std = @import("std");
const arch = @import("arch");
const filter = @import("filter");
const format = @import("format");
const predicting = @import("predict");
const Base = predicting.Base;
const Recipe = predicting.Recipe;

pub const Opened = struct {
    recipe: Recipe,
    memory: []align(8) u8,
    in_place: bool,
    image: []const u8,
    stored: []const u8,
    frame: [format.frame_size_max]u8,

    /// A frame of a base that is a stream.
    pub const Frame = struct {
        /// In the stream, in bytes.
        position: u64,
        size: usize,
        /// The bits of its filter for code, if it has that.
        bits: ?u6,
    };

    /// The base's first `image_size` bytes are its image, if it is `in_place`; else it is a stream. Base and recipe
    /// must stay where they are.
    pub fn open(
        gpa: std.mem.Allocator,
        recipe: []const u8,
        base: []const u8,
        image_size: usize,
        in_place: bool,
    ) !*Opened {
        const memory = try gpa.alignedAlloc(u8, .@"8", try Recipe.memorySize(recipe));
        errdefer gpa.free(memory);
        const parsed: Recipe = try .parse(recipe, memory);
        const opened = try gpa.create(Opened);
        opened.recipe = parsed;
        opened.memory = memory;
        opened.in_place = in_place;
        opened.image = base[0..image_size];
        opened.stored = base[image_size..];
        return opened;
    }

    pub fn close(opened: *Opened, gpa: std.mem.Allocator) void {
        gpa.free(opened.memory);
        gpa.destroy(opened);
    }

    /// Predicts bytes of the variant's stream from `offset` on. The frame counts if the base is a stream.
    pub fn predict(
        opened: *Opened,
        comptime architecture: arch.Architecture,
        frame: *const Frame,
        offset: u64,
        output: []u8,
    ) void {
        const base: Base = if (opened.in_place)
            .inPlace(&opened.recipe, opened.image, opened.stored)
        else base: {
            // As it is decoded at a start.
            const bytes = opened.frame[0..frame.size];
            @memcpy(bytes, opened.stored[@intCast(frame.position)..][0..frame.size]);
            if (frame.bits) |bits| filter.code(.forward, architecture, bytes, frame.position, bits);
            break :base .ofFrame(architecture, &opened.recipe, bytes, frame.position, frame.bits);
        };
        predicting.predict(architecture, &opened.recipe, &base, offset, output);
    }
};
