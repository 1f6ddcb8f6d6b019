//! Finds the records that two tables of dynamic relocations have in common.
const std = @import("std");
const Differ = @import("runs.zig").Differ;
const Run = @import("runs.zig").Run;

/// Elf64_Rela.
pub const Relocation = extern struct { offset: u64, type: u32, symbol: u32, addend: u64 };

const record_size = @sizeOf(Relocation);
const key_size = @sizeOf(u64);

/// Appends the runs of records that correspond, in bytes from the tables' starts: of one kind, and as far behind the
/// place of the record before them, because all their addresses may have moved.
pub fn diff(
    gpa: std.mem.Allocator,
    differ: *Differ,
    base_table: []const u8,
    variant_table: []const u8,
    out: *std.ArrayList(Run),
) !void {
    const base = try keysOf(gpa, base_table);
    defer gpa.free(base);
    const variant = try keysOf(gpa, variant_table);
    defer gpa.free(variant);
    for (try differ.diff(std.mem.sliceAsBytes(base), std.mem.sliceAsBytes(variant))) |run| {
        // Bytes of different keys may be equal.
        if (run.base % key_size != run.variant % key_size) continue;
        const skipped = -%run.base % key_size;
        const count = (run.size -| skipped) / key_size;
        if (count > 0) try out.append(gpa, .{
            .base = (run.base + skipped) / key_size * record_size,
            .variant = (run.variant + skipped) / key_size * record_size,
            .size = count * record_size,
        });
    }
}

/// Returns a hash of what corresponding records have in common, for each record.
fn keysOf(gpa: std.mem.Allocator, table: []const u8) ![]const u64 {
    const count = table.len / record_size;
    const keys = try gpa.alloc(u64, count);
    var before: u64 = 0;
    for (keys, std.mem.bytesAsSlice(Relocation, table[0 .. count * record_size])) |*key, record| {
        const what = [_]u64{ record.offset -% before, @as(u64, record.symbol) << 32 | record.type };
        key.* = std.hash.Wyhash.hash(0, std.mem.sliceAsBytes(&what));
        before = record.offset;
    }
    return keys;
}

test "records correspond although their addresses have moved, behind others that were added and taken away" {
    const gpa = std.testing.allocator;
    var base: [400]Relocation = undefined;
    for (&base, 0..) |*record, index| {
        // Most pointers stand beside each other; some groups stand in front of those before them.
        const place = 0x1000 * (index % 7) + 8 * index + 16 * (index / 10);
        record.* = .{ .offset = 0x8000 + place, .type = 8, .symbol = 0, .addend = 0x400 * index };
    }
    var variant: [401]Relocation = undefined;
    for (0..variant.len) |index| {
        var record = base[if (index < 150) index else if (index < 302) index -| 2 else index - 1];
        record.offset += if (index < 150) 0x3000 else 0x3010;
        record.addend += 0x500;
        if (index == 150 or index == 151) record.type = 6;
        variant[index] = record;
    }
    var differ: Differ = .{ .gpa = gpa };
    defer differ.runs.deinit(gpa);
    defer differ.chain.deinit(gpa);
    var runs: std.ArrayList(Run) = .empty;
    defer runs.deinit(gpa);
    try diff(gpa, &differ, std.mem.sliceAsBytes(&base), std.mem.sliceAsBytes(&variant), &runs);
    var covered: usize = 0;
    for (runs.items) |run| {
        var at: u32 = 0;
        while (at < run.size) : (at += record_size) {
            const left = base[(run.base + at) / record_size];
            const right = variant[(run.variant + at) / record_size];
            covered += @intFromBool(left.type == right.type and left.addend + 0x500 == right.addend);
        }
    }
    // The two added records, and the record behind each change, which is at another distance.
    try std.testing.expect(covered >= variant.len - 5);
}
