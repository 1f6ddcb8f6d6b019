//! Makes the plan by which a variant is predicted from its base.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const predict = @import("predict");
const anchors_of = @import("anchors.zig");
const match = @import("match.zig");
const pclntab = @import("pclntab.zig");
const wire = format.wire;
const runs = @import("runs.zig");
const File = @import("file.zig").File;
const Pair = wire.Pair;
const Run = runs.Run;
const Span = wire.Span;
const word = predict.functions.read;

const Entry = struct { run: Run, kind: format.Kind };

/// The plan as it is stored.
///
/// `pairs` ascend in both files. All memory comes from `arena`, in pieces that are not given back.
pub fn makePlan(
    arena: std.mem.Allocator,
    base: []const u8,
    variant: []const u8,
    asked: wire.Request,
    pairs: []const Pair,
) ![]const u8 {
    const planner = try arena.create(Planner);
    planner.* = .{
        .gpa = arena,
        .base = try .init(arena, base, asked.base_image, asked.base_image_size, pairs, .base),
        .variant = try .init(arena, variant, asked.variant_image, asked.variant_image_size, pairs, .variant),
        .pairs = pairs,
        .differ = .{ .gpa = arena },
    };
    return planner.make();
}

const Planner = struct {
    gpa: std.mem.Allocator,
    base: File,
    variant: File,
    pairs: []const Pair,
    base_table: ?pclntab.Table = null,
    variant_table: ?pclntab.Table = null,
    matches: []const match.Match = &.{},
    anchors: anchors_of.Anchors = .{},
    code: std.ArrayList(Run) = .empty,
    entries: std.ArrayList(Entry) = .empty,
    differ: runs.Differ,

    fn make(planner: *Planner) ![]const u8 {
        planner.readTables();
        if (planner.base_table) |*base| {
            const variant = &planner.variant_table.?;
            planner.matches = try match.matchFunctions(planner.gpa, base.functions, variant.functions);
            try planner.anchorRecords(base, variant);
        }
        for (planner.pairs) |pair| if (pair.role == .code) try planner.diffCode(pair);
        planner.anchors.settle();
        // Pointers in data that was placed by pointers in code place further data.
        try planner.anchorData();
        planner.anchors.settle();
        try planner.placeAll();
        return planner.write();
    }

    fn readTables(planner: *Planner) void {
        for (planner.pairs) |pair| {
            if (pair.role != .functions) continue;
            const base_module = pclntab.Module.find(&planner.base, planner.pairs, .base, pair.base) orelse return;
            const variant_module = pclntab.Module.find(&planner.variant, planner.pairs, .variant, pair.variant) orelse return;
            const base = pclntab.read(planner.gpa, &planner.base, pair.base, base_module) orelse return;
            const variant = pclntab.read(planner.gpa, &planner.variant, pair.variant, variant_module) orelse return;
            planner.base_table = base;
            planner.variant_table = variant;
        }
    }

    // Code.

    /// Code between functions, or of none, counts as one function.
    fn diffCode(planner: *Planner, pair: Pair) !void {
        const base_masked = try planner.mask(&planner.base, pair.base);
        defer planner.gpa.free(base_masked);
        const variant_masked = try planner.mask(&planner.variant, pair.variant);
        defer planner.gpa.free(variant_masked);
        const first = planner.code.items.len;
        var base_done = pair.base.address;
        var variant_done = pair.variant.address;
        if (planner.base_table) |base| {
            for (planner.matches) |pair_of| {
                const a = base.functions[pair_of.base];
                const b = planner.variant_table.?.functions[pair_of.variant];
                if (!pair.base.contains(a.start) or !pair.variant.contains(b.start)) continue;
                if (a.end > pair.base.end() or b.end > pair.variant.end()) continue;
                try planner.diffRange(pair, base_masked, variant_masked, base_done, a.start, variant_done, b.start);
                try planner.diffRange(pair, base_masked, variant_masked, a.start, a.end, b.start, b.end);
                base_done = a.end;
                variant_done = b.end;
            }
        }
        try planner.diffRange(pair, base_masked, variant_masked, base_done, pair.base.end(), variant_done, pair.variant.end());
        for (planner.code.items[first..]) |run| try planner.anchorCode(pair, run);
    }

    fn diffRange(
        planner: *Planner,
        pair: Pair,
        base_masked: []const u8,
        variant_masked: []const u8,
        base_start: u32,
        base_end: u32,
        variant_start: u32,
        variant_end: u32,
    ) !void {
        const base = base_masked[base_start - pair.base.address .. base_end - pair.base.address];
        const variant = variant_masked[variant_start - pair.variant.address .. variant_end - pair.variant.address];
        for (try planner.differ.diff(base, variant)) |run| try planner.addCode(pair, .{
            .base = base_start + run.base,
            .variant = variant_start + run.variant,
            .size = run.size,
        });
    }

    fn addCode(planner: *Planner, pair: Pair, run: Run) !void {
        const items = planner.code.items;
        // Entries lie within one section.
        if (items.len > 0 and pair.base.contains(items[items.len - 1].base)) {
            const last = &items[items.len - 1];
            if (run.variant -% run.base == last.variant -% last.base) {
                last.size = run.variant + run.size - last.variant;
                return;
            }
        }
        try planner.code.append(planner.gpa, run);
    }

    /// Code without its relative addresses.
    fn mask(planner: *Planner, file: *const File, span: Span) ![]u8 {
        const masked = try planner.gpa.dupe(u8, file.raw(span));
        var scanner: arch.operands(.amd64).Scanner = .{ .code = masked, .address = span.address, .limit = file.image_size };
        while (scanner.next()) |operand| @memset(masked[operand.at..][0..4], 0);
        return masked;
    }

    // Anchors.

    fn addAnchor(planner: *Planner, base: u32, variant: u32) !void {
        if (planner.isPlaced(base)) return;
        try planner.anchors.list.append(planner.gpa, .{ .base = base, .variant = variant });
    }

    /// Code is placed by itself.
    fn isPlaced(planner: *const Planner, base: u32) bool {
        for (planner.pairs) |pair| {
            if (pair.role == .code and pair.base.contains(base)) return true;
        }
        return false;
    }

    fn anchorCode(planner: *Planner, pair: Pair, run: Run) !void {
        const base = planner.base.raw(pair.base)[run.base - pair.base.address ..][0..run.size];
        const variant = planner.variant.raw(pair.variant)[run.variant - pair.variant.address ..][0..run.size];
        var scanner: arch.operands(.amd64).Scanner = .{ .code = base, .address = run.base, .limit = planner.base.image_size };
        while (scanner.next()) |operand| {
            if (base[operand.at - 1] != variant[operand.at - 1]) continue;
            const displacement = std.mem.readInt(i32, variant[operand.at..][0..4], .little);
            const target = @as(i64, run.variant) + @as(i64, @intCast(operand.at)) + 4 + displacement;
            if (target < 0 or target >= planner.variant.image_size) continue;
            try planner.addAnchor(operand.target, @intCast(target));
        }
    }

    fn anchorRecords(planner: *Planner, base: *const pclntab.Table, variant: *const pclntab.Table) !void {
        const field = predict.functions.field;
        for (planner.matches) |pair| {
            const a = base.functions[pair.base];
            const b = variant.functions[pair.variant];
            const left = base.record_bytes[a.record..][0..a.record_size];
            const right = variant.record_bytes[b.record..][0..b.record_size];
            try planner.anchorField(base, variant, .names, left, right, field.name);
            var at: usize = field.counters;
            while (at < field.counters_end) : (at += 4) try planner.anchorField(base, variant, .counters, left, right, at);
            const counters = word(left, field.counter_count);
            if (counters != word(right, field.counter_count)) continue;
            at = predict.functions.record_size;
            while (at < predict.functions.record_size + 4 * counters) : (at += 4) {
                try planner.anchorField(base, variant, .counters, left, right, at);
            }
            if (left.len != right.len) continue;
            while (at < left.len) : (at += 4) try planner.anchorField(base, variant, .function_data, left, right, at);
        }
    }

    fn anchorField(
        planner: *Planner,
        base: *const pclntab.Table,
        variant: *const pclntab.Table,
        origin: format.Origin,
        left: []const u8,
        right: []const u8,
        at: usize,
    ) !void {
        const a = word(left, at);
        const b = word(right, at);
        const none = std.math.maxInt(u32);
        if (a == 0 or b == 0 or a == none or b == none) return;
        const base_address = std.math.add(u32, base.originOf(origin), a) catch return;
        const variant_address = std.math.add(u32, variant.originOf(origin), b) catch return;
        if (base_address >= planner.base.image_size or variant_address >= planner.variant.image_size) return;
        try planner.addAnchor(base_address, variant_address);
    }

    fn anchorData(planner: *Planner) !void {
        var placed: std.ArrayList(Run) = .empty;
        defer placed.deinit(planner.gpa);
        for (planner.pairs) |pair| {
            if (pair.role != .data) continue;
            placed.clearRetainingCapacity();
            const base = planner.base.raw(pair.base);
            const variant = planner.variant.raw(pair.variant);
            try planner.anchors.divide(planner.gpa, pair, base, variant, &placed);
            for (placed.items) |run| {
                if ((run.base ^ run.variant) % 8 != 0) continue;
                var address = std.mem.alignForward(u32, run.base, 8);
                while (address + 8 <= run.base + run.size) : (address += 8) {
                    const left = planner.base.word(pair.base, address - pair.base.address);
                    const right = planner.variant.word(pair.variant, address - run.base + run.variant - pair.variant.address);
                    const a = planner.base.addressOf(left) orelse continue;
                    const b = planner.variant.addressOf(right) orelse continue;
                    try planner.addAnchor(a, b);
                }
            }
        }
    }

    // Entries.

    fn placeAll(planner: *Planner) !void {
        var code_next: usize = 0;
        for (planner.pairs) |pair| switch (pair.role) {
            .code => while (code_next < planner.code.items.len and pair.base.contains(planner.code.items[code_next].base)) : (code_next += 1) {
                try planner.entries.append(planner.gpa, .{ .run = planner.code.items[code_next], .kind = .code });
            },
            .functions => if (planner.base_table) |base| {
                const parts = base.parts;
                const others = planner.variant_table.?.parts;
                inline for (.{ "head", "names", "files", "counters" }) |name| {
                    try planner.place(.{ .role = .bytes, .base = @field(parts, name), .variant = @field(others, name) }, .bytes);
                }
                try planner.placeTable();
                try planner.placeRecords();
                try planner.place(.{ .role = .bytes, .base = parts.rest, .variant = others.rest }, .bytes);
            } else try planner.place(pair, .bytes),
            .zeros => try planner.place(pair, .none),
            .bytes => try planner.place(pair, .bytes),
            .data, .relocations => try planner.place(pair, .data),
        };
    }

    fn place(planner: *Planner, pair: Pair, kind: format.Kind) !void {
        var placed: std.ArrayList(Run) = .empty;
        defer placed.deinit(planner.gpa);
        const base = if (kind == .none) &.{} else planner.base.raw(pair.base);
        const variant = if (kind == .none) &.{} else planner.variant.raw(pair.variant);
        try planner.anchors.divide(planner.gpa, pair, base, variant, &placed);
        for (placed.items) |run| try planner.entries.append(planner.gpa, .{ .run = run, .kind = kind });
    }

    fn placeTable(planner: *Planner) !void {
        const base = planner.base_table.?.parts.table;
        const variant = planner.variant_table.?.parts.table;
        for (planner.matches) |pair| try planner.extend(.{
            .base = base.address + pair.base * 8,
            .variant = variant.address + pair.variant * 8,
            .size = 8,
        }, .function_table, std.math.maxInt(u32));
    }

    fn placeRecords(planner: *Planner) !void {
        const base = planner.base_table.?;
        const variant = planner.variant_table.?;
        for (planner.matches) |pair| {
            const a = base.functions[pair.base];
            const b = variant.functions[pair.variant];
            const equal = a.record_size == b.record_size;
            const size = if (equal) a.record_size else predict.functions.record_size;
            if (size > format.records_size_max) continue;
            try planner.extend(.{
                .base = base.parts.records.address + a.record,
                .variant = variant.parts.records.address + b.record,
                .size = size,
            }, .functions, if (equal) format.records_size_max else 0);
        }
    }

    /// Adds a run to the last entry if it continues that one.
    fn extend(planner: *Planner, run: Run, kind: format.Kind, size_max: u32) !void {
        const last = &planner.entries.items[planner.entries.items.len - 1];
        const end = last.run;
        if (last.kind == kind and end.size +| run.size <= size_max and end.base + end.size == run.base and end.variant + end.size == run.variant) {
            last.run.size += run.size;
        } else if (run.base >= end.base + end.size and run.variant >= end.variant + end.size) {
            try planner.entries.append(planner.gpa, .{ .run = run, .kind = kind });
        }
    }

    // Output.

    fn write(planner: *Planner) ![]const u8 {
        const gpa = planner.gpa;
        var areas: [2]std.ArrayList(format.Area) = .{ .empty, .empty };
        var pointer_min: u32 = std.math.maxInt(u32);
        for (planner.pairs) |pair| {
            pointer_min = @min(pointer_min, pair.base.address);
            if (pair.role == .zeros) continue;
            for (&areas, [2]Span{ pair.base, pair.variant }) |*list, span| {
                try list.append(gpa, .{ .address = span.address, .offset = span.offset, .size = span.size });
            }
        }
        var origins: [format.origin_count]format.RecipeOrigin = undefined;
        for (&origins, 0..) |*origin, index| origin.* = if (planner.base_table) |*base| .{
            .base = base.originOf(@enumFromInt(index)),
            .variant = planner.variant_table.?.originOf(@enumFromInt(index)),
        } else .{ .base = 0, .variant = 0 };

        var out: std.ArrayList(u8) = .empty;
        try out.appendSlice(gpa, std.mem.asBytes(&format.Recipe{
            .entry_count = @intCast(planner.entries.items.len),
            .base_area_count = @intCast(areas[0].items.len),
            .variant_area_count = @intCast(areas[1].items.len),
            .base_image_size = planner.base.image_size,
            .pointer_min = pointer_min,
            .text_size = if (planner.base_table) |base| base.text_size else 0,
            .base_image = planner.base.image,
            .variant_image = planner.variant.image,
            .origins = origins,
        }));
        for (&areas) |*list| try out.appendSlice(gpa, std.mem.sliceAsBytes(list.items));
        inline for (.{ "variant", "base" }) |side| {
            var end: u32 = 0;
            for (planner.entries.items) |entry| {
                const start = @field(entry.run, side);
                try appendWord(gpa, &out, start - end);
                end = start + entry.run.size;
            }
        }
        for (planner.entries.items) |entry| try appendWord(gpa, &out, entry.run.size);
        for (planner.entries.items) |entry| try out.append(gpa, @intFromEnum(entry.kind));
        return out.items;
    }
};

fn appendWord(gpa: std.mem.Allocator, out: *std.ArrayList(u8), value: u32) !void {
    try out.appendSlice(gpa, std.mem.asBytes(&value));
}
