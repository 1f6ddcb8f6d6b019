//! Finds the runs of code that two executables have in common, and what it refers to.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const File = @import("file.zig").File;
const landmarks = @import("landmarks.zig");
const Maker = @import("recipe.zig").Maker;
const Run = @import("runs.zig").Run;
const Pair = format.wire.Pair;
const Span = format.wire.Span;

/// Compares a section of code function by function. Code between functions, or of none, counts as one function.
pub fn diff(maker: *Maker, pair: Pair) !void {
    const base_masked = try mask(maker, &maker.base, pair.base);
    defer maker.gpa.free(base_masked);
    const variant_masked = try mask(maker, &maker.variant, pair.variant);
    defer maker.gpa.free(variant_masked);
    const masked: Masked = .{ .maker = maker, .pair = pair, .base = base_masked, .variant = variant_masked };
    const first = maker.code.items.len;
    const is_prefixed = isPrefixed(maker, pair);
    var base_done = pair.base.address;
    var variant_done = pair.variant.address;
    if (maker.tables) |*tables| for (maker.matches) |matched| {
        const a = tables.base.functions[matched.base];
        const b = tables.variant.functions[matched.variant];
        if (!pair.base.contains(a.start) or !pair.variant.contains(b.start)) continue;
        if (a.end > pair.base.end() or b.end > pair.variant.end()) continue;
        try masked.diff(base_done, a.start, variant_done, b.start);
        try masked.diff(a.start, a.end, b.start, b.end);
        base_done = a.end;
        variant_done = b.end;
    };
    try masked.diff(base_done, pair.base.end(), variant_done, pair.variant.end());
    for (maker.code.items[first..]) |*entry| {
        if (is_prefixed) entry.kind = .prefixed_code;
        try anchor(maker, pair, entry.run);
    }
}

/// Returns whether the variant is for CPUs with instructions for addresses that those of the base do not have.
fn isPrefixed(maker: *const Maker, pair: Pair) bool {
    switch (maker.architecture) {
        inline else => |one| {
            if (comptime !arch.hasPrefixed(one)) return false;
            const operands = arch.operands(one);
            return operands.isPrefixed(maker.variant.raw(pair.variant)) and
                !operands.isPrefixed(maker.base.raw(pair.base));
        },
    }
}

/// Returns code without its relative addresses.
fn mask(maker: *const Maker, file: *const File, span: Span) ![]u8 {
    const masked = try maker.gpa.dupe(u8, file.raw(span));
    const change = struct {
        inline fn change(image_size: u32, place: u32, operand: u32) u32 {
            return if (place +% operand < image_size) 0 else operand;
        }
    }.change;
    switch (maker.architecture) {
        inline else => |one| {
            const operands = arch.operands(one);
            operands.changeEach(masked, span.address, file.image_size, change);
            operands.changeJumps(masked, span.address, file.image_size, change);
            if (comptime arch.hasPrefixed(one)) {
                operands.prefix(masked, span.address, file, noDistance);
                operands.clearPrefixed(masked);
            }
            if (comptime arch.hasAbsolute(one)) operands.changeAbsolute(masked, span.address, file, clearAddress);
        },
    }
    return masked;
}

inline fn noDistance(file: *const File, _: u32, pointer: u32) ?u32 {
    return if (file.addressOf(pointer) != null) 0 else null;
}

inline fn clearAddress(file: *const File, _: u32, pointer: u32) u32 {
    return if (file.addressOf(pointer) != null) 0 else pointer;
}

/// A pair of sections of code without relative addresses.
const Masked = struct {
    maker: *Maker,
    pair: Pair,
    base: []const u8,
    variant: []const u8,

    /// Adds the runs that ranges of addresses have in common.
    fn diff(masked: *const Masked, base_start: u32, base_end: u32, variant_start: u32, variant_end: u32) !void {
        const pair = &masked.pair;
        const base = masked.base[base_start - pair.base.address .. base_end - pair.base.address];
        const variant = masked.variant[variant_start - pair.variant.address .. variant_end - pair.variant.address];
        for (try masked.maker.differ.diff(base, variant)) |run| {
            const is_whole = run.size == base.len and run.size == variant.len;
            try masked.add(.{
                .base = base_start + run.base,
                .variant = variant_start + run.variant,
                .size = run.size,
            }, if (is_whole) .code else .changed_code);
        }
    }

    fn add(masked: *const Masked, run: Run, kind: format.Kind) !void {
        const list = &masked.maker.code;
        // Entries lie within one section.
        if (list.items.len > 0 and masked.pair.base.contains(list.items[list.items.len - 1].run.base)) {
            const last = &list.items[list.items.len - 1];
            if (run.variant -% run.base == last.run.variant -% last.run.base and kind == last.kind) {
                last.run.size = run.variant + run.size - last.run.variant;
                return;
            }
        }
        try list.append(masked.maker.gpa, .{ .run = run, .kind = kind });
    }
};

/// Adds an anchor for each relative address that both have in a run.
fn anchor(maker: *Maker, pair: Pair, run: Run) !void {
    const base = try References.of(maker, &maker.base, pair.base, run.base, run.size);
    const variant = try References.of(maker, &maker.variant, pair.variant, run.variant, run.size);
    var rest = variant.list.items;
    for (base.list.items) |reference| {
        while (rest.len > 0 and rest[0].at < reference.at) rest = rest[1..];
        if (rest.len == 0) break;
        if (rest[0].at == reference.at) try landmarks.add(maker, reference.target, rest[0].target);
    }
}

/// Relative addresses in a range of code.
const References = struct {
    start: u32,
    file: *const File,
    list: std.ArrayList(Reference),

    pub const is_exact = {};

    /// `at` counts from the range's start.
    const Reference = struct {
        at: u32,
        target: u32,

        fn isBefore(_: void, a: Reference, b: Reference) bool {
            return a.at < b.at;
        }
    };

    fn of(maker: *const Maker, file: *const File, span: Span, start: u32, size: u32) !References {
        const gpa = maker.gpa;
        const code = try gpa.dupe(u8, file.raw(span)[start - span.address ..][0..size]);
        defer gpa.free(code);
        // x86-64 has one in 5 bytes at most.
        var found: References = .{
            .start = start,
            .file = file,
            .list = try .initCapacity(gpa, size / 4 + 1),
        };
        switch (maker.architecture) {
            inline else => |one| {
                const operands = arch.operands(one);
                operands.changeEach(code, start, &found, add);
                if (comptime arch.hasAbsolute(one)) operands.changeAbsolute(code, start, &found, addAbsolute);
            },
        }
        std.mem.sort(Reference, found.list.items, {}, Reference.isBefore);
        return found;
    }

    inline fn add(found: *References, place: u32, operand: u32) u32 {
        const target = place +% operand;
        if (target >= found.file.image_size) return operand;
        found.list.appendAssumeCapacity(.{ .at = place - found.start, .target = target });
        return operand;
    }

    inline fn addAbsolute(found: *References, place: u32, pointer: u32) u32 {
        const target = found.file.addressOf(pointer) orelse return pointer;
        found.list.appendAssumeCapacity(.{ .at = place - found.start, .target = target });
        return pointer;
    }
};
