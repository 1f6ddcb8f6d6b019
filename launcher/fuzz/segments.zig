//! Program headers, by which the direct layout finds its base and the base's entry.
const std = @import("std");
const elf = std.elf;
const bundle = @import("bundle");
const format = @import("format");
const Guarded = @import("guarded.zig").Guarded;
const image = @import("../self/image.zig");
const memory_file = @import("../memory_file.zig");
const Process = @import("../self/process.zig").Process;

/// Program headers follow.
const Head = extern struct {
    /// Address of the payload, as linked.
    address: u64,
    entry: u64,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    const table = input[@sizeOf(Head)..];
    const count = table.len / @sizeOf(elf.Phdr);
    const copy: Guarded(@alignOf(elf.Phdr)) = .copy(table[0 .. count * @sizeOf(elf.Phdr)]);
    defer copy.deinit();
    const segments: []const elf.Phdr = @alignCast(std.mem.bytesAsSlice(elf.Phdr, copy.bytes));

    var process: Process = memory_file.process;
    process.program_headers = segments;
    const payload: Guarded(format.payload_align) = .init(@sizeOf(format.Header));
    defer payload.deinit();
    const header: *format.Header = @ptrCast(payload.bytes.ptr);
    header.* = .{
        .layout = @intFromEnum(format.Layout.direct),
        .variant_count = 1,
        .frame_count = 0,
        .payload_size = 0,
        .image_checksum = 0,
        .directory_checksum = 0,
        .address = head.address,
        .entry = head.entry,
    };
    var variant = std.mem.zeroes(format.Variant);
    variant.level = 1;
    variant.codec = @intFromEnum(format.Codec.in_place);
    const opened: bundle.Bundle = .{
        .architecture = .amd64,
        .payload = payload.bytes,
        .layout = .direct,
        .variants = &.{variant},
        .frames = &.{},
        .detached = &.{},
    };

    const address = @intFromPtr(payload.bytes.ptr);
    const bias = address -% head.address;
    // The launcher runs, so the kernel has mapped a segment with the payload.
    for (segments) |*segment| {
        const first = bias +% segment.p_vaddr;
        const end = std.math.add(usize, first, segment.p_memsz) catch continue;
        if (segment.p_type == elf.PT_LOAD and first <= address and address < end) break;
    } else return;
    const base = image.baseImage(&process, &opened);
    std.debug.assert(@intFromPtr(base.ptr) + base.len == address);
    const entry = image.baseEntry(&process, &opened) orelse return;
    std.debug.assert(entry == bias +% head.entry);
    for (segments) |*segment| {
        const inside = head.entry -% segment.p_vaddr < segment.p_memsz;
        if (segment.p_type == elf.PT_LOAD and segment.p_flags & elf.PF_X != 0 and inside) break;
    } else @panic("the entry is not code");
}
