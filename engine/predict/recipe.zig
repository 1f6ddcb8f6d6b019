//! The recipe says which ranges of a variant correspond to which of the base.
//!
//! Addresses here have 32 bits and are relative to the image, the memory that an executable occupies. Parts of a file
//! that are not loaded have addresses behind the image's end.
const std = @import("std");
const format = @import("format");
const Map = @import("map.zig").Map;
const countBefore = @import("search.zig").countBefore;

pub const Error = error{
    /// The recipe contradicts itself, or does not fit the base or the variant.
    Recipe,
    OutOfMemory,
};

/// A range of the variant, and the range of the base that it corresponds to.
pub const Entry = extern struct {
    /// Address in the variant.
    variant: u32,
    /// Address in the base.
    base: u32,
    /// Size of both ranges, in bytes; at least 1.
    size: u32,
    /// Position of the range in the base; 0 for kind `none`.
    position: u32,
    kind: format.Kind,
    padding: [3]u8 = @splat(0),

    /// Returns how far addresses in the range move, modulo 2^32.
    pub fn shift(entry: *const Entry) u32 {
        return entry.variant -% entry.base;
    }
};

pub const Recipe = struct {
    header: format.Recipe,
    map: Map,
    base_areas: []align(1) const format.Area,
    /// In ascending order of both files' offsets and addresses.
    variant_areas: []align(1) const format.Area,

    /// Returns the size of the memory that `parse` takes for this recipe, in bytes.
    pub fn memorySize(recipe: []const u8) Error!usize {
        const header = try readHeader(recipe);
        // Each entry has 13 bytes in the recipe: a count that does not fit is refused before memory is asked for.
        if (header.entry_count > recipe.len / 13) return error.Recipe;
        return @as(usize, header.entry_count) * @sizeOf(Entry) + Map.memorySize(header.entry_count);
    }

    /// Checks the recipe, so that `predict` writes nothing outside its output. Ranges of the base that are not known
    /// then predict nothing.
    ///
    /// `memory` has `memorySize(recipe)` bytes; `recipe` and `memory` must outlive the result.
    pub fn parse(recipe: []const u8, memory: []align(@alignOf(Entry)) u8) Error!Recipe {
        @setRuntimeSafety(true);
        const header = try readHeader(recipe);
        var rest = recipe[@sizeOf(format.Recipe)..];
        const base_areas = try takeAreas(&rest, header.base_area_count, .any);
        const variant_areas = try takeAreas(&rest, header.variant_area_count, .ascending);
        const count: usize = header.entry_count;
        const column = count * @sizeOf(u32);
        if (rest.len != 3 * column + count) return error.Recipe;
        if (memory.len < try memorySize(recipe)) return error.OutOfMemory;

        const entries = std.mem.bytesAsSlice(Entry, memory[0 .. count * @sizeOf(Entry)]);
        var base_cursor: Cursor = .{ .areas = base_areas };
        var variant_cursor: Cursor = .{ .areas = variant_areas };
        var variant_end: u32 = 0;
        var base_end: u32 = 0;
        for (entries, 0..) |*entry, index| {
            const variant = try add(variant_end, word(rest, index));
            const base = try add(base_end, word(rest[column..], index));
            const size = word(rest[2 * column ..], index);
            if (size == 0) return error.Recipe;
            variant_end = try add(variant, size);
            base_end = try add(base, size);
            const kind = std.enums.fromInt(format.Kind, rest[3 * column + index]) orelse return error.Recipe;
            var position: u32 = 0;
            if (kind != .none) {
                const area = base_cursor.find(base, base_end) orelse return error.Recipe;
                if (kind == .functions and size > format.records_size_max) return error.Recipe;
                position = try add(area.offset, base - area.address);
                _ = try add(position, size);
                if (variant_cursor.find(variant, variant_end) == null) return error.Recipe;
            }
            entry.* = .{ .variant = variant, .base = base, .size = size, .position = position, .kind = kind };
        }
        return .{
            .header = header,
            .map = .init(entries, header.base_image_size, @alignCast(memory[count * @sizeOf(Entry) ..])),
            .base_areas = base_areas,
            .variant_areas = variant_areas,
        };
    }

    /// Returns the areas that end behind this offset in the variant's stream.
    pub fn areasFrom(recipe: *const Recipe, offset: u64) []align(1) const format.Area {
        return recipe.variant_areas[countBefore(recipe.variant_areas, offset, areaEndsBefore)..];
    }

    fn areaEndsBefore(area: format.Area, offset: u64) bool {
        return @as(u64, area.offset) + area.size <= offset;
    }

    /// Returns the entries that end behind this address in the variant.
    pub fn entriesFrom(recipe: *const Recipe, address: u32) []const Entry {
        @setRuntimeSafety(true);
        return recipe.map.entries[countBefore(recipe.map.entries, address, entryEndsBefore)..];
    }

    fn entryEndsBefore(entry: Entry, address: u32) bool {
        return entry.variant + entry.size <= address;
    }

    /// Returns the address of a position in the base, if a range may be there.
    pub fn baseAddress(recipe: *const Recipe, position: u32) ?u32 {
        for (recipe.base_areas) |area| {
            if (position >= area.offset and position - area.offset < area.size) {
                return area.address + (position - area.offset);
            }
        }
        return null;
    }

    /// Returns the position in the variant's stream of what a position in the base's corresponds to, or of what does
    /// next; null if nothing does.
    pub fn variantPosition(recipe: *const Recipe, position: u64) ?u64 {
        for (recipe.map.entries) |*entry| {
            if (entry.kind == .none or @as(u64, entry.position) + entry.size <= position) continue;
            const address = entry.variant + @as(u32, @intCast(@max(entry.position, position) - entry.position));
            for (recipe.variant_areas) |area| {
                if (address >= area.address and address - area.address < area.size) {
                    return area.offset + (address - area.address);
                }
            }
        }
        return null;
    }

    /// Returns the entries that end behind this address in the base.
    pub fn entriesFromBase(recipe: *const Recipe, address: u32) []const Entry {
        @setRuntimeSafety(true);
        return recipe.map.entries[countBefore(recipe.map.entries, address, entryEndsBeforeBase)..];
    }

    fn entryEndsBeforeBase(entry: Entry, address: u32) bool {
        return entry.base + entry.size <= address;
    }

    /// Returns the variant's pointer of 4 bytes for one of the base's; null for a number that is none.
    pub inline fn movePointer(recipe: *const Recipe, pointer: u32) ?u32 {
        const header = &recipe.header;
        const relative = pointer -% @as(u32, @truncate(header.base_image));
        if (relative >= header.base_image_size or relative < header.pointer_min) return null;
        return @as(u32, @truncate(header.variant_image)) +% relative +% recipe.map.shiftOf(relative);
    }

    /// Returns the variant's offset for one from an origin in the base.
    pub inline fn translate(recipe: *const Recipe, origin: format.Origin, offset: u32) u32 {
        const start = recipe.header.origins[@intFromEnum(origin)];
        return offset +% recipe.map.shiftOf(start.base +% offset) +% start.base -% start.variant;
    }
};

fn readHeader(recipe: []const u8) Error!format.Recipe {
    if (recipe.len < @sizeOf(format.Recipe)) return error.Recipe;
    return std.mem.bytesToValue(format.Recipe, recipe[0..@sizeOf(format.Recipe)]);
}

fn takeAreas(rest: *[]const u8, count: u32, offsets: enum { any, ascending }) Error![]align(1) const format.Area {
    @setRuntimeSafety(true);
    const size = @as(u64, count) * @sizeOf(format.Area);
    if (count > format.area_count_max or size > rest.len) return error.Recipe;
    const areas = std.mem.bytesAsSlice(format.Area, rest.*[0..@intCast(size)]);
    rest.* = rest.*[@intCast(size)..];
    var address: u32 = 0;
    var offset: u32 = 0;
    for (areas) |area| {
        if (area.address < address) return error.Recipe;
        if (offsets == .ascending and area.offset < offset) return error.Recipe;
        address = try add(area.address, area.size);
        offset = try add(area.offset, area.size);
    }
    return areas;
}

/// Finds areas for addresses that ascend.
const Cursor = struct {
    areas: []align(1) const format.Area,

    fn find(cursor: *Cursor, start: u32, end: u32) ?format.Area {
        while (cursor.areas.len > 0) : (cursor.areas = cursor.areas[1..]) {
            const area = cursor.areas[0];
            if (start - @min(start, area.address) >= area.size) continue;
            return if (start >= area.address and end - area.address <= area.size) area else null;
        }
        return null;
    }
};

fn word(bytes: []const u8, index: usize) u32 {
    @setRuntimeSafety(true);
    return std.mem.readInt(u32, bytes[index * 4 ..][0..4], .little);
}

fn add(a: u32, b: u32) Error!u32 {
    return std.math.add(u32, a, b) catch error.Recipe;
}

test "a recipe has a bounded number of areas" {
    const count_max = format.area_count_max;
    var bytes: [@sizeOf(format.Recipe) + (count_max + 1) * @sizeOf(format.Area)]u8 = @splat(0);
    var memory: [Map.memorySize(0)]u8 align(8) = undefined;
    const header: *align(1) format.Recipe = std.mem.bytesAsValue(format.Recipe, bytes[0..@sizeOf(format.Recipe)]);
    for ([_]u32{ 0, 1 }) |more| {
        header.base_area_count = count_max + more;
        const recipe = bytes[0 .. @sizeOf(format.Recipe) + (count_max + more) * @sizeOf(format.Area)];
        const result = Recipe.parse(recipe, &memory);
        if (more > 0) try std.testing.expectError(error.Recipe, result) else _ = try result;
    }
}
