//! What the TypeScript side asks for: two executables, and the parts of them that correspond.
const std = @import("std");

/// What a part holds.
pub const Role = enum(u32) {
    /// Takes room in memory, but none in the file.
    zeros = 0,
    bytes = 1,
    code = 2,
    data = 3,
    /// ELF relocations with addends (Elf64_Rela).
    relocations = 4,
    /// .gopclntab
    functions = 5,
};

pub const Span = extern struct {
    /// Relative to the image.
    address: u32,
    /// In the file, or in what is given of the base, in bytes; of no meaning for `zeros`.
    offset: u32,
    size: u32,

    pub fn end(span: Span) u32 {
        return span.address + span.size;
    }

    pub fn contains(span: Span, address: u32) bool {
        return address >= span.address and address - span.address < span.size;
    }

    /// Part of a span, from `skip` bytes behind its start on.
    pub fn part(span: Span, skip: u32, size: u32) Span {
        return .{ .address = span.address + skip, .offset = span.offset + skip, .size = size };
    }
};

/// One section of both executables. Pairs ascend in both.
pub const Pair = extern struct {
    role: Role,
    base: Span,
    variant: Span,

    pub fn of(pair: Pair, side: Side) Span {
        return switch (side) {
            .base => pair.base,
            .variant => pair.variant,
        };
    }
};

pub const Request = extern struct {
    base_image: u64,
    variant_image: u64,
    /// In bytes.
    base_image_size: u32,
    variant_image_size: u32,
    pair_count: u32,
    reserved: u32 = 0,
};

/// Which of the two executables.
pub const Side = enum { base, variant };

/// One of the two executables.
pub const File = struct {
    bytes: []const u8,
    /// The same with relocations applied, as the dynamic linker would at the image's own address.
    relocated: []const u8,
    image: u64,
    image_size: u32,

    pub fn init(gpa: std.mem.Allocator, bytes: []const u8, image: u64, image_size: u32, pairs: []const Pair, side: Side) !File {
        for (pairs) |pair| {
            if (!fits(pair.of(side), pair.role, bytes.len, image_size)) return error.Request;
        }
        return .{
            .bytes = bytes,
            .relocated = try relocate(gpa, bytes, image, pairs, side),
            .image = image,
            .image_size = image_size,
        };
    }

    /// Its contents as in the file.
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

fn fits(span: Span, role: Role, file_size: usize, image_size: u32) bool {
    if (@as(u64, span.address) + span.size > std.math.maxInt(u32)) return false;
    return switch (role) {
        .zeros => span.end() <= image_size,
        else => @as(u64, span.offset) + span.size <= file_size,
    };
}

/// R_X86_64_RELATIVE (System V psABI, table 4.9): the word at `offset` is `addend` from the image's start.
const relocation_relative = 8;
const Relocation = extern struct { offset: u64, type: u32, symbol: u32, addend: u64 };

fn relocate(gpa: std.mem.Allocator, bytes: []const u8, image: u64, pairs: []const Pair, side: Side) ![]const u8 {
    var copy: ?[]u8 = null;
    for (pairs) |table| {
        if (table.role != .relocations) continue;
        const span = table.of(side);
        const relocations = std.mem.bytesAsSlice(Relocation, bytes[span.offset..][0 .. span.size - span.size % @sizeOf(Relocation)]);
        for (relocations) |relocation| {
            if (relocation.type != relocation_relative) continue;
            const address = std.math.cast(u32, relocation.offset -% image) orelse continue;
            const target = for (pairs) |pair| {
                const candidate = pair.of(side);
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
