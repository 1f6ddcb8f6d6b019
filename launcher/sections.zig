//! Tells readers of the memfd which sections have no contents there. Programs are started without what is
//! detached from them: zeros stand where debug data and symbols were, and debuggers and profilers (they
//! open /proc/PID/exe) would take those for damaged data.
//!
//! The type SHT_NOBITS says that a section occupies no space in the file (System V gABI, "Sections").
//! Tools know such sections from files whose debug data were moved elsewhere, and treat the program as a
//! stripped one.
const std = @import("std");
const elf = std.elf;
const format = @import("format.zig");
const system = @import("system.zig");

/// Section headers that are read and written at once.
const batch = 64;

/// Marks the sections that the ranges are contents of, in the ELF file of `descriptor`. Headers that are
/// not what they should be stay as they are: the program starts all the same.
pub fn markDetached(descriptor: system.Descriptor, ranges: []const format.Detached) void {
    var file: elf.Elf64_Ehdr = undefined;
    if (!system.readAllAt(descriptor, std.mem.asBytes(&file), 0)) return;
    if (file.e_shentsize != @sizeOf(elf.Elf64_Shdr)) return;
    var place = file.e_shoff;
    var left: usize = file.e_shnum;
    while (left > 0) {
        var buffer: [batch]elf.Elf64_Shdr = undefined;
        const headers = buffer[0..@min(left, batch)];
        const bytes = std.mem.sliceAsBytes(headers);
        if (!system.readAllAt(descriptor, bytes, place)) return;
        var changed = false;
        for (headers) |*header| {
            if (!isDetached(header, ranges)) continue;
            header.sh_type = elf.SHT_NOBITS;
            // Above all SHF_COMPRESSED.
            header.sh_flags = 0;
            changed = true;
        }
        if (changed) _ = system.writeAt(descriptor, bytes, place);
        place +|= bytes.len;
        left -= headers.len;
    }
}

/// Whether the section ends with one of the ranges: of compressed ones, the header is not detached.
fn isDetached(header: *const elf.Elf64_Shdr, ranges: []const format.Detached) bool {
    if (header.sh_flags & elf.SHF_ALLOC != 0 or header.sh_type == elf.SHT_NULL or header.sh_type == elf.SHT_NOBITS) return false;
    const end = header.sh_offset +| header.sh_size;
    for (ranges) |*range| {
        if (range.offset >= header.sh_offset and range.offset + range.size == end) return true;
    }
    return false;
}
