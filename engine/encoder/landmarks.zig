//! Finds addresses that point to the same thing in both executables, in Go's function records and in data.
const std = @import("std");
const format = @import("format");
const functions = @import("predict").functions;
const Maker = @import("recipe.zig").Maker;
const Pair = format.wire.Pair;
const Run = @import("runs.zig").Run;
const readWord = functions.read;

/// Adds an anchor, unless it is in code, which is placed by itself.
pub fn add(maker: *Maker, base: u32, variant: u32) !void {
    for (maker.pairs) |pair| {
        if (pair.role == .code and pair.base.contains(base)) return;
    }
    try maker.anchors.list.append(maker.gpa, .{ .base = base, .variant = variant });
}

/// Adds the anchors that the records of the same functions give.
pub fn anchorRecords(maker: *Maker, tables: *const Maker.Tables) !void {
    const field = functions.field;
    for (maker.matches) |matched| {
        const a = tables.base.functions[matched.base];
        const b = tables.variant.functions[matched.variant];
        const records: Records = .{
            .maker = maker,
            .tables = tables,
            .base = tables.base.record_bytes[a.record..][0..a.record_size],
            .variant = tables.variant.record_bytes[b.record..][0..b.record_size],
        };
        try records.anchor(.names, field.name);
        try records.anchor(.file_lists, field.file_list);
        var at: usize = field.counters;
        while (at < field.counters_end) : (at += 4) try records.anchor(.counters, at);
        const counters = readWord(records.base, field.counter_count);
        if (counters != readWord(records.variant, field.counter_count)) continue;
        at = functions.record_size;
        while (at < functions.record_size + 4 * counters) : (at += 4) try records.anchor(.counters, at);
        if (records.base.len != records.variant.len) continue;
        while (at < records.base.len) : (at += 4) try records.anchor(.function_data, at);
    }
}

/// The records of one function.
const Records = struct {
    maker: *Maker,
    tables: *const Maker.Tables,
    base: []const u8,
    variant: []const u8,

    /// Adds the anchor that a field gives, an offset from an origin.
    fn anchor(records: *const Records, origin: format.Origin, at: usize) !void {
        const a = readWord(records.base, at);
        const b = readWord(records.variant, at);
        const none = std.math.maxInt(u32);
        if (a == 0 or b == 0 or a == none or b == none) return;
        const scale: u5 = if (origin == .file_lists) functions.list_scale else 0;
        const base = std.math.add(u32, records.tables.base.originOf(origin), a << scale) catch return;
        const variant = std.math.add(u32, records.tables.variant.originOf(origin), b << scale) catch return;
        const maker = records.maker;
        if (base >= maker.base.image_size or variant >= maker.variant.image_size) return;
        try add(maker, base, variant);
    }
};

/// Adds the anchors that lists of files give, as the anchors so far place them.
pub fn anchorFiles(maker: *Maker, tables: *const Maker.Tables) !void {
    const base = &tables.base.parts;
    const variant = &tables.variant.parts;
    const pair: Pair = .{ .role = .bytes, .base = base.lists, .variant = variant.lists };
    const base_lists = maker.base.raw(base.lists);
    const variant_lists = maker.variant.raw(variant.lists);
    var placed: std.ArrayList(Run) = .empty;
    defer placed.deinit(maker.gpa);
    try maker.anchors.divide(maker.gpa, pair, base_lists, variant_lists, &placed);
    for (placed.items) |run| {
        var at = -%run.base % 4;
        while (at + 4 <= run.size) : (at += 4) {
            const a = readWord(base_lists, run.base - base.lists.address + at);
            const b = readWord(variant_lists, run.variant - variant.lists.address + at);
            if (a >= base.files.size or b >= variant.files.size) continue;
            try add(maker, base.files.address + a, variant.files.address + b);
        }
    }
}

/// Adds the anchors that pointers give, in data that the anchors so far place.
pub fn anchorData(maker: *Maker) !void {
    var placed: std.ArrayList(Run) = .empty;
    defer placed.deinit(maker.gpa);
    for (maker.pairs) |pair| {
        if (pair.role != .data) continue;
        placed.clearRetainingCapacity();
        const base = maker.base.raw(pair.base);
        const variant = maker.variant.raw(pair.variant);
        try maker.anchors.divide(maker.gpa, pair, base, variant, &placed);
        for (placed.items) |run| try anchorPointers(maker, pair, run);
    }
}

fn anchorPointers(maker: *Maker, pair: Pair, run: Run) !void {
    const size = maker.base.word_size;
    if ((run.base ^ run.variant) % size != 0) return;
    var base = std.mem.alignForward(u32, run.base, size);
    while (base + size <= run.base + run.size) : (base += size) {
        const variant = base - run.base + run.variant;
        const left = maker.base.word(pair.base, base - pair.base.address);
        const right = maker.variant.word(pair.variant, variant - pair.variant.address);
        const a = maker.base.addressOf(left) orelse continue;
        const b = maker.variant.addressOf(right) orelse continue;
        try add(maker, a, b);
    }
}
