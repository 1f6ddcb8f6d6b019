//! Translates addresses of the base into those of the variant.
const std = @import("std");
const countBefore = @import("search.zig").countBefore;
const Entry = @import("recipe.zig").Entry;

pub const Map = struct {
    /// In ascending order of both addresses.
    entries: []const Entry,
    /// One for each bucket of addresses, and one more.
    buckets: []const Bucket,
    /// Size of the base's image, in bytes: addresses are below it.
    limit: u32,

    const Bucket = extern struct {
        /// Number of entries that start before the bucket.
        first: u32,
        /// Shift of an address at the start of the bucket.
        shift: u32,
    };

    /// A bucket holds some ten functions, and rarely the start of an entry.
    const bucket_shift = 10;

    /// Returns the size of the memory that `init` takes, in bytes.
    pub fn memorySize(image_size: u32) usize {
        return bucketCount(image_size) * @sizeOf(Bucket);
    }

    fn bucketCount(image_size: u32) usize {
        return (@as(usize, image_size) >> bucket_shift) + 2;
    }

    /// `memory` has `memorySize(image_size)` bytes.
    pub fn init(entries: []const Entry, image_size: u32, memory: []align(@alignOf(Bucket)) u8) Map {
        @setRuntimeSafety(true);
        const buckets = std.mem.bytesAsSlice(Bucket, memory[0..memorySize(image_size)]);
        var first: u32 = 0;
        var shift: u32 = 0;
        for (buckets, 0..) |*bucket, number| {
            const start = number << bucket_shift;
            while (first < entries.len and entries[first].base < start) : (first += 1) shift = entries[first].shift();
            bucket.* = .{ .first = first, .shift = shift };
        }
        return .{ .entries = entries, .buckets = buckets, .limit = image_size };
    }

    /// Returns what to add to an address, modulo 2^32: the shift of its entry, or of the last one before it.
    pub inline fn shiftOf(map: *const Map, address: u32) u32 {
        @setRuntimeSafety(true);
        if (address >= map.limit) return 0;
        const bucket = map.buckets[address >> bucket_shift ..][0..2];
        if (bucket[0].first == bucket[1].first) return bucket[0].shift;
        return shiftWithin(map.entries[bucket[0].first..bucket[1].first], address, bucket[0].shift);
    }

    noinline fn shiftWithin(entries: []const Entry, address: u32, before: u32) u32 {
        @setRuntimeSafety(true);
        const count = countBefore(entries, address, startsUpTo);
        return if (count == 0) before else entries[count - 1].shift();
    }

    fn startsUpTo(entry: Entry, address: u32) bool {
        return entry.base <= address;
    }
};
