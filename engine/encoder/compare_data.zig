//! Compares data of a base and a variant but for addresses, and but for the level's name where Go writes it.
const std = @import("std");
const format = @import("format");
const Places = @import("places.zig").Places;
const Pair = format.wire.Pair;

/// Texts in front of the number in a level's name: in the build information that package runtime/debug reads,
/// and in the runtime's message to CPUs that lack the level (runtime/asm_amd64.s).
const level_texts = [_][]const u8{
    "build\tGOAMD64=v",
    "This program can only be run on AMD64 processors with v",
};

/// Words of `moduledata` that tell where Go's table of functions is, and how large: see pclntab.zig.
const module_size = 41 * 8;

/// Compares all sections of data. Returns how many bytes differ, and notes whether contents have moved in each.
pub fn compareAll(places: *const Places) u32 {
    var all: u32 = 0;
    for (places.pairs, places.is_aligned) |pair, *is_aligned| {
        const size = switch (pair.role) {
            .code, .functions => continue,
            .zeros => @max(pair.base.size, pair.variant.size) - @min(pair.base.size, pair.variant.size),
            .bytes, .data, .relocations => compare(places, pair),
        };
        is_aligned.* = size == 0;
        all +|= size;
    }
    return all;
}

fn compare(places: *const Places, pair: Pair) u32 {
    const data: Data = .{
        .places = places,
        .pair = pair,
        .base = places.base.raw(pair.base),
        .variant = places.variant.raw(pair.variant),
    };
    const a = data.base.len;
    const b = data.variant.len;
    if (a == b) {
        var size: u32 = 0;
        var at: usize = 0;
        while (at < a) : (at += 8) {
            if (!data.isSame(at, at, @min(8, a - at))) size += 8;
        }
        return size;
    }
    return data.findInserted();
}

const Data = struct {
    places: *const Places,
    pair: Pair,
    base: []const u8,
    variant: []const u8,

    /// Returns how many bytes differ where one has more than the other: those that are skipped in either until both go
    /// on alike.
    fn findInserted(data: *const Data) u32 {
        var base: usize = 0;
        var variant: usize = 0;
        var size: usize = 0;
        while (base + 8 <= data.base.len and variant + 8 <= data.variant.len) {
            if (data.isSame(base, variant, 8)) {
                base += 8;
                variant += 8;
                continue;
            }
            const skip = data.findSkip(base, variant) orelse break;
            base += skip[0];
            variant += skip[1];
            size += @max(skip[0], skip[1]);
        }
        return @intCast(size + @max(data.base.len - base, data.variant.len - variant));
    }

    /// Data that goes on alike for so many words is no accident.
    const alike_min = 8;
    /// Texts and tables that levels add are shorter, in bytes.
    const skip_max = 1024;

    fn findSkip(data: *const Data, base: usize, variant: usize) ?[2]usize {
        var skip: usize = 8;
        while (skip <= skip_max) : (skip += 8) {
            for ([_][2]usize{ .{ skip, skip }, .{ skip, 0 }, .{ 0, skip } }) |both| {
                if (data.areAlike(base + both[0], variant + both[1])) return both;
            }
        }
        return null;
    }

    fn areAlike(data: *const Data, base: usize, variant: usize) bool {
        const size = alike_min * 8;
        if (base + size > data.base.len or variant + size > data.variant.len) return false;
        var at: usize = 0;
        while (at < size) : (at += 8) if (!data.isSame(base + at, variant + at, 8)) return false;
        return true;
    }

    /// Whether up to 8 bytes at these places are the same.
    fn isSame(data: *const Data, base: usize, variant: usize, size: usize) bool {
        const a = data.base[base..][0..size];
        const b = data.variant[variant..][0..size];
        if (std.mem.eql(u8, a, b)) return true;
        if (data.isInModule(base)) return true;
        if (size == 8) {
            if (data.isSamePointer(a[0..8], b[0..8])) return true;
            if (data.isSameHalf(base, variant) and data.isSameHalf(base + 4, variant + 4)) return true;
        } else if (size == 4 and data.isSameHalf(base, variant)) return true;
        return data.isLevel(base, variant, size);
    }

    fn isInModule(data: *const Data, base: usize) bool {
        const address = data.pair.base.address + base;
        const module = data.places.base_table.module;
        return address >= module and address < module + module_size;
    }

    fn isSamePointer(data: *const Data, a: *const [8]u8, b: *const [8]u8) bool {
        const places = data.places;
        const base = places.base.addressOf(std.mem.readInt(u64, a, .little)) orelse return false;
        const variant = places.variant.addressOf(std.mem.readInt(u64, b, .little)) orelse return false;
        return places.areSame(base, variant);
    }

    /// Whether numbers of 4 bytes are equal, or offsets of one function from the first one, or distances from
    /// where they stand to one thing (C compilers' tables of jumps).
    fn isSameHalf(data: *const Data, base: usize, variant: usize) bool {
        const a = std.mem.readInt(u32, data.base[base..][0..4], .little);
        const b = std.mem.readInt(u32, data.variant[variant..][0..4], .little);
        if (a == b) return true;
        const places = data.places;
        const tables = [2]u32{ places.base_table.text, places.variant_table.text };
        const here = [2]u32{
            data.pair.base.address + @as(u32, @intCast(base)),
            data.pair.variant.address + @as(u32, @intCast(variant)),
        };
        inline for (.{ tables, here }) |from| {
            const left = from[0] +% a;
            const right = from[1] +% b;
            const is_inside = left < places.base.image_size and right < places.variant.image_size;
            if (is_inside and places.areSame(left, right)) return true;
        }
        return false;
    }

    /// Whether each byte that differs is the number of a level in a text that is known.
    fn isLevel(data: *const Data, base: usize, variant: usize, size: usize) bool {
        for (0..size) |index| {
            if (data.base[base + index] == data.variant[variant + index]) continue;
            const is_known = for (level_texts) |text| {
                const before_base = data.base[0 .. base + index];
                const before_variant = data.variant[0 .. variant + index];
                const is_in_base = std.mem.endsWith(u8, before_base, text);
                if (is_in_base and std.mem.endsWith(u8, before_variant, text)) break true;
            } else false;
            if (!is_known) return false;
        }
        return true;
    }
};
