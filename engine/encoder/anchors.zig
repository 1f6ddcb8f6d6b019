//! Finds out how data has moved, from addresses that point to it in both executables.
const std = @import("std");
const wire = @import("format").wire;
const match = @import("match.zig");
const runs = @import("runs.zig");
const Run = runs.Run;

/// The weight of anchors that another run must save: of those that are read from tables, and of those of which some
/// are guesses.
const price_certain = 2;
const price_guessed = 6;

/// An address in the base, and the same one in the variant.
pub const Anchor = struct {
    base: u32,
    variant: u32,

    fn lessThan(_: void, a: Anchor, b: Anchor) bool {
        return if (a.base != b.base) a.base < b.base else a.variant < b.variant;
    }

    fn shift(anchor: Anchor) u32 {
        return anchor.variant -% anchor.base;
    }
};

pub const Anchors = struct {
    list: std.ArrayList(Anchor) = .empty,

    /// Sorts them, and keeps the most frequent partner of each address in the base.
    pub fn settle(anchors: *Anchors) void {
        const items = anchors.list.items;
        std.mem.sortUnstable(Anchor, items, {}, Anchor.lessThan);
        var kept: usize = 0;
        var at: usize = 0;
        while (at < items.len) {
            const base = items[at].base;
            var best = items[at];
            var best_count: usize = 0;
            while (at < items.len and items[at].base == base) {
                const variant = items[at].variant;
                const start = at;
                while (at < items.len and items[at].base == base and items[at].variant == variant) at += 1;
                if (at - start > best_count) {
                    best_count = at - start;
                    best = items[start];
                }
            }
            items[kept] = best;
            kept += 1;
        }
        anchors.list.shrinkRetainingCapacity(kept);
    }

    fn inside(anchors: *const Anchors, span: wire.Span) []const Anchor {
        const items = anchors.list.items;
        const from = std.sort.lowerBound(Anchor, items, span.address, compare);
        const to = std.sort.lowerBound(Anchor, items, span.end(), compare);
        return items[from..to];
    }

    fn compare(address: u32, anchor: Anchor) std.math.Order {
        return std.math.order(address, anchor.base);
    }

    /// Divides a pair of spans into runs, as addresses, by the anchors in it: those runs that contradict the
    /// anchors least, with a price on each run. `base` and `variant` are the contents, empty where the
    /// file has none.
    pub fn divide(
        anchors: *const Anchors,
        gpa: std.mem.Allocator,
        pair: wire.Pair,
        base: []const u8,
        variant: []const u8,
        out: *std.ArrayList(Run),
    ) !void {
        var path: Path = .{ .gpa = gpa, .price = if (pair.role == .bytes) price_certain else price_guessed };
        defer path.deinit();
        try path.begin(pair.variant.address -% pair.base.address);
        const found = try match.ascending(Anchor, "variant", gpa, anchors.inside(pair.base));
        defer gpa.free(found);
        for (found) |anchor| {
            if (pair.variant.contains(anchor.variant)) try path.step(anchor, weigh(pair, anchor, base, variant));
        }
        var current: Anchor = .{ .base = pair.base.address, .variant = pair.variant.address };
        for (try path.finish()) |step| {
            var start = step.first;
            if (start.shift() == current.shift()) continue;
            // Equal bytes before it have moved with it.
            if (base.len > 0) {
                while (start.base > @max(step.before, current.base) and start.variant > current.variant and
                    base[start.base - 1 - pair.base.address] == variant[start.variant - 1 - pair.variant.address])
                {
                    start.base -= 1;
                    start.variant -= 1;
                }
            }
            if (start.variant < current.variant or start.base < current.base) continue;
            try append(gpa, out, current, start.base, start.variant);
            current = start;
        }
        try append(gpa, out, current, pair.base.end(), pair.variant.end());
    }

    /// Returns how much an anchor counts: some come from bytes that only look like an address.
    fn weigh(pair: wire.Pair, anchor: Anchor, base: []const u8, variant: []const u8) u32 {
        if (base.len == 0) return 2;
        const left = base[anchor.base - pair.base.address ..];
        const right = variant[anchor.variant - pair.variant.address ..];
        var equal: u32 = 0;
        const size = @min(left.len, right.len, 16);
        for (left[0..size], right[0..size]) |a, b| equal += @intFromBool(a == b);
        return if (equal >= 8) 3 else 1;
    }

    fn append(gpa: std.mem.Allocator, out: *std.ArrayList(Run), start: Anchor, base_end: u32, variant_end: u32) !void {
        const size = @min(base_end - start.base, variant_end - start.variant);
        if (size > 0) try out.append(gpa, .{ .base = start.base, .variant = start.variant, .size = size });
    }
};

/// The cheapest explanation of anchors by shifts that change now and then: Viterbi's algorithm, where each
/// shift is a state, staying costs the weight of the anchors that have another one, and changing has a price.
const Path = struct {
    gpa: std.mem.Allocator,
    states: std.AutoHashMapUnmanaged(u32, State) = .empty,
    nodes: std.ArrayList(Node) = .empty,
    steps: std.ArrayList(Step) = .empty,
    best: u32 = 0,
    last: u32 = 0,

    price: u32,
    const none = std.math.maxInt(u32);

    /// `cost_base` is its cost, less the weight of all anchors so far.
    const State = struct { cost_base: u64, node: u32 };
    const Node = struct { first: Anchor, before: u32, parent: u32 };
    /// A run starts at `first`, and behind `before`, an anchor of the one before it.
    const Step = struct { first: Anchor, before: u32 };

    fn deinit(path: *Path) void {
        path.states.deinit(path.gpa);
        path.nodes.deinit(path.gpa);
        path.steps.deinit(path.gpa);
    }

    fn begin(path: *Path, shift: u32) !void {
        try path.nodes.append(path.gpa, .{ .first = .{ .base = 0, .variant = shift }, .before = 0, .parent = none });
        try path.states.put(path.gpa, shift, .{ .cost_base = bias, .node = 0 });
        path.best = shift;
    }

    /// Keeps costs positive although weights are taken off.
    const bias = 1 << 40;

    fn step(path: *Path, anchor: Anchor, weight: u32) !void {
        const shift = anchor.shift();
        const best = path.states.get(path.best).?;
        // Costs are relative to the weight of all anchors, so that only the anchor's own state changes.
        const change = best.cost_base + path.price;
        const entry = try path.states.getOrPut(path.gpa, shift);
        if (!entry.found_existing or entry.value_ptr.cost_base > change) {
            try path.nodes.append(path.gpa, .{ .first = anchor, .before = path.last, .parent = best.node });
            entry.value_ptr.* = .{ .cost_base = change, .node = @intCast(path.nodes.items.len - 1) };
        }
        entry.value_ptr.cost_base -= weight;
        if (entry.value_ptr.cost_base < path.states.get(path.best).?.cost_base) path.best = shift;
        path.last = anchor.base;
    }

    fn finish(path: *Path) ![]const Step {
        var at = path.states.get(path.best).?.node;
        while (at != none) : (at = path.nodes.items[at].parent) {
            const node = path.nodes.items[at];
            if (node.parent != none) try path.steps.append(path.gpa, .{ .first = node.first, .before = node.before });
        }
        std.mem.reverse(Step, path.steps.items);
        return path.steps.items;
    }
};
