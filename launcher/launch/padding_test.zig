//! padding.zig on the headers of Go's linker and GNU ld, and on damaged headers.
const std = @import("std");
const elf = std.elf;
const testing = std.testing;
const padding = @import("padding.zig");

const code = elf.PF_R | elf.PF_X;
const data = elf.PF_R;

/// The address that segments are linked for.
const base = 0x400000;

/// Headers by Go's linker: they share a segment with the code, and a gap precedes a note and the code's section.
fn linkedByGo() padding.Headers {
    var headers = empty(0x6000);
    headers.file.e_phoff = 64;
    headers.file.e_shoff = 64 + 5 * 56;
    addSegment(&headers, elf.PT_PHDR, data, 64, 5 * 56);
    addSegment(&headers, elf.PT_NOTE, data, 0xf80, 0x80);
    addSegment(&headers, elf.PT_LOAD, code, 0, 0x2b00);
    addSegment(&headers, elf.PT_LOAD, data, 0x3000, 0x1000);
    addSegment(&headers, elf.PT_LOAD, elf.PF_R | elf.PF_W, 0x4000, 0x800);
    headers.segments_buffer[4].p_memsz = 0x9000;
    addSection(&headers, elf.SHT_NULL, 0, 0);
    addSection(&headers, elf.SHT_NOTE, 0xf80, 0x80);
    addSection(&headers, elf.SHT_PROGBITS, 0x1000, 0x1b00);
    addSection(&headers, elf.SHT_PROGBITS, 0x3000, 0x1000);
    addSection(&headers, elf.SHT_PROGBITS, 0x4000, 0x800);
    addSection(&headers, elf.SHT_NOBITS, 0x800, 0x2300);
    addSection(&headers, elf.SHT_STRTAB, 0x5000, 0x100);
    return headers;
}

/// Headers by GNU ld: .interp follows the program headers at once, code has pages of its own, section headers are last.
fn linkedByLd() padding.Headers {
    var headers = empty(0x5000);
    headers.file.e_phoff = 64;
    headers.file.e_shoff = 0x4800;
    addSegment(&headers, elf.PT_INTERP, data, 0x200, 0x1c);
    addSegment(&headers, elf.PT_LOAD, data, 0, 0x800);
    addSegment(&headers, elf.PT_LOAD, code, 0x1000, 0x1e80);
    addSegment(&headers, elf.PT_LOAD, data, 0x3000, 0x1000);
    addSection(&headers, elf.SHT_NULL, 0, 0);
    addSection(&headers, elf.SHT_PROGBITS, 64 + 4 * 56, 0x800 - (64 + 4 * 56));
    addSection(&headers, elf.SHT_PROGBITS, 0x1000, 0x1e80);
    addSection(&headers, elf.SHT_PROGBITS, 0x3000, 0x1000);
    return headers;
}

fn empty(size: u64) padding.Headers {
    var headers = std.mem.zeroes(padding.Headers);
    headers.size = size;
    return headers;
}

fn addSegment(headers: *padding.Headers, kind: u32, flags: u32, offset: u64, size: u64) void {
    const segment = &headers.segments_buffer[headers.file.e_phnum];
    segment.p_type = kind;
    segment.p_flags = flags;
    segment.p_offset = offset;
    segment.p_vaddr = base + offset;
    segment.p_filesz = size;
    segment.p_memsz = size;
    headers.file.e_phnum += 1;
}

fn addSection(headers: *padding.Headers, kind: u32, offset: u64, size: u64) void {
    const section = &headers.sections_buffer[headers.file.e_shnum];
    section.sh_type = kind;
    section.sh_offset = offset;
    section.sh_size = size;
    headers.file.e_shnum += 1;
}

fn expectPadding(offset: ?u64, segment: usize, found: ?padding.Padding) !void {
    const known = offset orelse return testing.expectEqual(null, found);
    const wanted: padding.Padding = .{ .offset = known, .address = base + known, .segment = segment };
    try testing.expectEqualDeep(wanted, found.?);
}

test "Go's linker leaves padding behind its headers and behind the code" {
    const headers = linkedByGo();
    const tables_end = 64 + 5 * 56 + 7 * 64;
    try expectPadding(tables_end, 2, padding.find(&headers, code, 1));
    try expectPadding(tables_end, 2, padding.find(&headers, code, 0xf80 - tables_end));
    // The section without contents in there does not count.
    try expectPadding(null, 0, padding.find(&headers, code, 0xf80 - tables_end + 1));
    // Another tool has stripped the file and put the section headers at the end.
    var moved = headers;
    moved.file.e_shoff = 0x5800;
    try expectPadding(64 + 5 * 56, 2, padding.find(&moved, code, 0x80));
    // Behind the code: the segment ends at 0x2b00, its page at 0x3000.
    moved.sections_buffer[1].sh_offset = 64;
    moved.sections_buffer[1].sh_size = 0xfc0;
    try expectPadding(0x2b00, 2, padding.find(&moved, code, 0x500));
    try expectPadding(null, 0, padding.find(&moved, code, 0x501));
}

test "GNU ld leaves padding behind the code and behind read-only data" {
    var headers = linkedByLd();
    try expectPadding(0x2e80, 2, padding.find(&headers, code, 0x180));
    try expectPadding(null, 0, padding.find(&headers, code, 0x181));
    try expectPadding(0x800, 1, padding.find(&headers, data, 0x181));
    // A section that no segment loads lies in there.
    addSection(&headers, elf.SHT_PROGBITS, 0x2f00, 0x10);
    try expectPadding(null, 0, padding.find(&headers, code, 0x180));
    try expectPadding(0x2e80, 2, padding.find(&headers, code, 0x80));
    try expectPadding(0x2f10, 2, padding.find(&headers, code, 0x81));
}

test "a segment whose last page the kernel does not map from the file has no padding" {
    inline for (.{
        // The kernel fills the page with zeros, or maps nothing.
        .{ "p_memsz", 0x1e81 },
        .{ "p_filesz", 0x1e7f },
        .{ "p_filesz", 0 },
        // Address and offset differ within a page.
        .{ "p_vaddr", base + 0x1001 },
        .{ "p_offset", 0x1001 },
        // Overlaps the next segment, the previous one.
        .{ "p_vaddr", base + 0x2000 },
        .{ "p_vaddr", base },
        .{ "p_flags", code | elf.PF_W },
        .{ "p_type", elf.PT_NOTE },
    }) |change| {
        var headers = linkedByLd();
        @field(headers.segments_buffer[2], change[0]) = change[1];
        try expectPadding(null, 0, padding.find(&headers, code, 1));
    }
}

test "padding ends with the file, and a file without sections has none" {
    var headers = linkedByLd();
    headers.size = 0x2e90;
    headers.file.e_shoff = 0x900;
    try expectPadding(0x2e80, 2, padding.find(&headers, code, 0x10));
    try expectPadding(null, 0, padding.find(&headers, code, 0x11));
    headers.size = 0x2e7f;
    try expectPadding(null, 0, padding.find(&headers, code, 1));
    headers = linkedByLd();
    headers.file.e_shnum = 0;
    try expectPadding(null, 0, padding.find(&headers, code, 1));
}

test "padding is unused and mapped, whatever the headers say" {
    var found_count: usize = 0;
    for ([_]padding.Headers{ linkedByGo(), linkedByLd() }) |original| {
        for (0..original.file.e_phnum) |index| {
            inline for (.{ "p_type", "p_flags", "p_offset", "p_vaddr", "p_filesz", "p_memsz" }) |field| {
                var headers = original;
                const value = &@field(headers.segments_buffer[index], field);
                found_count += try checkLimits(&headers, @TypeOf(value.*), value);
            }
        }
        for (0..original.file.e_shnum) |index| {
            inline for (.{ "sh_type", "sh_offset", "sh_size" }) |field| {
                var headers = original;
                const value = &@field(headers.sections_buffer[index], field);
                found_count += try checkLimits(&headers, @TypeOf(value.*), value);
            }
        }
        inline for (.{ "e_phoff", "e_shoff" }) |field| {
            var headers = original;
            found_count += try checkLimits(&headers, u64, &@field(headers.file, field));
        }
        var headers = original;
        found_count += try checkLimits(&headers, u64, &headers.size);
    }
    try testing.expect(found_count > 1000);
}

fn checkLimits(headers: *padding.Headers, comptime T: type, value: *T) !usize {
    const original = value.*;
    var count: usize = 0;
    for ([_]u64{
        0,                  1,                            original +% 1,        original -% 1,
        original +% 0x1000, original -% 0x1000,           0xfff,                0x1000,
        0x2e90,             std.math.maxInt(u32),         1 << 31,              1 << 47,
        1 << 63,            std.math.maxInt(u64) - 0xfff, std.math.maxInt(u64), std.math.maxInt(u64) - 0xffe,
    }) |limit| {
        value.* = @truncate(limit);
        for ([_]u32{ code, data }) |flags| {
            for ([_]u64{ 1, 0x80, 0x300, 0x1100, 1 << 63, std.math.maxInt(u64) }) |size| {
                const found = padding.find(headers, flags, size) orelse continue;
                try checkPadding(headers, flags, size, found);
                count += 1;
            }
        }
    }
    return count;
}

/// Checks padding with integers that cannot overflow.
fn checkPadding(headers: *const padding.Headers, flags: u32, size: u64, found: padding.Padding) !void {
    const start: u128 = found.offset;
    const end = start + size;
    const page = 0x1000;
    try testing.expect(end <= headers.size);
    try testing.expect(apart(start, end, 0, 64));
    try testing.expect(apart(start, end, headers.file.e_phoff, @as(u128, headers.file.e_phnum) * 56));
    try testing.expect(apart(start, end, headers.file.e_shoff, @as(u128, headers.file.e_shnum) * 64));
    for (headers.sections_buffer[0..headers.file.e_shnum]) |*section| {
        if (section.sh_type == elf.SHT_NULL or section.sh_type == elf.SHT_NOBITS) continue;
        try testing.expect(apart(start, end, section.sh_offset, section.sh_size));
    }
    const own = &headers.segments_buffer[found.segment];
    try testing.expectEqual(flags, own.p_flags);
    try testing.expect(start >= own.p_offset / page * page);
    try testing.expect(end <= (@as(u128, own.p_offset) + own.p_filesz + page - 1) / page * page);
    try testing.expectEqual(own.p_vaddr -% own.p_offset, found.address -% found.offset);
    for (headers.segments_buffer[0..headers.file.e_phnum], 0..) |*segment, index| {
        if (index == found.segment) continue;
        try testing.expect(apart(start, end, segment.p_offset, segment.p_filesz));
        if (segment.p_type != elf.PT_LOAD) continue;
        const mapped = segment.p_vaddr / page * page;
        const mapped_end = (@as(u128, segment.p_vaddr) + segment.p_memsz + page - 1) / page * page;
        try testing.expect(apart(found.address, @as(u128, found.address) + size, mapped, mapped_end - mapped));
    }
}

fn apart(start: u128, end: u128, other: u128, size: u128) bool {
    return size == 0 or end <= other or other + size <= start;
}
