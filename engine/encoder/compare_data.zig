//! Compares data of a base and a variant but for addresses, and but for the level's name where Go writes it.
const std = @import("std");
const format = @import("format");
const Places = @import("places.zig").Places;
const Pair = format.wire.Pair;

/// Texts in front of a level's name: in the build information that package runtime/debug reads, and in the runtime's
/// message to CPUs that lack the level (runtime/asm_amd64.s).
const level_texts = [_][]const u8{
    "build\tGOAMD64=",
    "build\tGOARM=",
    "build\tGOARM64=",
    "build\tGOPPC64=",
    "build\tGORISCV64=",
    "This program can only be run on AMD64 processors with ",
};
/// No name is longer, in bytes.
const level_name_max = 32;

/// Words of `moduledata` that tell where Go's table of functions is, and how large: see pclntab.zig.
const module_words = 41;

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
        const word = data.places.base.word_size;
        while (base + word <= data.base.len and variant + word <= data.variant.len) {
            if (data.isSame(base, variant, word)) {
                base += word;
                variant += word;
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
    /// Texts and tables in place of others are shorter still.
    const replaced_max = 128;

    fn findSkip(data: *const Data, base: usize, variant: usize) ?[2]usize {
        for (1..skip_max + 1) |skip| {
            if (data.areAlike(base + skip, variant + skip)) return .{ skip, skip };
            for (0..@min(skip, replaced_max + 1)) |replaced| {
                for ([_][2]usize{ .{ skip, replaced }, .{ replaced, skip } }) |both| {
                    if (data.areAlike(base + both[0], variant + both[1])) return both;
                }
            }
        }
        return null;
    }

    fn areAlike(data: *const Data, base: usize, variant: usize) bool {
        const word = data.places.base.word_size;
        const size = alike_min * word;
        if (base + size > data.base.len or variant + size > data.variant.len) return false;
        var at: usize = 0;
        while (at < size) : (at += word) if (!data.isSame(base + at, variant + at, word)) return false;
        return true;
    }

    /// Whether up to 8 bytes at these places are the same.
    fn isSame(data: *const Data, base: usize, variant: usize, size: usize) bool {
        const a = data.base[base..][0..size];
        const b = data.variant[variant..][0..size];
        if (std.mem.eql(u8, a, b)) return true;
        if (data.isInModule(base)) return true;
        if (size == 8) {
            const pointers = .{ std.mem.readInt(u64, a[0..8], .little), std.mem.readInt(u64, b[0..8], .little) };
            if (data.isSamePointer(pointers[0], pointers[1])) return true;
            if (data.isSameHalf(base, variant) and data.isSameHalf(base + 4, variant + 4)) return true;
        } else if (size == 4 and data.isSameHalf(base, variant)) return true;
        return data.isLevel(base, variant, size);
    }

    fn isInModule(data: *const Data, base: usize) bool {
        const address = data.pair.base.address + base;
        const module = data.places.base_table.module;
        return address >= module and address < module + module_words * data.places.base.word_size;
    }

    fn isSamePointer(data: *const Data, a: u64, b: u64) bool {
        const places = data.places;
        const base = places.base.addressOf(a) orelse return false;
        const variant = places.variant.addressOf(b) orelse return false;
        return places.areSame(base, variant);
    }

    /// Whether numbers of 4 bytes are equal, or pointers of that size, or offsets of one function from the first one,
    /// or distances from where they stand to one thing (C compilers' tables of jumps).
    fn isSameHalf(data: *const Data, base: usize, variant: usize) bool {
        const a = std.mem.readInt(u32, data.base[base..][0..4], .little);
        const b = std.mem.readInt(u32, data.variant[variant..][0..4], .little);
        if (a == b) return true;
        const places = data.places;
        if (places.base.word_size == 4 and data.isSamePointer(a, b)) return true;
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

    /// Whether each byte that differs is in a level's name behind a text that is known.
    fn isLevel(data: *const Data, base: usize, variant: usize, size: usize) bool {
        for (0..size) |index| {
            if (data.base[base + index] == data.variant[variant + index]) continue;
            if (!isInName(data.base[0 .. base + index]) or !isInName(data.variant[0 .. variant + index])) return false;
        }
        return true;
    }
};

/// Whether what follows is of a level's name.
fn isInName(before: []const u8) bool {
    var text = before;
    for (0..level_name_max) |_| {
        for (level_texts) |known| if (std.mem.endsWith(u8, text, known)) return true;
        if (text.len == 0) return false;
        switch (text[text.len - 1]) {
            'a'...'z', '0'...'9', '.', ',' => text.len -= 1,
            else => return false,
        }
    }
    return false;
}
