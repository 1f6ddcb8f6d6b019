//! Translates addresses of the base into those of the variant.
const std = @import("std");
const countBefore = @import("search.zig").countBefore;
const Entry = @import("recipe.zig").Entry;

pub const Map = struct {
    /// In ascending order of both addresses.
    entries: []const Entry,
    /// Addresses from which on the shift is another than before, in ascending order; then one that is none.
    starts: []const u32,
    /// The shift in front of each start, and that behind the last one.
    shifts: []const u32,
    /// Ranges of equal size: the shift of each, or for those that have several, `divided` plus a number, which counts
    /// groups of `parts`.
    buckets: *const [bucket_count]u32,
    /// Equal parts of divided buckets, in the same way: the number is that of the first start in a part.
    parts: []const u32,
    /// How many bits of an address count within its bucket, and within its part of that.
    bucket_bits: u5,
    part_bits: u5,
    /// Size of the base's image, in bytes: addresses are below it.
    limit: u32,

    /// Stands in front of numbers. Nothing moves by that much: shifts that look like it are taken for 0.
    const divided = 2 << number_bits;
    const number_bits = 30;

    /// With so many, a bucket holds some ten functions of a large program, and rarely a start.
    const bucket_count = 1 << 14;

    /// A part holds no more than one start of a function, which is its own: linkers align functions to so many bits.
    const part_bits_min = 5;
    const bucket_bits_min = 10;
    const part_count_bits_max = 7;

    /// Returns the size of the memory that `init` takes, in bytes.
    pub fn memorySize(entry_count: usize) usize {
        const part_count = @as(usize, @min(entry_count, bucket_count)) << part_count_bits_max;
        return (bucket_count + 2 * (entry_count + 1) + part_count) * @sizeOf(u32);
    }

    /// `memory` has `memorySize(entries.len)` bytes.
    pub fn init(entries: []const Entry, image_size: u32, memory: []align(@alignOf(u32)) u8) Map {
        @setRuntimeSafety(true);
        const words = std.mem.bytesAsSlice(u32, memory[0..memorySize(entries.len)]);
        const buckets = words[0..bucket_count];
        const shifts = words[bucket_count..][0 .. entries.len + 1];
        const starts = words[bucket_count + shifts.len ..][0..shifts.len];
        const parts = words[bucket_count + shifts.len + starts.len ..];
        var count: usize = 0;
        shifts[0] = 0;
        for (entries) |*entry| {
            const shift = if (isShift(entry.shift())) entry.shift() else 0;
            if (shift == shifts[count]) continue;
            starts[count] = entry.base;
            count += 1;
            shifts[count] = shift;
        }
        starts[count] = std.math.maxInt(u32);
        var map: Map = .{
            .entries = entries,
            .starts = starts[0 .. count + 1],
            .shifts = shifts[0 .. count + 1],
            .buckets = buckets,
            .parts = parts,
            .bucket_bits = bucket_bits_min,
            .part_bits = undefined,
            .limit = image_size,
        };
        // The last bucket is not divided: all that follows has its shift.
        if (count > 0) while (starts[count - 1] >> map.bucket_bits >= bucket_count - 1) : (map.bucket_bits += 1) {};
        map.part_bits = @max(part_bits_min, map.bucket_bits - part_count_bits_max);
        var groups: Groups = .{ .parts = parts, .size = @as(usize, 1) << (map.bucket_bits - map.part_bits) };
        _ = map.fill(buckets, 0, map.bucket_bits, 0, &groups);
        return map;
    }

    /// Parts of divided buckets that are not filled yet.
    const Groups = struct {
        parts: []u32,
        size: usize,
        taken: u32 = 0,

        fn take(groups: *Groups) []u32 {
            @setRuntimeSafety(true);
            const group = groups.parts[groups.taken * groups.size ..][0..groups.size];
            groups.taken += 1;
            return group;
        }
    };

    /// Fills buckets, or parts of one if there are no `groups`. `first` is the number of the first start from `address`
    /// on; returns that of the first one behind.
    fn fill(map: *const Map, cells: []u32, address: u32, bits: u5, first: usize, groups: ?*Groups) usize {
        @setRuntimeSafety(true);
        var number = first;
        var filled: usize = 0;
        while (true) {
            const is_last = number + 1 == map.starts.len;
            const distance = map.starts[number] - address;
            const cell = if (is_last) cells.len else @min(distance >> bits, cells.len);
            if (cell >= filled) {
                @memset(cells[filled..cell], map.shifts[number]);
                if (cell == cells.len) return number;
                filled = cell;
                // One at the start of a cell does not divide it.
                if (distance != cell << bits) {
                    filled += 1;
                    if (groups) |parts| {
                        cells[cell] = divided + parts.taken;
                        const start = address + @as(u32, @intCast(cell << bits));
                        number = map.fill(parts.take(), start, map.part_bits, number, null);
                        continue;
                    }
                    cells[cell] = divided + @as(u32, @intCast(number));
                }
            }
            number += 1;
        }
    }

    /// Returns what to add to an address, modulo 2^32: the shift of its entry, or of the last one before it.
    pub inline fn shiftOf(map: *const Map, address: u32) u32 {
        @setRuntimeSafety(true);
        if (address >= map.limit) return 0;
        const shift = map.buckets[@min(address >> map.bucket_bits, bucket_count - 1)];
        return if (isShift(shift)) shift else map.shiftWithin(shift -% divided, address);
    }

    inline fn isShift(number: u32) bool {
        return number >> number_bits != divided >> number_bits;
    }

    noinline fn shiftWithin(map: *const Map, bucket: usize, address: u32) u32 {
        @setRuntimeSafety(true);
        const part_count_bits = map.bucket_bits - map.part_bits;
        const part = address >> map.part_bits & ((@as(u32, 1) << part_count_bits) - 1);
        const shift = map.parts[bucket << part_count_bits | part];
        if (isShift(shift)) return shift;
        // Rarely more than two.
        const first = shift -% divided;
        const starts = map.starts[first..];
        if (address < starts[0]) return map.shifts[first];
        if (address < starts[1]) return map.shifts[first + 1];
        return map.shifts[first + countBefore(starts, address, isUpTo)];
    }

    fn isUpTo(start: u32, address: u32) bool {
        return start <= address;
    }
};

test "an address moves as the last entry that starts up to it" {
    const gpa = std.testing.allocator;
    var prng = std.Random.DefaultPrng.init(0x6d6170);
    const random = prng.random();
    for (0..300) |_| {
        const entries = try gpa.alloc(Entry, random.uintAtMost(usize, 200));
        defer gpa.free(entries);
        // Close together and far apart, in small images and large ones.
        const spread = random.uintAtMost(u5, 24);
        var base: u32 = 0;
        var variant: u32 = 0;
        for (entries) |*entry| {
            base += random.uintAtMost(u32, @as(u32, 1) << random.uintAtMost(u5, spread));
            variant += if (random.boolean()) base -| variant else random.uintLessThan(u32, 100);
            const size = 1 + random.uintLessThan(u32, 64);
            entry.* = .{ .variant = variant, .base = base, .size = size, .position = 0, .kind = .none };
            base += size;
            variant += size;
        }
        const memory = try gpa.alignedAlloc(u8, .of(u32), Map.memorySize(entries.len));
        defer gpa.free(memory);
        const limit = base +| random.uintAtMost(u32, 100) -| random.uintAtMost(u32, 100);
        const map: Map = .init(entries, limit, memory);
        for (0..2000) |_| {
            const near = if (entries.len == 0) 0 else entries[random.uintLessThan(usize, entries.len)].base;
            const address = if (random.boolean()) random.int(u32) >> random.int(u5) else near +% random.int(u8) -% 128;
            try std.testing.expectEqual(shiftExpected(entries, limit, address), map.shiftOf(address));
        }
    }
}

fn shiftExpected(entries: []const Entry, limit: u32, address: u32) u32 {
    if (address >= limit) return 0;
    var shift: u32 = 0;
    for (entries) |*entry| {
        if (entry.base <= address) shift = entry.shift();
    }
    return shift;
}

test "a shift that no address can have is taken for 0" {
    var memory: [Map.memorySize(1)]u8 align(4) = undefined;
    for ([_]u32{ 0, 1, 1 << 30 }, [_]u32{ 0, 0, 0xc000_0000 }) |more, expected| {
        const entry: Entry = .{ .variant = 0x8000_0000 + more, .base = 0, .size = 1, .position = 0, .kind = .none };
        const map: Map = .init(&.{entry}, 0x1000, &memory);
        try std.testing.expectEqual(expected, map.shiftOf(0x10));
    }
}
