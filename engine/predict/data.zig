//! Relocates data: pointers, and Go's offsets of functions in type descriptors.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const Recipe = @import("recipe.zig").Recipe;

/// Smaller numbers are more often plain numbers than offsets.
const offset_min = 4096;
/// The offset of a method that the linker has left out for interfaces.
const offset_none = std.math.maxInt(u32);

/// Replaces the base's addresses by the variant's.
///
/// An aligned word counts as a pointer if it is an address in the image. The halves of any other aligned word of 8
/// bytes count as functions' offsets if both are in the range of those and as aligned as they are, or the first one
/// stands for none: methods have two (internal/abi/type.go, `Method`). A single one is more often a type's offset.
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
    const word = std.mem.readInt(u64, bytes, .little);
    const relative = word -% recipe.header.base_image;
    if (relative < recipe.header.base_image_size and relative >= recipe.header.pointer_min) {
        const moved = @as(u32, @intCast(relative)) +% recipe.map.shiftOf(@intCast(relative));
        std.mem.writeInt(u64, bytes, recipe.header.variant_image +% moved, .little);
    } else {
        const offsets = [2]u32{ @truncate(word), @intCast(word >> 32) };
        if (offsets[0] != offset_none and !mayBeOffset(function_align, recipe, offsets[0])) return;
        if (!mayBeOffset(function_align, recipe, offsets[1])) return;
        for (offsets, 0..) |offset, half| {
            if (offset == offset_none) continue;
            std.mem.writeInt(u32, bytes[4 * half ..][0..4], recipe.translate(.text, offset), .little);
        }
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

inline fn mayBeOffset(comptime function_align: u32, recipe: *const Recipe, number: u32) bool {
    return number % function_align == 0 and number >= offset_min and number < recipe.header.text_size;
}
