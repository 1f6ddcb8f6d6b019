//! One of the two executables that a recipe is made for.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const Relocation = @import("relocations.zig").Relocation;
const wire = format.wire;
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
    /// Size of pointers, in bytes: 4 or 8.
    word_size: u32,

    /// Fails where a pair does not fit the bytes or the image.
    pub fn init(
        gpa: std.mem.Allocator,
        bytes: []const u8,
        request: *const wire.Request,
        pairs: []const Pair,
        side: Side,
    ) !File {
        const architecture = try architectureOf(request);
        const image = if (side == .base) request.base_image else request.variant_image;
        const image_size = if (side == .base) request.base_image_size else request.variant_image_size;
        for (pairs) |pair| {
            if (!fits(side.of(pair), pair.role, bytes.len, image_size)) return error.Request;
        }
        return .{
            .bytes = bytes,
            .relocated = try relocate(gpa, bytes, image, pairs, side, relocationOf(architecture)),
            .image = image,
            .image_size = image_size,
            .word_size = switch (architecture) {
                inline else => |one| @field(format.levels.architectures, @tagName(one)).wordSize(),
            },
        };
    }

    /// The contents of a span as in the file.
    pub fn raw(file: *const File, span: Span) []const u8 {
        return file.bytes[span.offset..][0..span.size];
    }

    /// The contents from an address on that is in the file, to the end of its section.
    pub fn bytesAt(file: *const File, pairs: []const Pair, side: Side, address: u32) []const u8 {
        for (pairs) |pair| {
            const span = side.of(pair);
            if (pair.role != .zeros and span.contains(address)) return file.raw(span)[address - span.address ..];
        }
        unreachable;
    }

    /// A word in a span, with relocations applied.
    pub fn word(file: *const File, span: Span, at: u32) u64 {
        const bytes = file.relocated[span.offset + at ..];
        if (file.word_size == 4) return std.mem.readInt(u32, bytes[0..4], .little);
        return std.mem.readInt(u64, bytes[0..8], .little);
    }

    /// The place in the image that an address in code leads to.
    pub fn placeOf(file: *const File, address: arch.Address) ?u32 {
        return switch (address.target) {
            .place => |place| if (place < file.image_size) place else null,
            .pointer => |pointer| file.addressOf(pointer),
        };
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

pub fn architectureOf(request: *const wire.Request) error{Request}!format.Architecture {
    return std.enums.fromInt(format.Architecture, request.architecture) orelse error.Request;
}

/// Returns the type by which the word at `offset` is `addend` from the image's start: R_X86_64_RELATIVE (System V
/// psABI, table 4.9), R_AARCH64_RELATIVE, R_RISCV_RELATIVE or R_PPC64_RELATIVE. arm's relocations have no addends.
fn relocationOf(architecture: format.Architecture) ?u32 {
    return switch (architecture) {
        .amd64 => 8,
        .arm => null,
        .arm64 => 1027,
        .riscv64 => 3,
        .ppc64le => 22,
    };
}

fn relocate(
    gpa: std.mem.Allocator,
    bytes: []const u8,
    image: u64,
    pairs: []const Pair,
    side: Side,
    relocation_relative: ?u32,
) ![]const u8 {
    var copy: ?[]u8 = null;
    const relative = relocation_relative orelse return bytes;
    for (pairs) |table| {
        if (table.role != .relocations) continue;
        const span = side.of(table);
        const size = span.size - span.size % @sizeOf(Relocation);
        for (std.mem.bytesAsSlice(Relocation, bytes[span.offset..][0..size])) |relocation| {
            if (relocation.type != relative) continue;
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
