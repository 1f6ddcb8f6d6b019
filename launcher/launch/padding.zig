//! Finds padding of an executable, by its headers: bytes that nobody uses and that the kernel maps as code.
//!
//! The kernel maps whole pages of the file. So bytes between the end of a segment and the end of its last page are in
//! memory, too, and so are bytes between the headers and the first section. Linkers leave them zero. Go's has padding
//! behind the headers, GNU ld behind each segment.
const std = @import("std");
const elf = std.elf;

/// Executables have about 15 program headers and 50 sections.
pub const segments_max = 64;
pub const sections_max = 256;

/// The smallest pages, whatever size the kernel has: with larger ones it maps more of the file, and refuses segments
/// that share a page in memory.
const page_size = std.heap.page_size_min;

/// The headers of one file, which need not be true.
pub const Headers = struct {
    file: elf.Ehdr,
    segments_buffer: [segments_max]elf.Phdr,
    sections_buffer: [sections_max]elf.Shdr,
    /// Size of the file in bytes.
    size: u64,

    /// Returns false if there are more headers than expected, or of another kind. `contents` has `read(buffer, offset)
    /// bool`, which fills the whole buffer or returns false.
    pub fn read(headers: *Headers, contents: anytype) bool {
        const file = &headers.file;
        return contents.read(std.mem.asBytes(file), 0) and
            file.e_phentsize == @sizeOf(elf.Phdr) and file.e_phnum <= segments_max and
            file.e_shentsize == @sizeOf(elf.Shdr) and file.e_shnum <= sections_max and
            contents.read(std.mem.sliceAsBytes(headers.segments_buffer[0..file.e_phnum]), file.e_phoff) and
            contents.read(std.mem.sliceAsBytes(headers.sections_buffer[0..file.e_shnum]), file.e_shoff);
    }

    fn segments(headers: *const Headers) []const elf.Phdr {
        return headers.segments_buffer[0..headers.file.e_phnum];
    }

    fn sections(headers: *const Headers) []const elf.Shdr {
        return headers.sections_buffer[0..headers.file.e_shnum];
    }

    fn segmentTable(headers: *const Headers) Range {
        return .of(headers.file.e_phoff, std.mem.sliceAsBytes(headers.segments()).len);
    }

    fn sectionTable(headers: *const Headers) Range {
        return .of(headers.file.e_shoff, std.mem.sliceAsBytes(headers.sections()).len);
    }
};

pub const Padding = struct {
    /// In bytes from the start of the file.
    offset: u64,
    /// Address of the same byte, by the program headers.
    address: u64,
    /// Index of its segment.
    segment: usize,
};

/// Returns the first `size` bytes in a segment with exactly these flags that are part of no header, section or other
/// segment. A file without section headers has no padding: they tell what it uses.
pub fn find(headers: *const Headers, flags: u32, size: u64) ?Padding {
    if (headers.file.e_shnum == 0) return null;
    for (headers.segments(), 0..) |*segment, index| {
        if (segment.p_type != elf.PT_LOAD or segment.p_flags != flags) continue;
        const pages = mappedPages(segment, headers.size) orelse continue;
        if (isOverlaid(headers, index)) continue;
        const offset = findGap(headers, index, pages, size) orelse continue;
        // The first page may begin below the segment: the difference wraps and wraps back.
        const address = segment.p_vaddr -% segment.p_offset +% offset;
        return .{ .offset = offset, .address = address, .segment = index };
    }
    return null;
}

/// Returns the bytes of the file that the kernel maps for a segment, or null if it refuses to, or fills their last page
/// with zeros.
fn mappedPages(segment: *const elf.Phdr, file_size: u64) ?Range {
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

fn pagesInMemory(segment: *const elf.Phdr) Range {
    return Range.of(segment.p_vaddr, segment.p_memsz).roundToPages();
}

/// Returns the offset of the first `size` bytes within `limits` that no part of the file occupies.
fn findGap(headers: *const Headers, own: usize, limits: Range, size: u64) ?u64 {
    var offset = limits.start;
    while (offset < limits.end and limits.end - offset >= size) {
        offset = endOfUse(headers, own, .of(offset, size)) orelse return offset;
    }
    return null;
}

/// Returns the end of a part of the file that has bytes in `wanted`. The segment `own` does not count: its sections
/// tell what it uses.
fn endOfUse(headers: *const Headers, own: usize, wanted: Range) ?u64 {
    for ([_]Range{
        .of(0, @sizeOf(elf.Ehdr)),
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

/// Bytes of a file or of memory, without `end`. Sums that overflow end at the largest number.
const Range = struct {
    start: u64,
    end: u64,

    fn of(start: u64, size: u64) Range {
        return .{ .start = start, .end = start +| size };
    }

    /// Returns false if a range is empty.
    fn overlaps(range: Range, other: Range) bool {
        return @max(range.start, other.start) < @min(range.end, other.end);
    }

    fn roundToPages(range: Range) Range {
        const mask: u64 = page_size - 1;
        return .{ .start = range.start & ~mask, .end = (range.end +| mask) & ~mask };
    }
};
