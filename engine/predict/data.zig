//! Relocates data: pointers, and Go's offsets of functions in type descriptors.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const Recipe = @import("recipe.zig").Recipe;

/// Smaller numbers are more often plain numbers than offsets.
const offset_min = 4096;

/// Replaces the base's addresses by the variant's.
///
/// An aligned word counts as a pointer if it is an address in the image. An aligned half of any other word of 8 bytes
/// counts as a function's offset if it is in the range of those and as aligned as they are.
pub noinline fn relocate(
    comptime architecture: arch.Architecture,
    recipe: *const Recipe,
    data: []u8,
    address: u32,
) void {
    @setRuntimeSafety(true);
    const row = @field(format.levels.architectures, @tagName(architecture));
    if (comptime row.wordSize() == 4) return relocateHalves(recipe, data, address);
    const function_align = row.function_align.?;
    // The next multiple of 8 may lie behind the data, or past the last address.
    var rest = data[@min(-%address % 8, data.len)..];
    const ranges: Ranges = .init(recipe);
    while (rest.len >= @sizeOf(Block)) : (rest = rest[@sizeOf(Block)..]) {
        const bytes = rest[0..@sizeOf(Block)];
        if (!ranges.mayHoldAny(function_align, @as(*align(1) const Block, @ptrCast(bytes)).*)) continue;
        relocateWord(function_align, recipe, bytes[0..8]);
        relocateWord(function_align, recipe, bytes[8..16]);
    }
    if (rest.len >= 8) relocateWord(function_align, recipe, rest[0..8]);
}

const Block = @Vector(4, u32);

/// Ranges of pointers and offsets in halves of words, to skip data that holds none: most of it.
const Ranges = struct {
    pointer_low: Block,
    pointer_size: Block,
    offset_size: Block,

    fn init(recipe: *const Recipe) Ranges {
        const header = &recipe.header;
        return .{
            .pointer_low = @splat(@truncate(header.base_image +% header.pointer_min)),
            .pointer_size = @splat(header.base_image_size -| header.pointer_min),
            .offset_size = @splat(header.text_size -| offset_min),
        };
    }

    inline fn mayHoldAny(ranges: *const Ranges, comptime function_align: u32, halves: Block) bool {
        const pointers = (halves -% ranges.pointer_low) < ranges.pointer_size;
        const offsets = (halves -% @as(Block, @splat(offset_min))) < ranges.offset_size;
        const aligned = (halves & @as(Block, @splat(function_align - 1))) == @as(Block, @splat(0));
        return @reduce(.Or, pointers | (offsets & aligned));
    }
};

noinline fn relocateWord(comptime function_align: u32, recipe: *const Recipe, bytes: *[8]u8) void {
    @setRuntimeSafety(true);
    const relative = std.mem.readInt(u64, bytes, .little) -% recipe.header.base_image;
    if (relative < recipe.header.base_image_size and relative >= recipe.header.pointer_min) {
        const moved = @as(u32, @intCast(relative)) +% recipe.map.shiftOf(@intCast(relative));
        std.mem.writeInt(u64, bytes, recipe.header.variant_image +% moved, .little);
    } else {
        relocateOffset(function_align, recipe, bytes[0..4]);
        relocateOffset(function_align, recipe, bytes[4..8]);
    }
}

/// Pointers of 4 bytes. Offsets of functions look like too much else, as those of types do: leaving them is smaller.
fn relocateHalves(recipe: *const Recipe, data: []u8, address: u32) void {
    @setRuntimeSafety(true);
    var at: usize = -%address % 4;
    while (at + 4 <= data.len) : (at += 4) {
        const bytes = data[at..][0..4];
        const moved = recipe.movePointer(std.mem.readInt(u32, bytes, .little)) orelse continue;
        std.mem.writeInt(u32, bytes, moved, .little);
    }
}

inline fn relocateOffset(comptime function_align: u32, recipe: *const Recipe, bytes: *[4]u8) void {
    const value = std.mem.readInt(u32, bytes, .little);
    if (value % function_align != 0 or value < offset_min or value >= recipe.header.text_size) return;
    std.mem.writeInt(u32, bytes, recipe.translate(.text, value), .little);
}
