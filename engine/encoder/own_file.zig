//! Finds out whether a program asks for its own file, by package os, and which packages do.
const std = @import("std");
const format = @import("format");
const File = @import("file.zig").File;
const go_names = @import("go_names.zig");
const pclntab = @import("pclntab.zig");
const OwnFile = format.wire.OwnFile;
const Pair = format.wire.Pair;

/// The first calls the second, and is often inlined.
const functions = [_][]const u8{ "os.Executable", "os.executable" };

/// Returns an `OwnFile` and the packages behind it, each with a final zero; null if it cannot be told. `relative` is
/// arch's of the architecture. All memory comes from `arena`. `pairs` are as for changes.zig; only the base's side
/// counts.
pub fn find(
    comptime relative: type,
    arena: std.mem.Allocator,
    bytes: []const u8,
    request: format.wire.Request,
    pairs: []const Pair,
) !?[]const u8 {
    const file: File = try .init(arena, bytes, &request, pairs, .base);
    const span = for (pairs) |pair| {
        if (pair.role == .functions) break pair.base;
    } else return null;
    const table = pclntab.read(arena, &file, pairs, .base, span) orelse return null;
    var targets: std.ArrayList(u32) = .empty;
    for (table.functions) |function| if (isAsked(function.name)) try targets.append(arena, function.start);
    var found: OwnFile = .{ .is_asked_for = @intFromBool(targets.items.len > 0) };
    var packages: std.StringArrayHashMapUnmanaged(void) = .empty;
    if (targets.items.len > 0) {
        try addValues(arena, &file, pairs, &targets);
        for (pairs) |pair| {
            if (pair.role != .code) continue;
            try addCallers(relative, arena, &file, pair.base, &table, targets.items, &packages);
        }
    }
    found.package_count = @intCast(packages.count());
    var out: std.ArrayList(u8) = .empty;
    try out.appendSlice(arena, std.mem.asBytes(&found));
    for (packages.keys()) |package| {
        try out.appendSlice(arena, package);
        try out.append(arena, 0);
    }
    return out.items;
}

fn isAsked(name: []const u8) bool {
    const called = go_names.trampolineTarget(name) orelse name;
    for (functions) |one| if (std.mem.eql(u8, one, called)) return true;
    return false;
}

/// Adds where data has the functions' addresses: code that passes a function on refers to one of these places.
fn addValues(arena: std.mem.Allocator, file: *const File, pairs: []const Pair, targets: *std.ArrayList(u32)) !void {
    const entries = try arena.dupe(u32, targets.items);
    for (pairs) |pair| {
        if (pair.role != .data) continue;
        var at: u32 = -%pair.base.address % file.word_size;
        while (at + file.word_size <= pair.base.size) : (at += file.word_size) {
            const address = file.addressOf(file.word(pair.base, at)) orelse continue;
            if (std.mem.indexOfScalar(u32, entries, address) != null) try targets.append(arena, pair.base.address + at);
        }
    }
}

/// Adds the packages of functions that refer to one of the targets.
fn addCallers(
    comptime relative: type,
    arena: std.mem.Allocator,
    file: *const File,
    span: format.wire.Span,
    table: *const pclntab.Table,
    targets: []const u32,
    packages: *std.StringArrayHashMapUnmanaged(void),
) !void {
    const code = file.raw(span);
    var at: usize = 0;
    while (at < code.len) : (at += 1) {
        const address = relative.find(code, span.address, at) orelse continue;
        const target = file.placeOf(address) orelse continue;
        if (std.mem.indexOfScalar(u32, targets, target) == null) continue;
        const function = table.functionAt(span.address + @as(u32, @intCast(at))) orelse continue;
        const name = table.functions[function].name;
        const package = go_names.packageOf(name);
        if (isAsked(name) or package.len == 0) continue;
        try packages.put(arena, package, {});
    }
}
