//! Finds the functions that two builds have in common: by name, in an order that both have.
const std = @import("std");
const Function = @import("pclntab.zig").Function;

pub const Match = struct {
    /// Indexes in the two tables.
    base: u32,
    variant: u32,
};

/// Matches in ascending order of both indexes, as many as there can be.
pub fn matchFunctions(gpa: std.mem.Allocator, base: []const Function, variant: []const Function) ![]const Match {
    // Several functions of one name are told apart by their order.
    const Key = struct { hash: u64, count: u32 };
    var seen: std.AutoHashMapUnmanaged(u64, u32) = .empty;
    defer seen.deinit(gpa);
    var known: std.AutoHashMapUnmanaged(Key, u32) = .empty;
    defer known.deinit(gpa);
    for (base, 0..) |function, index| {
        const hash = std.hash.Wyhash.hash(0, function.name);
        const entry = try seen.getOrPutValue(gpa, hash, 0);
        try known.put(gpa, .{ .hash = hash, .count = entry.value_ptr.* }, @intCast(index));
        entry.value_ptr.* += 1;
    }
    seen.clearRetainingCapacity();
    var matches: std.ArrayList(Match) = .empty;
    for (variant, 0..) |function, index| {
        const hash = std.hash.Wyhash.hash(0, function.name);
        const entry = try seen.getOrPutValue(gpa, hash, 0);
        const found = known.get(.{ .hash = hash, .count = entry.value_ptr.* });
        entry.value_ptr.* += 1;
        if (found) |other| try matches.append(gpa, .{ .base = other, .variant = @intCast(index) });
    }
    return ascending(Match, "base", gpa, matches.items);
}

/// The longest subsequence in which a field ascends.
pub fn ascending(comptime T: type, comptime key: []const u8, gpa: std.mem.Allocator, items: []const T) ![]T {
    const none = std.math.maxInt(u32);
    // For each length, the item that ends a subsequence of it with the lowest key.
    const ends = try gpa.alloc(u32, items.len);
    defer gpa.free(ends);
    const previous = try gpa.alloc(u32, items.len);
    defer gpa.free(previous);
    var length: usize = 0;
    for (items, 0..) |item, index| {
        var low: usize = 0;
        var high = length;
        while (low < high) {
            const middle = (low + high) / 2;
            if (@field(items[ends[middle]], key) < @field(item, key)) low = middle + 1 else high = middle;
        }
        previous[index] = if (low == 0) none else ends[low - 1];
        ends[low] = @intCast(index);
        length = @max(length, low + 1);
    }
    const result = try gpa.alloc(T, length);
    var at: u32 = if (length == 0) none else ends[length - 1];
    var left = length;
    while (at != none) : (at = previous[at]) {
        left -= 1;
        result[left] = items[at];
    }
    return result;
}
