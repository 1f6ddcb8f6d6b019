//! One of the two executables that a recipe is made for.
const std = @import("std");
const wire = @import("format").wire;
const Pair = wire.Pair;
const Span = wire.Span;

pub const Side = enum {
    base,
    variant,

    pub fn of(side: Side, pair: Pair) Span {
        return switch (side) {
            .base => pair.base,
            .variant => pair.variant,
        };
    }
};

pub const File = struct {
    bytes: []const u8,
    /// The same with relocations applied, as the dynamic linker would at the image's own address.
    relocated: []const u8,
    image: u64,
    image_size: u32,

    /// Fails where a pair does not fit the bytes or the image.
    pub fn init(
        gpa: std.mem.Allocator,
        bytes: []const u8,
        image: u64,
        image_size: u32,
        pairs: []const Pair,
        side: Side,
    ) !File {
        for (pairs) |pair| {
            if (!fits(side.of(pair), pair.role, bytes.len, image_size)) return error.Request;
        }
        return .{
            .bytes = bytes,
            .relocated = try relocate(gpa, bytes, image, pairs, side),
            .image = image,
            .image_size = image_size,
        };
    }

    /// The contents of a span as in the file.
    pub fn raw(file: *const File, span: Span) []const u8 {
        return file.bytes[span.offset..][0..span.size];
    }

    /// A word of 8 bytes in a span, with relocations applied.
    pub fn word(file: *const File, span: Span, at: u32) u64 {
        return std.mem.readInt(u64, file.relocated[span.offset + at ..][0..8], .little);
    }

    /// The address that a pointer has in the image.
    pub fn addressOf(file: *const File, pointer: u64) ?u32 {
        const relative = pointer -% file.image;
        return if (relative < file.image_size) @intCast(relative) else null;
    }
};

fn fits(span: Span, role: wire.Role, file_size: usize, image_size: u32) bool {
    if (@as(u64, span.address) + span.size > std.math.maxInt(u32)) return false;
    return switch (role) {
        .zeros => span.end() <= image_size,
        else => @as(u64, span.offset) + span.size <= file_size,
    };
}

/// R_X86_64_RELATIVE (System V psABI, table 4.9): the word at `offset` is `addend` from the image's start.
const relocation_relative = 8;
/// Elf64_Rela.
const Relocation = extern struct { offset: u64, type: u32, symbol: u32, addend: u64 };

fn relocate(gpa: std.mem.Allocator, bytes: []const u8, image: u64, pairs: []const Pair, side: Side) ![]const u8 {
    var copy: ?[]u8 = null;
    for (pairs) |table| {
        if (table.role != .relocations) continue;
        const span = side.of(table);
        const size = span.size - span.size % @sizeOf(Relocation);
        for (std.mem.bytesAsSlice(Relocation, bytes[span.offset..][0..size])) |relocation| {
            if (relocation.type != relocation_relative) continue;
            const address = std.math.cast(u32, relocation.offset -% image) orelse continue;
            const target = for (pairs) |pair| {
                const candidate = side.of(pair);
                if (pair.role == .data and candidate.contains(address)) break candidate;
            } else continue;
            const at = address - target.address;
            if (target.size - at < 8) continue;
            if (copy == null) copy = try gpa.dupe(u8, bytes);
            std.mem.writeInt(u64, copy.?[target.offset + at ..][0..8], relocation.addend, .little);
        }
    }
    return copy orelse bytes;
}
