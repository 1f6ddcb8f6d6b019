//! Relocates data: pointers, and the offsets of functions that Go's type descriptors have for methods.
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
/// An aligned word counts as a pointer if it is an address in the image. Others may have the offsets of a method.
pub noinline fn relocate(
    comptime architecture: arch.Architecture,
    recipe: *const Recipe,
    data: []u8,
    address: u32,
) void {
    @setRuntimeSafety(true);
    const row = @field(format.levels.architectures, @tagName(architecture));
    const function_align = row.function_align;
    if (comptime row.wordSize() == 4) return relocateHalves(function_align, recipe, data, address);
    // The next multiple of 8 may lie behind the data, or past the last address.
    var rest = data[@min(-%address % 8, data.len)..];
    const ranges: Ranges = .init(recipe);
    while (rest.len >= 8) {
        var padded: [step]u8 = @splat(0);
        const size = @min(rest.len / 8 * 8, step);
        if (size < step) @memcpy(padded[0..size], rest[0..size]);
        // Zeros behind the data may be in the ranges of a hostile recipe.
        const inside = @as(u16, std.math.maxInt(u16)) >> @intCast((step - size) / 4);
        var found = inside & ranges.find(function_align, if (size < step) &padded else rest[0..step]);
        while (found != 0) : (found &= found - 1) {
            relocateWord(function_align, recipe, rest[@as(usize, @ctz(found)) * 4 ..][0..8]);
        }
        rest = rest[size..];
    }
}

/// So many bytes are looked at together.
const step = 64;

/// Halves of two words.
const Block = @Vector(4, i32);

/// Numbers from `low` on. They are compared with sign, as baseline CPUs can.
const Range = struct {
    low: u32,
    size: u32,

    inline fn bitsOf(range: Range, block: Block) u4 {
        const lowest = std.math.minInt(i32);
        const moved = block -% splat(@bitCast(range.low)) +% splat(lowest);
        return @bitCast(moved < splat(@as(i32, @bitCast(range.size)) +% lowest));
    }
};

/// Ranges of pointers and offsets in halves of words, to skip data that holds none: most of it.
const Ranges = struct {
    pointers: Range,
    offsets: Range,

    fn init(recipe: *const Recipe) Ranges {
        const header = &recipe.header;
        return .{
            .pointers = .{
                .low = @truncate(header.base_image +% header.pointer_min),
                .size = header.base_image_size -| header.pointer_min,
            },
            .offsets = .{ .low = offset_min, .size = header.text_size -| offset_min },
        };
    }

    /// Returns bits of halves: for each word that may be a pointer or have two offsets, that of its first half.
    inline fn find(ranges: *const Ranges, comptime function_align: u32, bytes: *const [step]u8) u16 {
        @setRuntimeSafety(true);
        var pointers: u16 = 0;
        var offsets: u16 = 0;
        inline for (0..step / @sizeOf(Block)) |index| {
            const block: Block = @as(*align(1) const Block, @ptrCast(bytes[index * @sizeOf(Block) ..])).*;
            const aligned: u4 = @bitCast((block & splat(function_align - 1)) == splat(0));
            const none: u4 = @bitCast(block == splat(@bitCast(@as(u32, offset_none))));
            pointers |= @as(u16, ranges.pointers.bitsOf(block)) << (index * 4);
            offsets |= @as(u16, (ranges.offsets.bitsOf(block) & aligned) | none) << (index * 4);
        }
        return (pointers | (offsets & offsets >> 1)) & 0x5555;
    }
};

inline fn splat(number: i32) Block {
    return @splat(number);
}

inline fn relocateWord(comptime function_align: u32, recipe: *const Recipe, bytes: *[8]u8) void {
    @setRuntimeSafety(true);
    const word = std.mem.readInt(u64, bytes, .little);
    const relative = word -% recipe.header.base_image;
    if (relative < recipe.header.base_image_size and relative >= recipe.header.pointer_min) {
        const moved = @as(u32, @intCast(relative)) +% recipe.map.shiftOf(@intCast(relative));
        std.mem.writeInt(u64, bytes, recipe.header.variant_image +% moved, .little);
    } else _ = relocateMethod(function_align, recipe, bytes);
}

fn relocateHalves(comptime function_align: u32, recipe: *const Recipe, data: []u8, address: u32) void {
    @setRuntimeSafety(true);
    var at: usize = -%address % 4;
    while (at + 4 <= data.len) {
        const bytes = data[at..];
        const is_method = bytes.len >= 8 and relocateMethod(function_align, recipe, bytes[0..8]);
        at += if (is_method) 8 else 4;
        if (is_method) continue;
        const moved = recipe.movePointer(std.mem.readInt(u32, bytes[0..4], .little)) orelse continue;
        std.mem.writeInt(u32, bytes[0..4], moved, .little);
    }
}

/// Replaces two offsets of functions if they look like a method's (internal/abi/type.go, `Method`): that of its code
/// for calls through interfaces, none if there are no such calls, and that of its code for other calls. The first
/// stands behind the second, if it is not the same. A single offset is more often a type's.
inline fn relocateMethod(comptime function_align: u32, recipe: *const Recipe, bytes: *[8]u8) bool {
    const through = std.mem.readInt(u32, bytes[0..4], .little);
    const other = std.mem.readInt(u32, bytes[4..8], .little);
    // More of other numbers that descend are aligned as functions on some architectures.
    const may_descend = function_align > 4;
    if (through < other or through != other and through != offset_none and !may_descend) return false;
    if (!mayBeOffset(function_align, recipe, other)) return false;
    if (mayBeOffset(function_align, recipe, through)) {
        std.mem.writeInt(u32, bytes[0..4], recipe.translate(.text, through), .little);
    } else if (through != offset_none) return false;
    std.mem.writeInt(u32, bytes[4..8], recipe.translate(.text, other), .little);
    return true;
}

inline fn mayBeOffset(comptime function_align: u32, recipe: *const Recipe, number: u32) bool {
    return number % function_align == 0 and number >= offset_min and number < recipe.header.text_size;
}
