//! Expectations of the linked launcher: the bundle writer fills it without a linker, and for the direct layout puts its
//! code into another program. Each failure says what to do about it.
const std = @import("std");
const elf = std.elf;
const elf_class = @import("elf_class.zig");
const format = @import("format");

/// In bytes; every bundle carries it.
pub fn sizeMax(architecture: format.Architecture) usize {
    return if (architecture == .amd64) 92 << 10 else 110 << 10;
}

/// Both entries must lie below this offset: a file that is cut short must still hold them.
pub const entry_max = 1024;

/// The block of the direct layout starts at a multiple of this, so that nothing in it may need more.
const block_align = format.payload_align;

const Segment = struct {
    type: u32,
    flags: u32,
    /// Whether it has contents in the file.
    filled: bool,
    guidance: []const u8,
};

const read = elf.PF_R;
const write = elf.PF_W;
const execute = elf.PF_X;

const stack: Segment = .{
    .type = elf.PT_GNU_STACK,
    .flags = read | write,
    .filled = false,
    .guidance = "the stack must not be executable: an assembly file lacks .note.GNU-stack",
};

/// The build ID, which the bundle writer fills.
const note: Segment = .{ .type = elf.PT_NOTE, .flags = read, .filled = true, .guidance = "see PHDRS in launcher.ld" };

/// Constants have a segment of their own where all pages have one size (launcher.ld), else not (one_segment.ld).
const two_segments = [_]Segment{
    .{
        .type = elf.PT_LOAD,
        .flags = read | execute,
        .filled = true,
        .guidance = "the first segment holds the ELF header, the program headers and .text: see PHDRS in launcher.ld",
    },
    // Constants, and what the bundle writer lets grow.
    .{ .type = elf.PT_LOAD, .flags = read, .filled = true, .guidance = "see PHDRS in launcher.ld" },
    stack,
    note,
};
const one_segment = [_]Segment{
    // So that the launcher's segment is the second.
    .{ .type = elf.PT_PHDR, .flags = read, .filled = true, .guidance = "see PHDRS in one_segment.ld" },
    .{
        .type = elf.PT_LOAD,
        .flags = read | execute,
        .filled = true,
        .guidance = "the second segment holds all of the launcher: see PHDRS in one_segment.ld",
    },
    stack,
    note,
};

const small_page_size = 4096;

const Section = struct { name: []const u8, type: u32, flags: u64, segment: Place };

/// The segment that a section lies in.
const Place = enum { none, first_loaded, last_loaded };

const sections = [_]Section{
    .{ .name = "", .type = elf.SHT_NULL, .flags = 0, .segment = .none },
    .{ .name = ".note.gnu.build-id", .type = elf.SHT_NOTE, .flags = elf.SHF_ALLOC, .segment = .first_loaded },
    .{
        .name = ".text",
        .type = elf.SHT_PROGBITS,
        .flags = elf.SHF_ALLOC | elf.SHF_EXECINSTR,
        .segment = .first_loaded,
    },
    .{ .name = ".rodata", .type = elf.SHT_PROGBITS, .flags = elf.SHF_ALLOC, .segment = .last_loaded },
    .{ .name = ".mgo", .type = elf.SHT_PROGBITS, .flags = elf.SHF_ALLOC, .segment = .last_loaded },
    .{ .name = ".go.buildinfo", .type = elf.SHT_PROGBITS, .flags = elf.SHF_ALLOC, .segment = .last_loaded },
    .{ .name = ".shstrtab", .type = elf.SHT_STRTAB, .flags = 0, .segment = .none },
};

/// Linkers mark sections whose constants they have merged, which changes nothing for readers.
const flags_merged: u64 = elf.SHF_MERGE | elf.SHF_STRINGS;

pub const Report = struct {
    buffer: [1024]u8 = undefined,
    text: []const u8 = "",

    fn fail(report: *Report, comptime problem: []const u8, arguments: anytype) error{Unexpected} {
        report.text = std.fmt.bufPrint(&report.buffer, problem, arguments) catch "expectation failed";
        return error.Unexpected;
    }
};

/// Checks what the linker has just written, so `file` is an ELF file. After `error.Unexpected`, `report.text` says what
/// is wrong. `page_size` is that of the architecture in launcher/arch.
pub fn check(
    file: []const u8,
    architecture: format.Architecture,
    page_size: u32,
    report: *Report,
) error{Unexpected}!void {
    const size_max = sizeMax(architecture);
    if (file.len > size_max) return report.fail(
        "{d} bytes, and at most {d} are expected" ++
            "\nhint: look for what grew with `nm --size-sort` on a build without .strip",
        .{ file.len, size_max },
    );
    switch (architecture) {
        inline else => |one| {
            const row = @field(format.levels.architectures, @tagName(one));
            const Class = if (row.elf_class == elf.ELFCLASS32) elf_class.Class32 else elf_class.Class64;
            try checkHeader(Class, file, row.elf_machine, report);
            const segments: []const Segment = if (page_size == small_page_size) &two_segments else &one_segment;
            try checkSegments(Class, file, segments, page_size, report);
            try checkSections(Class, file, page_size, report);
        },
    }
}

fn headerOf(comptime Class: type, file: []const u8) Class.Ehdr {
    return std.mem.bytesToValue(Class.Ehdr, file[0..@sizeOf(Class.Ehdr)]);
}

fn checkHeader(comptime Class: type, file: []const u8, machine: u16, report: *Report) !void {
    const header = headerOf(Class, file);
    if (@intFromEnum(header.e_machine) != machine) return report.fail(
        "e_machine is {d}, and {d} is expected\nhint: see the targets in launcher/arch",
        .{ @intFromEnum(header.e_machine), machine },
    );
    if (header.e_type != .DYN) return report.fail(
        "e_type is {d}, and ET_DYN is expected: its code must run at any address\nhint: is .pie set in build.zig?",
        .{@intFromEnum(header.e_type)},
    );
    if (header.e_phoff != @sizeOf(Class.Ehdr)) {
        return report.fail("the program headers do not follow the ELF header", .{});
    }
    const text_offset = @sizeOf(Class.Ehdr) + header.e_phnum * @sizeOf(Class.Phdr);
    if (header.e_entry < text_offset or header.e_entry >= entry_max) return report.fail(
        "the entry is at {d}, and below {d} is expected: a file that is cut short must hold it" ++
            "\nhint: .text.start comes first in launcher.ld",
        .{ header.e_entry, entry_max },
    );
}

fn checkSegments(
    comptime Class: type,
    file: []const u8,
    segments: []const Segment,
    page_size: u32,
    report: *Report,
) !void {
    const header = headerOf(Class, file);
    if (header.e_phnum != segments.len) return report.fail(
        "{d} program headers, and {d} are expected: see PHDRS in launcher.ld",
        .{ header.e_phnum, segments.len },
    );
    for (segments, 0..) |expected, index| {
        const found = tableEntry(Class.Phdr, file, header.e_phoff, index);
        const fits = found.p_type == expected.type and
            found.p_flags == expected.flags and
            (found.p_filesz != 0) == expected.filled and
            (!expected.filled or found.p_filesz == found.p_memsz);
        if (!fits) return report.fail(
            "segment {d} is type {d}, flags {d}, {d} bytes in the file, {d} in memory\nhint: {s}",
            .{ index, found.p_type, found.p_flags, found.p_filesz, found.p_memsz, expected.guidance },
        );
        const aligned = found.p_align == page_size and found.p_vaddr % page_size == found.p_offset % page_size;
        if (found.p_type == elf.PT_LOAD and !aligned) return report.fail(
            "segment {d} is not aligned to pages of {d} bytes\nhint: see page_size in launcher/arch",
            .{ index, page_size },
        );
    }
    const first = loadedSegment(Class, file, .first_loaded);
    if (first.p_offset != 0 or first.p_vaddr != 0) return report.fail(
        "the launcher is not linked from address 0 with its headers in the first segment" ++
            "\nhint: see PHDRS in launcher.ld",
        .{},
    );
}

fn loadedSegment(comptime Class: type, file: []const u8, place: Place) Class.Phdr {
    const header = headerOf(Class, file);
    var last: ?Class.Phdr = null;
    for (0..header.e_phnum) |index| {
        const segment = tableEntry(Class.Phdr, file, header.e_phoff, index);
        if (segment.p_type != elf.PT_LOAD) continue;
        if (place == .first_loaded) return segment;
        last = segment;
    }
    return last.?;
}

fn checkSections(comptime Class: type, file: []const u8, page_size: u32, report: *Report) !void {
    const header = headerOf(Class, file);
    const names_section = tableEntry(Class.Shdr, file, header.e_shoff, header.e_shstrndx);
    const names = file[@intCast(names_section.sh_offset)..][0..@intCast(names_section.sh_size)];
    var block_offset: u64 = 0;
    for (0..header.e_shnum) |index| {
        const found = tableEntry(Class.Shdr, file, header.e_shoff, index);
        const name = std.mem.sliceTo(names[found.sh_name..], 0);
        if (index >= sections.len or !std.mem.eql(u8, name, sections[index].name)) return report.fail(
            "section {d} is {s}, and {s} is expected\nhint: a new kind of data needs a place in launcher.ld: " ++
                "constants in .rodata, nothing that is written or relocated",
            .{ index, name, if (index < sections.len) sections[index].name else "none" },
        );
        const expected = sections[index];
        // They mark one with a global offset table, too, as in one_segment.ld. Its segment is not written.
        const has_table = page_size != small_page_size and std.mem.eql(u8, name, ".rodata");
        const ignored = if (has_table) flags_merged | elf.SHF_WRITE else flags_merged;
        if (found.sh_type != expected.type or found.sh_flags & ~ignored != expected.flags) return report.fail(
            "section {s} has type {d} and flags {d}, and {d} and {d} are expected",
            .{ name, found.sh_type, found.sh_flags, expected.type, expected.flags },
        );
        if (expected.segment == .none) continue;
        if (found.sh_addralign > block_align or found.sh_addr != found.sh_offset) return report.fail(
            "section {s} is aligned to {d} bytes, at {d} of the file and {d} of memory: up to {d} and the same are " ++
                "expected\nhint: the direct layout takes .text to .rodata as they lie in the file",
            .{ name, found.sh_addralign, found.sh_offset, found.sh_addr, block_align },
        );
        const segment = loadedSegment(Class, file, expected.segment);
        if (found.sh_addr < segment.p_vaddr or found.sh_addr + found.sh_size > segment.p_vaddr + segment.p_memsz) {
            return report.fail("section {s} lies outside of its segment", .{name});
        }
        if (std.mem.eql(u8, name, ".text")) block_offset = found.sh_offset;
        if (std.mem.eql(u8, name, format.section_payload)) {
            try checkPayload(file[@intCast(found.sh_offset)..], report);
            try checkBlock(file, block_offset, found.sh_offset, report);
        }
    }
    if (header.e_shnum != sections.len) return report.fail(
        "{d} sections, and {d} are expected: one was dropped as empty",
        .{ header.e_shnum, sections.len },
    );
}

fn checkPayload(contents: []const u8, report: *Report) !void {
    const start = format.magic ++ std.mem.toBytes(std.mem.nativeToLittle(u16, format.version));
    if (!std.mem.startsWith(u8, contents, &start)) return report.fail(
        "section {s} does not start with the magic and version of format.zig\nhint: change launcher/payload.S",
        .{format.section_payload},
    );
}

fn checkBlock(file: []const u8, offset: u64, payload: u64, report: *Report) !void {
    const block = std.mem.bytesToValue(format.Block, file[@intCast(offset)..][0..@sizeOf(format.Block)]);
    if (!std.mem.eql(u8, &block.magic, &format.block_magic)) return report.fail(
        "section .text does not start with the block of format.zig\nhint: .text.start comes first in launcher.ld",
        .{},
    );
    const aligned = block.payload % format.payload_align == 0 and offset % block_align == 0;
    if (block.payload != payload - offset or !aligned) return report.fail(
        "the block starts at {d} and has its payload at {d}, which is at {d} of the file",
        .{ offset, block.payload, payload },
    );
    if (block.entry < @sizeOf(format.Block) or block.entry >= entry_max) return report.fail(
        "the entry of the direct layout is at {d} of the block, and below {d} is expected",
        .{ block.entry, entry_max },
    );
}

fn tableEntry(comptime T: type, file: []const u8, offset: u64, index: usize) T {
    return std.mem.bytesToValue(T, file[@intCast(offset + index * @sizeOf(T))..][0..@sizeOf(T)]);
}

test "an ELF file of another shape is reported with guidance" {
    // The rest of the file is not read.
    var file: [256]u8 = @splat(0);
    var header = std.mem.zeroes(elf.Elf64_Ehdr);
    try expectReport(&file, "e_machine is 0, and 62 is expected");

    header.e_machine = .X86_64;
    header.e_type = .DYN;
    header.e_phoff = @sizeOf(elf.Elf64_Ehdr);
    header.e_phnum = 1;
    header.e_entry = 256;
    file[0..@sizeOf(elf.Elf64_Ehdr)].* = std.mem.toBytes(header);
    try expectReport(&file, "1 program headers, and 4 are expected");

    header.e_type = .EXEC;
    file[0..@sizeOf(elf.Elf64_Ehdr)].* = std.mem.toBytes(header);
    try expectReport(&file, "e_type is 2");

    const large: [sizeMax(.amd64) + 1]u8 = @splat(0);
    try expectReport(&large, std.fmt.comptimePrint("{d} bytes", .{large.len}));
}

fn expectReport(file: []const u8, start: []const u8) !void {
    var report: Report = .{};
    try std.testing.expectError(error.Unexpected, check(file, .amd64, 4096, &report));
    try std.testing.expectStringStartsWith(report.text, start);
}
