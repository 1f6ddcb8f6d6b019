//! The bundle in memory, as the kernel or a dynamic linker has loaded it: a launcher alone in the packed layout, the
//! base and the launcher in the direct layout.
const std = @import("std");
const elf = std.elf;
const Bundle = @import("bundle").Bundle;
const format = @import("format");
const own_file = @import("own_file.zig");
const Process = @import("process.zig").Process;
const system = @import("../system.zig");

pub const Payload = []align(format.payload_align) const u8;

/// Index of the program header of the segment that the bundle writer fills in the packed layout; also in start.S
/// or entry.zig.
const payload_segment = 1;

/// Returns the bytes from the payload's first to the end of its segment, in the packed layout.
pub fn packedPayload() Payload {
    const header = packedBias();
    const payload = payloadStart();
    const program_headers: [*]const elf.Phdr = @ptrFromInt(header + @sizeOf(elf.Ehdr));
    const segment = &program_headers[payload_segment];
    const end = header +% segment.p_vaddr +% segment.p_memsz;
    return payload[0..end -| @intFromPtr(payload)];
}

/// Returns the bytes from the payload's first to the end of its segment, in the direct layout. The slice is empty if
/// no segment is where the payload's header says. Nothing else of the header is believed; start.S or entry.zig
/// has found it there.
pub fn directPayload(process: *const Process) Payload {
    const payload = payloadStart();
    const header: *const format.Header = @ptrCast(payload);
    const address = @intFromPtr(payload);
    const segment = find(process.program_headers, directBias(address, header), address) orelse return payload[0..0];
    return payload[0 .. directBias(address, header) +% segment.p_vaddr +% segment.p_memsz -% address];
}

/// Whether the file goes on to the end of the directory. `payload` may be shorter than its header.
pub fn hasDirectory(payload: Payload) bool {
    if (payload.len < @sizeOf(format.Header)) return true;
    const header: *const format.Header = @ptrCast(payload.ptr);
    const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
    // `bundle.parse` refuses a longer one without reading it.
    if (size > payload.len) return true;
    return system.memory.isReadable(payload[@as(usize, @intCast(size)) - 8 ..][0..8]);
}

/// Returns all of the bundle, from its first segment to its last. There may be gaps between segments.
pub fn loaded(process: *const Process, bundle: *const Bundle) []const u8 {
    const bias = switch (bundle.layout) {
        .@"packed" => packedBias(),
        .direct => directBias(@intFromPtr(bundle.payload.ptr), bundle.header()),
    };
    var first: usize = std.math.maxInt(usize);
    var end: usize = 0;
    for (process.program_headers) |*segment| {
        if (segment.p_type != elf.PT_LOAD) continue;
        const address = bias +% segment.p_vaddr;
        first = @min(first, address);
        end = @max(end, address +% segment.p_memsz);
    }
    return if (end == 0) &.{} else @as([*]const u8, @ptrFromInt(first))[0 .. end - first];
}

/// Returns the base from its first segment to the payload; empty in the packed layout. There may be gaps between
/// segments: a recipe names bytes within them.
pub fn baseImage(process: *const Process, bundle: *const Bundle) []const u8 {
    if (bundle.layout != .direct) return &.{};
    const all = loaded(process, bundle);
    return all[0 .. @intFromPtr(bundle.payload.ptr) - @intFromPtr(all.ptr)];
}

/// Maps the base as its file has it, laid out as in memory and up to the same end: breakpoints of debuggers and of
/// uprobes, and relocations of read-only segments (DT_TEXTREL), are in memory only. Returns nothing where the file
/// cannot be read, or is another than the one that runs.
///
/// Uprobes are put into private mappings of a file (valid_vma in kernel/events/uprobes.c), so this one is shared.
pub fn mapBase(process: *const Process, bundle: *const Bundle, image: []const u8) system.memory.Mapping {
    const file: system.Descriptor = switch (own_file.open(process)) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return &.{},
    };
    defer system.file.close(file);
    const payload = @intFromPtr(bundle.payload.ptr);
    const bias = directBias(payload, bundle.header());
    const own = find(process.program_headers, bias, payload) orelse return &.{};
    if (!holds(file, own.p_offset +% (payload -% bias -% own.p_vaddr), bundle.header())) return &.{};
    const page_size = process.pageSize();
    const start = std.mem.alignBackward(usize, @intFromPtr(image.ptr), page_size);
    const size = @intFromPtr(image.ptr) - start + image.len;
    const mapping: [*]align(std.heap.page_size_min) const u8 = switch (system.memory.reserve(null, size)) {
        .ok => |address| @ptrFromInt(address),
        .failed => return &.{},
    };
    // Zeros for what a recipe names in gaps between segments.
    _ = system.memory.protect(@intFromPtr(mapping), size, .{ .READ = true });
    for (process.program_headers) |*segment| {
        const slack = segment.p_vaddr % page_size;
        const distance = bias +% segment.p_vaddr -% slack -% start;
        if (segment.p_type != elf.PT_LOAD or segment.p_filesz == 0 or distance >= size) continue;
        const length = @min(segment.p_filesz +| slack, size - distance);
        const mapped = system.memory.mapOver(@intFromPtr(mapping) + distance, length, file, segment.p_offset -% slack);
        if (mapped == .ok) continue;
        system.memory.unmap(mapping[0..size]);
        return &.{};
    }
    return mapping[0..size];
}

/// Whether a file has the payload's header at an offset. It tells bundles apart: it has a checksum of all the others.
fn holds(file: system.Descriptor, offset: u64, header: *const format.Header) bool {
    var found: format.Header = undefined;
    const bytes = std.mem.asBytes(&found);
    return system.file.readAllAt(file, bytes, offset) and std.mem.eql(u8, bytes, std.mem.asBytes(header));
}

/// Returns the address of the base's entry, or null if no executable segment but the launcher's holds it.
pub fn baseEntry(process: *const Process, bundle: *const Bundle) ?usize {
    const payload = @intFromPtr(bundle.payload.ptr);
    const header = bundle.header();
    return findEntry(process.program_headers, directBias(payload, header), payload, header.entry);
}

fn payloadStart() [*]align(format.payload_align) const u8 {
    return @extern([*]align(format.payload_align) const u8, .{ .name = "launcher_payload", .visibility = .hidden });
}

/// Returns how far a packed bundle was moved: it is linked for address 0.
fn packedBias() usize {
    return @intFromPtr(@extern(*const elf.Ehdr, .{ .name = "__ehdr_start", .visibility = .hidden }));
}

/// Returns how far a direct bundle was moved from where it is linked.
fn directBias(payload: usize, header: *const format.Header) usize {
    return payload -% @as(usize, @intCast(header.address));
}

/// Returns the loaded segment that holds an address.
fn find(program_headers: []const elf.Phdr, bias: usize, address: usize) ?*const elf.Phdr {
    for (program_headers) |*segment| {
        if (segment.p_type == elf.PT_LOAD and address -% bias -% segment.p_vaddr < segment.p_memsz) return segment;
    }
    return null;
}

fn findEntry(program_headers: []const elf.Phdr, bias: usize, payload: usize, entry: u64) ?usize {
    const address = bias +% @as(usize, @intCast(entry));
    const segment = find(program_headers, bias, address) orelse return null;
    const own = find(program_headers, bias, payload) orelse return null;
    return if (segment != own and segment.p_flags & elf.PF_X != 0) address else null;
}

test "payload and entry are found in the segments as they were loaded" {
    var code = std.mem.zeroes(elf.Phdr);
    code.p_type = elf.PT_LOAD;
    code.p_flags = elf.PF_R | elf.PF_X;
    code.p_vaddr = 0x1000;
    code.p_memsz = 0x500;
    var data = code;
    data.p_flags = elf.PF_R | elf.PF_W;
    data.p_vaddr = 0x2000;
    var own = code;
    own.p_vaddr = 0x3000;
    var note = code;
    note.p_type = elf.PT_NOTE;
    note.p_vaddr = 0x8000;
    const segments = [_]elf.Phdr{ note, code, data, own };
    for ([_]usize{ 0, 0x7000_0000_0000, @as(usize, 0) -% 0x1000 }) |bias| {
        const payload = bias +% 0x3040;
        try std.testing.expectEqual(&segments[3], find(&segments, bias, payload).?);
        try std.testing.expectEqual(bias +% 0x1000, findEntry(&segments, bias, payload, 0x1000).?);
        try std.testing.expectEqual(bias +% 0x14ff, findEntry(&segments, bias, payload, 0x14ff).?);
        // Behind the code, before it, data, the launcher itself, nothing, what is not loaded.
        for ([_]u64{ 0x1500, 0xfff, 0x2000, 0x3000, 0x4000, 0, std.math.maxInt(u64), 0x8000 }) |entry| {
            try std.testing.expectEqual(null, findEntry(&segments, bias, payload, entry));
        }
    }
}
