//! Finds the runs of code that two executables have in common, and what it refers to.
const std = @import("std");
const operands = @import("arch").operands(.amd64);
const format = @import("format");
const File = @import("file.zig").File;
const landmarks = @import("landmarks.zig");
const Maker = @import("recipe.zig").Maker;
const Run = @import("runs.zig").Run;
const Pair = format.wire.Pair;
const Span = format.wire.Span;

/// Compares a section of code function by function. Code between functions, or of none, counts as one function.
pub fn diff(maker: *Maker, pair: Pair) !void {
    const base_masked = try mask(maker.gpa, &maker.base, pair.base);
    defer maker.gpa.free(base_masked);
    const variant_masked = try mask(maker.gpa, &maker.variant, pair.variant);
    defer maker.gpa.free(variant_masked);
    const masked: Masked = .{ .maker = maker, .pair = pair, .base = base_masked, .variant = variant_masked };
    const first = maker.code.items.len;
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
    for (maker.code.items[first..]) |run| try anchor(maker, pair, run);
}

/// Returns code without its relative addresses.
fn mask(gpa: std.mem.Allocator, file: *const File, span: Span) ![]u8 {
    const masked = try gpa.dupe(u8, file.raw(span));
    var scanner: operands.Scanner = .{ .code = masked, .address = span.address, .limit = file.image_size };
    while (scanner.next()) |operand| @memset(masked[operand.at..][0..4], 0);
    return masked;
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
        for (try masked.maker.differ.diff(base, variant)) |run| try masked.add(.{
            .base = base_start + run.base,
            .variant = variant_start + run.variant,
            .size = run.size,
        });
    }

    fn add(masked: *const Masked, run: Run) !void {
        const list = &masked.maker.code;
        // Entries lie within one section.
        if (list.items.len > 0 and masked.pair.base.contains(list.items[list.items.len - 1].base)) {
            const last = &list.items[list.items.len - 1];
            if (run.variant -% run.base == last.variant -% last.base) {
                last.size = run.variant + run.size - last.variant;
                return;
            }
        }
        try list.append(masked.maker.gpa, run);
    }
};

/// Adds an anchor for each relative address that both have in a run.
fn anchor(maker: *Maker, pair: Pair, run: Run) !void {
    const base = maker.base.raw(pair.base)[run.base - pair.base.address ..][0..run.size];
    const variant = maker.variant.raw(pair.variant)[run.variant - pair.variant.address ..][0..run.size];
    var scanner: operands.Scanner = .{ .code = base, .address = run.base, .limit = maker.base.image_size };
    while (scanner.next()) |operand| {
        if (base[operand.at - 1] != variant[operand.at - 1]) continue;
        const displacement = std.mem.readInt(i32, variant[operand.at..][0..4], .little);
        const target = @as(i64, run.variant) + @as(i64, @intCast(operand.at)) + 4 + displacement;
        if (target < 0 or target >= maker.variant.image_size) continue;
        try landmarks.add(maker, operand.target, @intCast(target));
    }
}
