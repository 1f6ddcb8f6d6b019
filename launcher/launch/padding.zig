//! Finds bytes of an executable that nobody uses and that the kernel maps as code, by its headers.
//!
//! The kernel maps whole pages of the file: the bytes between a segment's end and the end of its
//! last page are in memory too, and so are those between the headers and the first section. Linkers
//! leave them zero. Go's leaves room behind the headers, GNU ld behind each segment.
const std = @import("std");
const elf = std.elf;

/// Executables have about 15 program headers and 50 sections.
pub const segments_max = 64;
pub const sections_max = 256;

const page_size = 4096;

/// Those of one file. They need not be true.
pub const Headers = struct {
    file: elf.Elf64_Ehdr,
    segments_buffer: [segments_max]elf.Elf64_Phdr,
    sections_buffer: [sections_max]elf.Elf64_Shdr,
    /// Of the file, in bytes.
    size: u64,

    /// Null if the file has more of something than is expected, or of another kind. `contents` is
    /// asked for bytes by `read(buffer, offset)`, which says whether there are as many.
    pub fn read(headers: *Headers, contents: anytype) bool {
        const file = &headers.file;
        return contents.read(std.mem.asBytes(file), 0) and
            file.e_phentsize == @sizeOf(elf.Elf64_Phdr) and file.e_phnum <= segments_max and
            file.e_shentsize == @sizeOf(elf.Elf64_Shdr) and file.e_shnum <= sections_max and
            contents.read(std.mem.sliceAsBytes(headers.segments_buffer[0..file.e_phnum]), file.e_phoff) and
            contents.read(std.mem.sliceAsBytes(headers.sections_buffer[0..file.e_shnum]), file.e_shoff);
    }

    fn segments(headers: *const Headers) []const elf.Elf64_Phdr {
        return headers.segments_buffer[0..headers.file.e_phnum];
    }

    fn sections(headers: *const Headers) []const elf.Elf64_Shdr {
        return headers.sections_buffer[0..headers.file.e_shnum];
    }

    fn segmentTable(headers: *const Headers) Range {
        return .of(headers.file.e_phoff, std.mem.sliceAsBytes(headers.segments()).len);
    }

    fn sectionTable(headers: *const Headers) Range {
        return .of(headers.file.e_shoff, std.mem.sliceAsBytes(headers.sections()).len);
    }
};

/// Where room is.
pub const Room = struct {
    /// In bytes from the start of the file.
    offset: u64,
    /// Of the same byte, as the program headers have addresses.
    address: u64,
    /// Index of the segment that it lies in.
    segment: usize,
};

/// The first `size` bytes in a segment with exactly these flags that are part of no header, section
/// or other segment. A file without section headers has no room: nobody knows what it uses.
pub fn find(headers: *const Headers, flags: u32, size: u64) ?Room {
    if (headers.file.e_shnum == 0) return null;
    for (headers.segments(), 0..) |*segment, index| {
        if (segment.p_type != elf.PT_LOAD or segment.p_flags != flags) continue;
        const pages = mappedPages(segment, headers.size) orelse continue;
        if (isOverlaid(headers, index)) continue;
        const offset = findGap(headers, index, pages, size) orelse continue;
        // The first page may begin below the segment: the difference wraps, and wraps back.
        const address = segment.p_vaddr -% segment.p_offset +% offset;
        return .{ .offset = offset, .address = address, .segment = index };
    }
    return null;
}

/// What of the file the kernel maps for a segment; null if it may not, or fills up with zeros.
fn mappedPages(segment: *const elf.Elf64_Phdr, file_size: u64) ?Range {
    const contents: Range = .of(segment.p_offset, segment.p_filesz);
    const mappable = segment.p_filesz != 0 and
        segment.p_filesz == segment.p_memsz and
        segment.p_offset % page_size == segment.p_vaddr % page_size and
        contents.end <= file_size;
    if (!mappable) return null;
    const pages = contents.roundToPages();
    return .{ .start = pages.start, .end = @min(pages.end, file_size) };
}

/// Whether another segment is mapped over one of this segment's pages.
fn isOverlaid(headers: *const Headers, own: usize) bool {
    const pages = pagesInMemory(&headers.segments_buffer[own]);
    for (headers.segments(), 0..) |*segment, index| {
        if (index == own or segment.p_type != elf.PT_LOAD) continue;
        if (pages.overlaps(pagesInMemory(segment))) return true;
    }
    return false;
}

fn pagesInMemory(segment: *const elf.Elf64_Phdr) Range {
    return Range.of(segment.p_vaddr, segment.p_memsz).roundToPages();
}

/// Offset of the first `size` bytes inside of `limits` that no part of the file is said to be in.
fn findGap(headers: *const Headers, own: usize, limits: Range, size: u64) ?u64 {
    var offset = limits.start;
    while (offset < limits.end and limits.end - offset >= size) {
        offset = endOfUse(headers, own, .of(offset, size)) orelse return offset;
    }
    return null;
}

/// The end of a part of the file that has bytes in `wanted`. The segment `own` does not count: its
/// sections tell what of it is used.
fn endOfUse(headers: *const Headers, own: usize, wanted: Range) ?u64 {
    for ([_]Range{
        .of(0, @sizeOf(elf.Elf64_Ehdr)),
        headers.segmentTable(),
        headers.sectionTable(),
    }) |table| {
        if (table.overlaps(wanted)) return table.end;
    }
    for (headers.segments(), 0..) |*segment, index| {
        const contents: Range = .of(segment.p_offset, segment.p_filesz);
        if (index != own and contents.overlaps(wanted)) return contents.end;
    }
    for (headers.sections()) |*section| {
        const contents: Range = .of(section.sh_offset, section.sh_size);
        const filled = section.sh_type != elf.SHT_NULL and section.sh_type != elf.SHT_NOBITS;
        if (filled and contents.overlaps(wanted)) return contents.end;
    }
    return null;
}

/// Of a file or of memory, in bytes; `end` is behind the last one. Sums that overflow end at the
/// end of all numbers.
const Range = struct {
    start: u64,
    end: u64,

    fn of(start: u64, size: u64) Range {
        return .{ .start = start, .end = start +| size };
    }

    /// An empty range overlaps none.
    fn overlaps(range: Range, other: Range) bool {
        return @max(range.start, other.start) < @min(range.end, other.end);
    }

    fn roundToPages(range: Range) Range {
        const mask: u64 = page_size - 1;
        return .{ .start = range.start & ~mask, .end = (range.end +| mask) & ~mask };
    }
};
