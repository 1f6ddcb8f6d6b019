//! Finds the patches that make a prediction right.
const std = @import("std");
const format = @import("format");

/// Fewer right bytes between two wrong ones cost less than another patch: 3 and 12 make larger bundles.
const gap_min = 6;

/// Returns the patches: where the prediction is wrong, or for `all` of it. `actual` has the prediction's size; `memory`
/// has room for `format.patchesSizeMax` of it.
pub fn make(
    gpa: std.mem.Allocator,
    prediction: []const u8,
    actual: []const u8,
    all: bool,
    memory: []u8,
) ![]const u8 {
    var patches: Patches = .{ .gpa = gpa };
    defer patches.deinit();
    if (!all) {
        try patches.addWrong(prediction, actual);
        // Many small patches may take more than those for all.
        if (patches.size() <= memory.len) return patches.write(memory);
        patches.clear();
    }
    try patches.add(0, actual);
    return patches.write(memory);
}

fn nextWrong(prediction: []const u8, actual: []const u8, from: usize) ?usize {
    const found = std.mem.indexOfDiff(u8, prediction[from..], actual[from..]) orelse return null;
    return from + found;
}

const Patches = struct {
    gpa: std.mem.Allocator,
    skips: std.ArrayList(u16) = .empty,
    sizes: std.ArrayList(u8) = .empty,
    bytes: std.ArrayList(u8) = .empty,
    /// End of the last one in the prediction.
    end: usize = 0,

    const max = std.math.maxInt(u16);

    fn deinit(patches: *Patches) void {
        patches.skips.deinit(patches.gpa);
        patches.sizes.deinit(patches.gpa);
        patches.bytes.deinit(patches.gpa);
    }

    fn clear(patches: *Patches) void {
        patches.skips.clearRetainingCapacity();
        patches.sizes.clearRetainingCapacity();
        patches.bytes.clearRetainingCapacity();
        patches.end = 0;
    }

    fn addWrong(patches: *Patches, prediction: []const u8, actual: []const u8) !void {
        var at: usize = 0;
        while (nextWrong(prediction, actual, at)) |start| {
            var end = start + 1;
            while (nextWrong(prediction, actual, end)) |next| {
                if (next - end >= gap_min) break;
                end = next + 1;
            }
            try patches.add(start - patches.end, actual[start..end]);
            at = end;
        }
    }

    /// Adds one, or several where the numbers are too large.
    fn add(patches: *Patches, skip: usize, bytes: []const u8) !void {
        var skip_left = skip;
        var rest = bytes;
        while (skip_left > 0 or rest.len > 0) {
            const part: u16 = @intCast(@min(skip_left, max));
            skip_left -= part;
            const taken: u8 = if (skip_left > 0) 0 else @intCast(@min(rest.len, 255));
            try patches.skips.append(patches.gpa, part);
            try patches.sizes.append(patches.gpa, taken);
            try patches.bytes.appendSlice(patches.gpa, rest[0..taken]);
            rest = rest[taken..];
        }
        patches.end += skip + bytes.len;
    }

    fn size(patches: *const Patches) usize {
        return @sizeOf(u32) + 3 * patches.skips.items.len + patches.bytes.items.len;
    }

    fn write(patches: *const Patches, memory: []u8) []const u8 {
        var writer: std.Io.Writer = .fixed(memory);
        writer.writeInt(u32, @intCast(patches.skips.items.len), .little) catch unreachable;
        for (patches.skips.items) |skip| writer.writeByte(@truncate(skip)) catch unreachable;
        for (patches.skips.items) |skip| writer.writeByte(@intCast(skip >> 8)) catch unreachable;
        writer.writeAll(patches.sizes.items) catch unreachable;
        writer.writeAll(patches.bytes.items) catch unreachable;
        return writer.buffered();
    }
};
