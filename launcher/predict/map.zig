//! Where an address in the base has moved to in the variant.
const std = @import("std");
const Entry = @import("plan.zig").Entry;

pub const Map = struct {
    /// In ascending order of both addresses.
    entries: []const Entry,
    /// For each bucket of addresses, how many entries start before it.
    index: []const u32,
    /// The base's image in bytes: what is not below is no address.
    limit: u32,

    /// A bucket holds some ten functions, of which few start an entry.
    const bucket_shift = 10;

    /// In bytes.
    pub fn indexSize(image_size: u32) usize {
        return bucketCount(image_size) * @sizeOf(u32);
    }

    fn bucketCount(image_size: u32) usize {
        return (@as(usize, image_size) >> bucket_shift) + 1;
    }

    /// `memory` is where the index goes: `indexSize(image_size)` bytes.
    pub fn init(entries: []const Entry, image_size: u32, memory: []align(@alignOf(u32)) u8) Map {
        @setRuntimeSafety(true);
        const index = std.mem.bytesAsSlice(u32, memory[0..indexSize(image_size)]);
        var count: u32 = 0;
        for (index, 0..) |*bucket, number| {
            const start = number << bucket_shift;
            while (count < entries.len and entries[count].base < start) count += 1;
            bucket.* = count;
        }
        return .{ .entries = entries, .index = index, .limit = image_size };
    }

    /// What to add to the address, modulo 2^32: what its entry moved by, or the last one before it.
    pub inline fn shiftOf(map: *const Map, address: u32) u32 {
        @setRuntimeSafety(true);
        if (address >= map.limit) return 0;
        var next = map.index[address >> bucket_shift];
        while (next < map.entries.len and map.entries[next].base <= address) next += 1;
        return if (next == 0) 0 else map.entries[next - 1].shift();
    }
};
