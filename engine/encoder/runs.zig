//! Finds the runs of bytes that two versions of a function have in common.
const std = @import("std");

/// Bytes from `base` and from `variant` on are equal, but for a few.
pub const Run = struct { base: u32, variant: u32, size: u32 };

/// Shorter runs cost about what they save.
const run_min = 12;
/// How many bytes a place is looked up by.
const gram = 8;
/// How many places with the same bytes are tried.
const chain_max = 24;
/// How many bytes of the base a run may leave out for each of its own. Others are coincidences in large functions, and
/// what they leave out could not be found any more.
const reach = 4;
/// How many bytes may be replaced by as many others within a run: an instruction, and the start of the next one.
const gap_max = 24;

pub const Differ = struct {
    gpa: std.mem.Allocator,
    runs: std.ArrayList(Run) = .empty,
    /// By hash, the first place in the base + 1; by place, the next one with that hash + 1.
    heads: [1 << 14]u32 = @splat(0),
    chain: std.ArrayList(u32) = .empty,

    /// Finds runs in ascending order of both; the result is valid until the next call.
    pub fn diff(differ: *Differ, base: []const u8, variant: []const u8) ![]const Run {
        differ.runs.clearRetainingCapacity();
        if (base.len == variant.len and std.mem.eql(u8, base, variant)) {
            if (base.len > 0) try differ.add(.{ .base = 0, .variant = 0, .size = @intCast(base.len) });
            return differ.runs.items;
        }
        const head = commonPrefix(base, variant);
        const tail = commonSuffix(base[head..], variant[head..]);
        if (head > 0) try differ.add(.{ .base = 0, .variant = 0, .size = @intCast(head) });
        try differ.diffMiddle(base[0 .. base.len - tail], variant[0 .. variant.len - tail], head);
        if (tail > 0) try differ.add(.{
            .base = @intCast(base.len - tail),
            .variant = @intCast(variant.len - tail),
            .size = @intCast(tail),
        });
        return differ.runs.items;
    }

    fn diffMiddle(differ: *Differ, base: []const u8, variant: []const u8, head: usize) !void {
        if (base.len < head + gram or variant.len < head + gram) return;
        try differ.index(base, head);
        var base_next = head;
        var at = head;
        while (at + gram <= variant.len) {
            const found = differ.longest(base, variant, base_next, at) orelse {
                at += 1;
                continue;
            };
            // The bytes in front may match, too.
            var back: usize = 0;
            const back_max = @min(found.base - base_next, at - differ.variantEnd());
            while (back < back_max and base[found.base - back - 1] == variant[at - back - 1]) back += 1;
            try differ.add(.{
                .base = @intCast(found.base - back),
                .variant = @intCast(at - back),
                .size = @intCast(found.size + back),
            });
            at += found.size;
            base_next = found.base + found.size;
        }
    }

    const Found = struct { base: usize, size: usize };

    fn longest(differ: *const Differ, base: []const u8, variant: []const u8, base_next: usize, at: usize) ?Found {
        var best: ?Found = null;
        // The run goes on behind bytes that were replaced by as many others.
        const same = differ.basePlace(at);
        const goes_on = same >= base_next and same + gram <= base.len;
        if (goes_on) {
            const size = commonPrefix(base[same..], variant[at..]);
            if (size >= gram) return .{ .base = same, .size = size };
        }
        var place = differ.heads[hashOf(variant[at..])];
        var tries: u32 = 0;
        while (place != 0 and tries < chain_max) : (tries += 1) {
            const start = place - 1;
            place = differ.chain.items[start];
            if (start < base_next) continue;
            const size = commonPrefix(base[start..], variant[at..]);
            if (size < run_min or start - base_next > reach * size) continue;
            if (best == null or size > best.?.size) best = .{ .base = start, .size = size };
        }
        // Equal bytes elsewhere are a coincidence if the run goes on soon for as long: nothing in front of them could
        // be found any more.
        if (best) |found| if (goes_on) {
            for (1..gap_max) |gap| {
                if (same + gap > base.len or at + gap > variant.len) break;
                if (commonPrefix(base[same + gap ..], variant[at + gap ..]) >= found.size) return null;
            }
        };
        return best;
    }

    /// Returns the place in the base that a place in the variant has if the last run goes on.
    fn basePlace(differ: *const Differ, at: usize) usize {
        if (differ.runs.items.len == 0) return at;
        const run = differ.runs.items[differ.runs.items.len - 1];
        return at - run.variant + run.base;
    }

    /// Places are chained from the last one to the first, so that the first ones found are the nearest.
    fn index(differ: *Differ, base: []const u8, from: usize) !void {
        @memset(&differ.heads, 0);
        try differ.chain.resize(differ.gpa, base.len);
        var at = base.len - gram + 1;
        while (at > from) {
            at -= 1;
            const hash = hashOf(base[at..]);
            differ.chain.items[at] = differ.heads[hash];
            differ.heads[hash] = @intCast(at + 1);
        }
    }

    fn variantEnd(differ: *const Differ) usize {
        if (differ.runs.items.len == 0) return 0;
        const run = differ.runs.items[differ.runs.items.len - 1];
        return run.variant + run.size;
    }

    /// Runs with the same distance become one, with what lies between them.
    fn add(differ: *Differ, run: Run) !void {
        if (differ.runs.items.len > 0) {
            const last = &differ.runs.items[differ.runs.items.len - 1];
            if (run.variant - last.variant == run.base - last.base) {
                last.size = run.variant + run.size - last.variant;
                return;
            }
        }
        try differ.runs.append(differ.gpa, run);
    }
};

fn hashOf(bytes: []const u8) u14 {
    const value = std.mem.readInt(u64, bytes[0..gram], .little);
    return @intCast((value *% 0x9e3779b97f4a7c15) >> 50);
}

pub fn commonPrefix(a: []const u8, b: []const u8) usize {
    const size = @min(a.len, b.len);
    var at: usize = 0;
    while (at + 8 <= size) : (at += 8) {
        const differing = std.mem.readInt(u64, a[at..][0..8], .little) ^ std.mem.readInt(u64, b[at..][0..8], .little);
        if (differing != 0) return at + @ctz(differing) / 8;
    }
    while (at < size and a[at] == b[at]) at += 1;
    return at;
}

fn commonSuffix(a: []const u8, b: []const u8) usize {
    const size = @min(a.len, b.len);
    var count: usize = 0;
    while (count < size and a[a.len - count - 1] == b[b.len - count - 1]) count += 1;
    return count;
}
