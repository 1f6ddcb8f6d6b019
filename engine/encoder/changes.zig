//! Measures the changes of a variant beyond addresses: functions, code of none, and data that its base has otherwise.
//!
//! Both are whole executables. Where Go's table of functions cannot be read, nothing can be told.
const std = @import("std");
const format = @import("format");
const compare = @import("compare_code.zig");
const data = @import("compare_data.zig");
const File = @import("file.zig").File;
const go_names = @import("go_names.zig");
const pclntab = @import("pclntab.zig");
const Places = @import("places.zig").Places;
const Changes = format.Changes;
const ChangedFunction = format.wire.ChangedFunction;
const MeasuredChanges = format.wire.MeasuredChanges;
const Pair = format.wire.Pair;

/// Returns `MeasuredChanges` with what follows it; null if it cannot be told. `pairs` are the loaded sections that both
/// have, as offsets in the files. `relative` is arch's of the architecture. All memory comes from `arena`.
pub fn measure(
    comptime relative: type,
    arena: std.mem.Allocator,
    base: []const u8,
    variant: []const u8,
    request: format.wire.Request,
    pairs: []const Pair,
) !?[]const u8 {
    const base_file: File = try .init(arena, base, &request, pairs, .base);
    const variant_file: File = try .init(arena, variant, &request, pairs, .variant);
    const functions = for (pairs) |pair| {
        if (pair.role == .functions) break pair;
    } else return null;
    const base_table = pclntab.read(arena, &base_file, pairs, .base, functions.base) orelse return null;
    const variant_table = pclntab.read(arena, &variant_file, pairs, .variant, functions.variant) orelse return null;
    var places: Places = try .init(arena, &base_file, &variant_file, &base_table, &variant_table, pairs, relative);
    if (!places.isWhole() or !isTold(relative, &places)) return null;

    // Which functions differ in more than places of addresses, which data does, and then which functions do in what
    // the addresses lead to.
    compare.compareFunctions(relative, &places, .any);
    // Sections whose contents have moved tell nothing about where an address should lead: found out first.
    _ = data.compareAll(&places);
    const data_size = data.compareAll(&places);
    compare.compareFunctions(relative, &places, .same);

    var report: Report = .{ .gpa = arena };
    try report.addFunctions(relative, &places);
    for (pairs) |pair| if (pair.role == .code) try report.addOthers(relative, &places, pair);
    return try report.write(data_size);
}

/// Whether all addresses in Go's functions are found.
fn isTold(comptime relative: type, places: *const Places) bool {
    if (!@hasDecl(relative, "usesTable")) return true;
    for (places.base_table.functions) |function| {
        if (relative.usesTable(compare.codeOf(relative, places, .base, function))) return false;
    }
    return true;
}

/// Whether the linker has made a function: calls are compared by what it leads to.
fn isTrampoline(function: pclntab.Function) bool {
    return go_names.trampolineTarget(function.name) != null;
}

const Report = struct {
    gpa: std.mem.Allocator,
    functions: std.ArrayList(Changed) = .empty,

    const Changed = struct { name: []const u8, base_size: u32, variant_size: u32 };

    fn addFunctions(report: *Report, comptime relative: type, places: *const Places) !void {
        for (places.base_table.functions, places.partners, places.differs) |function, partner, differs| {
            if (!differs or isTrampoline(function)) continue;
            const other = if (partner) |index| places.variant_table.functions[index] else null;
            const code = compare.codeOf(relative, places, .base, function);
            const changed = if (other) |found| compare.codeOf(relative, places, .variant, found) else "";
            try report.add(function.name, code.len, changed.len);
        }
        for (places.variant_table.functions, places.is_partner) |function, is_partner| {
            if (is_partner or isTrampoline(function)) continue;
            const code = compare.codeOf(relative, places, .variant, function);
            try report.add(function.name, 0, code.len);
        }
    }

    /// Adds code that is no function of Go's table, a stretch as one without a name.
    fn addOthers(report: *Report, comptime relative: type, places: *const Places, pair: Pair) !void {
        for (places.stretchesOf(pair)) |stretch| {
            if (compare.isSame(relative, places, stretch)) continue;
            try report.add("", stretch.base.size, stretch.variant.size);
        }
    }

    fn add(report: *Report, name: []const u8, base_size: usize, variant_size: usize) !void {
        try report.functions.append(report.gpa, .{
            .name = name,
            .base_size = @intCast(base_size),
            .variant_size = @intCast(variant_size),
        });
    }

    fn write(report: *const Report, data_size: u32) ![]const u8 {
        const gpa = report.gpa;
        var changes: Changes = .{ .data_size = data_size, .is_known = 1 };
        var entries: std.ArrayList(ChangedFunction) = .empty;
        var names: std.ArrayList(u8) = .empty;
        for (report.functions.items) |function| {
            const is_runtime = go_names.isRuntime(function.name);
            const count = if (is_runtime) &changes.runtime else &changes.program;
            count.functions += 1;
            count.size +|= @max(function.base_size, function.variant_size);
            try entries.append(gpa, .{
                .base_size = function.base_size,
                .variant_size = function.variant_size,
                .is_runtime = @intFromBool(is_runtime),
                .name_size = @intCast(function.name.len),
            });
            try names.appendSlice(gpa, function.name);
        }
        return std.mem.concat(gpa, u8, &.{
            std.mem.asBytes(&MeasuredChanges{ .changes = changes, .function_count = @intCast(entries.items.len) }),
            std.mem.sliceAsBytes(entries.items),
            names.items,
        });
    }
};
