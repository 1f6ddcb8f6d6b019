//! Chooses where data is predicted with other addresses, and where as the base has it: numbers may look like addresses.
const std = @import("std");
const arch = @import("arch");
const Entry = @import("entries.zig").Entry;
const Maker = @import("recipe.zig").Maker;
const predict = @import("predict");
const Recipe = predict.Recipe;

/// Costs of another range in the recipe and of a wrong word, about in bytes. Ranges at 4 make variants of arm two
/// thousandths smaller, at 9 as much larger; those of other architectures have few.
const price_range = 6;
const price_wrong = 4;

/// Divides the entries for data. `stored` is the recipe with them as they are.
pub fn choose(maker: *Maker, stored: []const u8) !void {
    const memory = try maker.gpa.alignedAlloc(u8, .@"8", try Recipe.memorySize(stored));
    defer maker.gpa.free(memory);
    const recipe: Recipe = try .parse(stored, memory);
    const entries = maker.entries;
    maker.entries = .empty;
    for (entries.items) |entry| switch (entry.kind) {
        .data, .function_data => try divide(maker, &recipe, entry),
        else => try maker.entries.append(maker.gpa, entry),
    };
}

fn divide(maker: *Maker, recipe: *const Recipe, entry: Entry) !void {
    const run = entry.run;
    const base = maker.base.bytesAt(maker.pairs, .base, run.base)[0..run.size];
    const variant = maker.variant.bytesAt(maker.pairs, .variant, run.variant)[0..run.size];
    const moved = try maker.gpa.dupe(u8, base);
    defer maker.gpa.free(moved);
    if (entry.kind == .data) switch (maker.architecture) {
        inline else => |one| predict.data.relocate(one, recipe, moved, run.base),
    } else predict.functions.relocateData(recipe, moved, run.base);

    // A cut would hide what looks like a call.
    const price: u32 = if (entry.kind == .data) price_range else run.size;
    const word_size = if (entry.kind == .data) maker.base.word_size else 4;
    var choice: Choice = .{ .gpa = maker.gpa, .price = price };
    defer choice.words.deinit(maker.gpa);
    var at: u32 = 0;
    while (at < run.size) {
        const end = @min(run.size, at + word_size - (run.base + at) % word_size);
        const actual = variant[at..end];
        try choice.add(at, .{ std.mem.eql(u8, base[at..end], actual), std.mem.eql(u8, moved[at..end], actual) });
        at = end;
    }
    const first = maker.entries.items.len;
    var end = run.size;
    var ranges = choice.ranges();
    while (ranges.next()) |part| {
        try maker.entries.append(maker.gpa, .{
            .run = .{ .base = run.base + part.start, .variant = run.variant + part.start, .size = end - part.start },
            .kind = if (part.is_moved) entry.kind else .bytes,
        });
        end = part.start;
    }
    std.mem.reverse(Entry, maker.entries.items[first..]);
}

/// The cheapest division of words into those whose addresses move and others: Viterbi's algorithm with two states.
const Choice = struct {
    gpa: std.mem.Allocator,
    price: u32,
    words: std.ArrayList(Word) = .empty,
    /// Cost of the words so far if the last one stays, and if it moves.
    costs: [2]u32 = .{ 0, 0 },

    /// `other` tells, by the choice for the word, whether the word before it is chosen otherwise.
    const Word = struct { start: u32, other: [2]bool };

    fn add(choice: *Choice, start: u32, is_right: [2]bool) !void {
        const before = choice.costs;
        var word: Word = .{ .start = start, .other = undefined };
        for (&choice.costs, &word.other, is_right, 0..) |*cost, *other, right, state| {
            const changed = before[1 - state] + choice.price;
            other.* = changed < before[state];
            cost.* = @min(changed, before[state]) + @as(u32, if (right) 0 else price_wrong);
        }
        try choice.words.append(choice.gpa, word);
    }

    /// Iterates over the ranges from the last one on.
    fn ranges(choice: *const Choice) Ranges {
        return .{ .words = choice.words.items, .is_moved = choice.costs[1] < choice.costs[0] };
    }

    const Ranges = struct {
        words: []const Word,
        is_moved: bool,

        const Range = struct { start: u32, is_moved: bool };

        fn next(ranges_left: *Ranges) ?Range {
            const words = ranges_left.words;
            if (words.len == 0) return null;
            const is_moved = ranges_left.is_moved;
            var at = words.len - 1;
            while (at > 0 and !words[at].other[@intFromBool(is_moved)]) at -= 1;
            ranges_left.words = words[0..at];
            ranges_left.is_moved = !is_moved;
            return .{ .start = words[at].start, .is_moved = is_moved };
        }
    };
};

test "words move where most of them are right so, and a single wrong one is cheaper than ranges of its own" {
    const gpa = std.testing.allocator;
    var choice: Choice = .{ .gpa = gpa, .price = price_range };
    defer choice.words.deinit(gpa);
    // Words are right with other addresses from the 10th to the 24th, but for one, and some of the others either way.
    for (0..30) |index| {
        const moves = index >= 10 and index < 25 and index != 15;
        try choice.add(@intCast(8 * index), .{ !moves, moves or index == 26 });
    }
    var ranges = choice.ranges();
    for ([_]Choice.Ranges.Range{
        .{ .start = 8 * 25, .is_moved = false },
        .{ .start = 8 * 10, .is_moved = true },
        .{ .start = 0, .is_moved = false },
    }) |expected| try std.testing.expectEqual(expected, ranges.next());
    try std.testing.expectEqual(null, ranges.next());
}
