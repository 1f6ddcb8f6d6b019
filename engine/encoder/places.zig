//! Finds the things of a base in a variant: functions by their names, sections by theirs.
const std = @import("std");
const format = @import("format");
const File = @import("file.zig").File;
const Side = @import("file.zig").Side;
const trampolineTarget = @import("go_names.zig").trampolineTarget;
const pclntab = @import("pclntab.zig");
const Pair = format.wire.Pair;
const Span = format.wire.Span;

/// Two ranges that correspond.
pub const Stretch = struct { base: Span, variant: Span };

pub const Places = struct {
    base: *const File,
    variant: *const File,
    base_table: *const pclntab.Table,
    variant_table: *const pclntab.Table,
    pairs: []const Pair,
    /// By the base's functions: the variant's function of the same name.
    partners: []const ?u32,
    /// By the variant's functions: whether the base has it.
    is_partner: []const bool,
    /// By the base's functions: whether code differs; found out later.
    differs: []bool,
    /// By the functions of each: where a trampoline leads to, null for other functions.
    trampolines: struct { base: []const ?u32, variant: []const ?u32 },
    /// By pair: whether each byte is as far from the section's start in both.
    is_aligned: []bool,

    pub fn init(
        gpa: std.mem.Allocator,
        base: *const File,
        variant: *const File,
        base_table: *const pclntab.Table,
        variant_table: *const pclntab.Table,
        pairs: []const Pair,
        comptime relative: type,
    ) !Places {
        const partners = try gpa.alloc(?u32, base_table.functions.len);
        const is_partner = try gpa.alloc(bool, variant_table.functions.len);
        try matchByName(gpa, base_table.functions, variant_table.functions, partners, is_partner);
        const differs = try gpa.alloc(bool, base_table.functions.len);
        for (differs, partners) |*one, partner| one.* = partner == null;
        const is_aligned = try gpa.alloc(bool, pairs.len);
        for (is_aligned, pairs) |*one, pair| one.* = pair.base.size == pair.variant.size;
        return .{
            .base = base,
            .variant = variant,
            .base_table = base_table,
            .variant_table = variant_table,
            .pairs = pairs,
            .partners = partners,
            .is_partner = is_partner,
            .differs = differs,
            .trampolines = .{
                .base = try findTrampolines(gpa, base, base_table, pairs, .base, relative),
                .variant = try findTrampolines(gpa, variant, variant_table, pairs, .variant, relative),
            },
            .is_aligned = is_aligned,
        };
    }

    /// Whether all of Go's functions are in one section of code, of both: then the rest of the code is known, too.
    pub fn isWhole(places: *const Places) bool {
        for (places.pairs) |pair| {
            if (pair.role != .code) continue;
            if (holds(pair.base, places.base_table) and holds(pair.variant, places.variant_table)) return true;
        }
        return false;
    }

    /// The code of a section that is in front of Go's functions, and the code behind them; all of it where the section
    /// has none of these.
    pub fn stretchesOf(places: *const Places, pair: Pair) [2]Stretch {
        const a = places.base_table;
        const b = places.variant_table;
        if (!holds(pair.base, a) or !holds(pair.variant, b)) {
            const rest: Stretch = .{
                .base = pair.base.part(pair.base.size, 0),
                .variant = pair.variant.part(pair.variant.size, 0),
            };
            return .{ .{ .base = pair.base, .variant = pair.variant }, rest };
        }
        return .{
            .{ .base = before(pair.base, a), .variant = before(pair.variant, b) },
            .{ .base = behind(pair.base, a), .variant = behind(pair.variant, b) },
        };
    }

    /// Whether two addresses, of base and variant, are of the same thing, as far as that can be told.
    pub fn areSame(places: *const Places, from_base: u32, from_variant: u32) bool {
        const base = follow(places.base_table, places.trampolines.base, from_base);
        const variant = follow(places.variant_table, places.trampolines.variant, from_variant);
        if (contains(places.base_table, base)) return places.areInOneFunction(base, variant);
        for (places.pairs, places.is_aligned) |pair, is_aligned| {
            if (base < pair.base.address or base > pair.base.end()) continue;
            if (pair.role == .code) {
                for (places.stretchesOf(pair)) |stretch| {
                    if (isInside(stretch, base, variant, stretch.base.size == stretch.variant.size)) return true;
                }
            } else if (isInside(.{ .base = pair.base, .variant = pair.variant }, base, variant, is_aligned)) {
                return true;
            }
            // The next section may begin where this one ends.
        }
        return false;
    }

    fn areInOneFunction(places: *const Places, base: u32, variant: u32) bool {
        const index = places.base_table.functionAt(base) orelse return false;
        const a = places.base_table.functions[index];
        const b = places.variant_table.functions[places.partners[index] orelse return false];
        // The end of the last one is an address, too: `maxpc` of `moduledata`.
        if (variant < b.start or variant > b.end) return false;
        // Inside of a function that differs, places do.
        if (base != a.start and places.differs[index]) return true;
        return variant - b.start == base - a.start;
    }
};

/// Returns where code goes on that a call leads to.
fn follow(table: *const pclntab.Table, trampolines: []const ?u32, address: u32) u32 {
    if (!contains(table, address)) return address;
    const index = table.functionAt(address) orelse return address;
    return if (table.functions[index].start == address) trampolines[index] orelse address else address;
}

fn findTrampolines(
    gpa: std.mem.Allocator,
    file: *const File,
    table: *const pclntab.Table,
    pairs: []const Pair,
    comptime side: Side,
    comptime relative: type,
) ![]const ?u32 {
    const targets = try gpa.alloc(?u32, table.functions.len);
    @memset(targets, null);
    for (table.functions, targets) |function, *target| {
        if (trampolineTarget(function.name) == null) continue;
        for (pairs) |pair| {
            const span = side.of(pair);
            if (pair.role != .code or function.start < span.address or function.end > span.end()) continue;
            const code = file.raw(span.part(function.start - span.address, function.end - function.start));
            target.* = if (relative.find(code, function.start, 0)) |address| file.placeOf(address) else null;
        }
    }
    return targets;
}

fn isInside(stretch: Stretch, base: u32, variant: u32, is_aligned: bool) bool {
    if (base < stretch.base.address or base > stretch.base.end()) return false;
    if (variant < stretch.variant.address or variant > stretch.variant.end()) return false;
    return !is_aligned or base - stretch.base.address == variant - stretch.variant.address;
}

fn contains(table: *const pclntab.Table, address: u32) bool {
    return address >= table.text and address - table.text < table.text_size;
}

fn holds(span: Span, table: *const pclntab.Table) bool {
    return table.text >= span.address and @as(u64, table.text) + table.text_size <= span.end();
}

fn before(span: Span, table: *const pclntab.Table) Span {
    return span.part(0, table.text - span.address);
}

fn behind(span: Span, table: *const pclntab.Table) Span {
    const skip = table.text + table.text_size - span.address;
    return span.part(skip, span.size - skip);
}

/// Several functions of one name are told apart by their order.
fn matchByName(
    gpa: std.mem.Allocator,
    base: []const pclntab.Function,
    variant: []const pclntab.Function,
    partners: []?u32,
    is_partner: []bool,
) !void {
    // By name, the first function that has no partner yet; by function, the next one of its name.
    var first: std.StringHashMapUnmanaged(u32) = .empty;
    const next = try gpa.alloc(u32, variant.len);
    var index: u32 = @intCast(variant.len);
    while (index > 0) {
        index -= 1;
        const entry = try first.getOrPut(gpa, variant[index].name);
        next[index] = if (entry.found_existing) entry.value_ptr.* else none;
        entry.value_ptr.* = index;
    }
    @memset(is_partner, false);
    for (partners, base) |*partner, function| {
        partner.* = null;
        const found = first.getPtr(function.name) orelse continue;
        if (found.* == none) continue;
        partner.* = found.*;
        is_partner[found.*] = true;
        found.* = next[found.*];
    }
}

const none = std.math.maxInt(u32);
