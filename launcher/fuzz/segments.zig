//! The program headers by which the direct layout finds its base and the base's entry.
const std = @import("std");
const elf = std.elf;
const bundle = @import("bundle");
const direct = @import("../launch/in_place.zig");
const format = @import("format");
const Guarded = @import("guarded.zig").Guarded;
const start = @import("../start.zig");

/// Followed by program headers.
const Head = extern struct {
    /// Of the payload, as the bundle is linked.
    address: u64,
    entry: u64,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    const table = input[@sizeOf(Head)..];
    const count = table.len / @sizeOf(elf.Elf64_Phdr);
    const copy: Guarded(@alignOf(elf.Elf64_Phdr)) = .copy(table[0 .. count * @sizeOf(elf.Elf64_Phdr)]);
    defer copy.deinit();
    const segments: []const elf.Elf64_Phdr = @alignCast(std.mem.bytesAsSlice(elf.Elf64_Phdr, copy.bytes));

    var process: start.Process = .{ .stack = undefined, .arguments = undefined, .environment = undefined, .auxiliary = undefined, .program_headers = segments };
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
    const opened: bundle.Bundle = .{ .payload = payload.bytes, .layout = .direct, .variants = &.{variant}, .frames = &.{}, .detached = &.{} };

    const address = @intFromPtr(payload.bytes.ptr);
    const bias = address -% head.address;
    // The kernel has mapped a segment with the payload, or nothing would run.
    for (segments) |*segment| {
        const first = bias +% segment.p_vaddr;
        const end = std.math.add(usize, first, segment.p_memsz) catch continue;
        if (segment.p_type == elf.PT_LOAD and first <= address and address < end) break;
    } else return;
    const image = direct.image(&process, &opened);
    std.debug.assert(@intFromPtr(image.ptr) + image.len == address);
    const base = direct.Base.find(&process, &opened) orelse return;
    std.debug.assert(base.address == bias +% head.entry);
    for (segments) |*segment| {
        const inside = head.entry -% segment.p_vaddr < segment.p_memsz;
        if (segment.p_type == elf.PT_LOAD and segment.p_flags & elf.PF_X != 0 and inside) break;
    } else @panic("the entry is no code");
}
