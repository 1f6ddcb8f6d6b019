//! Marks sections of a file that is executed as having no contents there. Programs are started without their detached
//! ranges: zeros stand for debug data and symbols, which debuggers and profilers, reading /proc/PID/exe, would take
//! for damaged data.
//!
//! A section of type SHT_NOBITS occupies no space in the file (System V gABI, "Sections"). Tools know them from files
//! whose debug data were moved elsewhere, and treat the program as a stripped one.
const std = @import("std");
const elf = std.elf;
const format = @import("format");
const memory_file = @import("../memory_file.zig");
const system = @import("../system.zig");

/// How many section headers are read and written at once.
const batch = 64;

/// Marks the sections whose contents the ranges are, in the ELF file of `descriptor`. Damaged headers stay as they are:
/// the program starts all the same.
pub fn markDetached(descriptor: system.Descriptor, ranges: []const format.Detached) void {
    var file: elf.Ehdr = undefined;
    if (!system.file.readAllAt(descriptor, std.mem.asBytes(&file), 0)) return;
    if (file.e_shentsize != @sizeOf(elf.Shdr)) return;
    var offset = file.e_shoff;
    var left: usize = file.e_shnum;
    while (left > 0) {
        var buffer: [batch]elf.Shdr = undefined;
        const headers = buffer[0..@min(left, batch)];
        const bytes = std.mem.sliceAsBytes(headers);
        if (!system.file.readAllAt(descriptor, bytes, offset)) return;
        var changed = false;
        for (headers) |*header| {
            if (!isDetached(header, ranges)) continue;
            header.sh_type = elf.SHT_NOBITS;
            // SHF_COMPRESSED would promise a compressed stream.
            header.sh_flags = 0;
            changed = true;
        }
        if (changed) _ = system.file.writeAt(descriptor, bytes, offset);
        offset +|= bytes.len;
        left -= headers.len;
    }
}

/// Whether the section ends with one of the ranges. The header of a compressed one is not detached.
fn isDetached(header: *const elf.Shdr, ranges: []const format.Detached) bool {
    if (header.sh_flags & elf.SHF_ALLOC != 0) return false;
    if (header.sh_type == elf.SHT_NULL or header.sh_type == elf.SHT_NOBITS) return false;
    const end = header.sh_offset +| header.sh_size;
    for (ranges) |*range| {
        if (range.offset >= header.sh_offset and range.offset + range.size == end) return true;
    }
    return false;
}

const TestFile = extern struct {
    header: elf.Ehdr,
    sections: [count]elf.Shdr,

    /// More than one batch.
    const count = 2 * batch + 3;

    /// Sections of 100 bytes that are not loaded.
    fn init() TestFile {
        var file = std.mem.zeroes(TestFile);
        file.header.e_shoff = @offsetOf(TestFile, "sections");
        file.header.e_shentsize = @sizeOf(elf.Shdr);
        file.header.e_shnum = count;
        for (&file.sections, 0..) |*section, index| {
            section.sh_type = if (index == 0) elf.SHT_NULL else elf.SHT_PROGBITS;
            section.sh_flags = elf.SHF_COMPRESSED;
            section.sh_offset = 100 * index;
            section.sh_size = 100;
        }
        return file;
    }

    fn marked(file: *const TestFile, ranges: []const format.Detached) !TestFile {
        const descriptor = memory_file.create();
        defer memory_file.close(descriptor);
        memory_file.fill(descriptor, std.mem.asBytes(file));
        markDetached(descriptor, ranges);
        var result: TestFile = undefined;
        try std.testing.expectEqual(@sizeOf(TestFile), memory_file.sizeOf(descriptor));
        try std.testing.expect(memory_file.read(descriptor, std.mem.asBytes(&result)));
        return result;
    }

    fn expect(file: *const TestFile, expected: *const TestFile, ranges: []const format.Detached) !void {
        try std.testing.expectEqualSlices(u8, std.mem.asBytes(expected), std.mem.asBytes(&try file.marked(ranges)));
    }
};

test "sections that end with a range are marked, in every batch" {
    const file: TestFile = .init();
    for ([_]usize{ 1, batch - 1, batch, TestFile.count - 1 }) |index| {
        var expected = file;
        expected.sections[index].sh_type = elf.SHT_NOBITS;
        expected.sections[index].sh_flags = 0;
        const start = 100 * index;
        try file.expect(&expected, &.{.{ .offset = start, .size = 100, .stream_size = 1 }});
        // A compressed section's header is not detached.
        try file.expect(&expected, &.{.{ .offset = start + 24, .size = 76, .stream_size = 1 }});
        try file.expect(&file, &.{.{ .offset = start - 1, .size = 101, .stream_size = 1 }});
        try file.expect(&file, &.{.{ .offset = start, .size = 99, .stream_size = 1 }});
    }
    try file.expect(&file, &.{});
}

test "sections that are loaded or have no contents stay as they are" {
    const ranges = [_]format.Detached{
        .{ .offset = 0, .size = 100, .stream_size = 1 },
        .{ .offset = 100, .size = 100, .stream_size = 1 },
        .{ .offset = 200, .size = 100, .stream_size = 1 },
    };
    var file: TestFile = .init();
    file.sections[1].sh_type = elf.SHT_NOBITS;
    file.sections[2].sh_flags |= elf.SHF_ALLOC;
    try file.expect(&file, &ranges);
}

test "a file with damaged section headers stays as it was" {
    const ranges = [_]format.Detached{.{ .offset = 100, .size = 100, .stream_size = 1 }};
    inline for (.{
        .{ "e_shoff", @sizeOf(TestFile) - 1 },
        .{ "e_shoff", std.math.maxInt(usize) },
        .{ "e_shoff", std.math.maxInt(isize) },
        .{ "e_shnum", 0 },
        .{ "e_shentsize", 63 },
    }) |change| {
        var file: TestFile = .init();
        @field(file.header, change[0]) = change[1];
        try file.expect(&file, &ranges);
    }
    var file: TestFile = .init();
    file.sections[1].sh_offset = std.math.maxInt(usize);
    try file.expect(&file, &ranges);
}
