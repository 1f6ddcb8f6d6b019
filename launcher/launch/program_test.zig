//! program.zig on headers that are right and headers that are damaged.
const std = @import("std");
const elf = std.elf;
const address_max = @import("arch").address_max;
const page_size = std.heap.page_size_min;
const program = @import("program.zig");

const TestFile = extern struct {
    header: elf.Ehdr,
    segments: [5]elf.Phdr,
    path: [8]u8,

    /// Code with the headers, data with zeros behind, a dynamic linker, a stack.
    fn init() TestFile {
        var file = std.mem.zeroes(TestFile);
        file.header.e_type = .EXEC;
        file.header.e_entry = 0x401234;
        file.header.e_phoff = @offsetOf(TestFile, "segments");
        file.header.e_phentsize = @sizeOf(elf.Phdr);
        file.header.e_phnum = file.segments.len;
        file.path = "/ld.so\x00\x00".*;
        const types = [_]u32{ elf.PT_LOAD, elf.PT_LOAD, elf.PT_INTERP, elf.PT_GNU_STACK, elf.PT_NOTE };
        for (&file.segments, types) |*segment, kind| {
            segment.p_type = kind;
            segment.p_filesz = @sizeOf(TestFile);
            segment.p_memsz = segment.p_filesz;
        }
        file.segments[0].p_vaddr = 0x400000;
        file.segments[1].p_vaddr = 0x402010;
        file.segments[1].p_memsz = 0x1ff0;
        file.segments[2].p_offset = @offsetOf(TestFile, "path");
        file.segments[2].p_filesz = 7;
        return file;
    }

    fn read(file: *const TestFile, size: usize) program.Error!program.Program {
        var bytes: [page_size]u8 align(page_size) = @splat(0);
        @memcpy(bytes[0..@sizeOf(TestFile)], std.mem.asBytes(file));
        const contents: program.File = bytes[0..size];
        var found = try program.read(contents, try program.readSegments(contents), page_size);
        // Its bytes are gone.
        if (found.interpreter) |path| {
            std.debug.assert(std.mem.eql(u8, path, "/ld.so"));
            found.interpreter = null;
        }
        return found;
    }
};

test "a program is the pages of its segments" {
    const found = try TestFile.init().read(@sizeOf(TestFile));
    try std.testing.expectEqual(program.Range{ .start = 0x400000, .end = 0x404000 }, found.linked);
    try std.testing.expectEqual(2, found.load_count);
    try std.testing.expectEqual(program.Range{ .start = 0x400000, .end = 0x401000 }, found.loads[0]);
    try std.testing.expectEqual(program.Range{ .start = 0x402000, .end = 0x404000 }, found.loads[1]);
    try std.testing.expectEqual(0x400000 + @offsetOf(TestFile, "segments"), found.headers);
    try std.testing.expect(found.fixed);
    try std.testing.expectEqual(0, found.bias());
}

test "a file that is cut short or has damaged headers is no program" {
    const whole: TestFile = .init();
    for (0..@sizeOf(TestFile)) |size| try std.testing.expectError(error.Closed, whole.read(size));
    const max = std.math.maxInt(usize);
    inline for (.{
        .{ 0, "p_offset", @as(usize, 1) },
        .{ 0, "p_offset", max },
        .{ 0, "p_filesz", max },
        .{ 0, "p_vaddr", max },
        .{ 0, "p_vaddr", address_max },
        .{ 0, "p_memsz", @as(usize, 0) },
        .{ 0, "p_memsz", max },
        .{ 0, "p_memsz", @as(usize, 0x2001) },
        .{ 1, "p_vaddr", @as(usize, 0x3ff000) },
        .{ 1, "p_memsz", @as(usize, 1) },
        .{ 2, "p_filesz", @as(usize, 0) },
        .{ 2, "p_filesz", @as(usize, 6) },
        .{ 2, "p_filesz", max },
        .{ 2, "p_offset", max },
        .{ 3, "p_flags", @as(u32, elf.PF_X) },
    }) |change| {
        var file = whole;
        @field(file.segments[change[0]], change[1]) = change[2];
        try std.testing.expectError(error.Closed, file.read(@sizeOf(TestFile)));
    }
    inline for (.{
        .{ "e_phoff", max },
        .{ "e_phoff", @offsetOf(TestFile, "segments") + 1 },
        .{ "e_phnum", 0 },
        .{ "e_phnum", 0xffff },
        .{ "e_phentsize", 0 },
    }) |change| {
        var file = whole;
        @field(file.header, change[0]) = change[1];
        try std.testing.expectError(error.Closed, file.read(@sizeOf(TestFile)));
    }
}
