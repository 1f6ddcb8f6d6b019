//! zstd frames as the blocks that they are made of, without decoding them: RFC 8878, section 3.1.1.
const std = @import("std");

pub const Error = error{
    /// These bytes are no frame, or one of a kind that mgo does not make.
    UnknownFrame,
};

/// Block_Maximum_Size where the window is not smaller: what a block may take, and what it may decode to.
pub const block_size_max = 128 << 10;

const magic: u32 = 0xfd2fb528;

/// How many bytes come before the first block.
pub fn headerSize(frame: []const u8) Error!usize {
    const fixed_size = 5;
    if (frame.len < fixed_size or std.mem.readInt(u32, frame[0..4], .little) != magic) return error.UnknownFrame;
    const Descriptor = packed struct(u8) {
        dictionary_id: u2,
        has_checksum: bool,
        reserved: u2,
        is_single_segment: bool,
        content_size: u2,
    };
    const descriptor: Descriptor = @bitCast(frame[4]);
    // mgo's directory knows what these would tell.
    if (descriptor.dictionary_id != 0 or descriptor.has_checksum) return error.UnknownFrame;
    const window_size: usize = if (descriptor.is_single_segment) 0 else 1;
    const content_size: usize = switch (descriptor.content_size) {
        0 => if (descriptor.is_single_segment) 1 else 0,
        1 => 2,
        2 => 4,
        3 => 8,
    };
    return fixed_size + window_size + content_size;
}

pub const Block = struct {
    header: Header,
    content: []const u8,

    pub const Header = packed struct(u24) {
        is_last: bool,
        kind: enum(u2) { raw, rle, compressed, reserved },
        /// Of the content, in bytes; of an RLE block what its one byte decodes to.
        size: u21,

        const byte_count = 3;

        pub fn bytes(header: Header) [byte_count]u8 {
            return @bitCast(header);
        }
    };
};

pub const Blocks = struct {
    rest: []const u8,
    ended: bool = false,

    pub fn of(frame: []const u8) Error!Blocks {
        const size = try headerSize(frame);
        return if (size <= frame.len) .{ .rest = frame[size..] } else error.UnknownFrame;
    }

    /// Null behind the last one.
    pub fn next(blocks: *Blocks) Error!?Block {
        if (blocks.ended) return if (blocks.rest.len == 0) null else error.UnknownFrame;
        if (blocks.rest.len < Block.Header.byte_count) return error.UnknownFrame;
        const header: Block.Header = @bitCast(blocks.rest[0..Block.Header.byte_count].*);
        const rest = blocks.rest[Block.Header.byte_count..];
        const size = if (header.kind == .rle) 1 else header.size;
        if (header.kind == .reserved or size > rest.len or size > block_size_max) return error.UnknownFrame;
        blocks.rest = rest[size..];
        blocks.ended = header.is_last;
        return .{ .header = header, .content = rest[0..size] };
    }
};

/// The first section of a compressed block.
pub const Literals = struct {
    kind: enum(u2) {
        raw,
        rle,
        /// Coded by a Huffman table that comes with them.
        huffman,
        /// Coded by the table of a block before.
        repeated,
    },
    /// How many there are.
    count: u32,
    /// What the section takes, its header included, in bytes.
    size: usize,

    pub fn of(block: *const Block) Error!Literals {
        const content = block.content;
        if (content.len == 0) return error.UnknownFrame;
        var start: [5]u8 = @splat(0);
        const known = @min(content.len, start.len);
        @memcpy(start[0..known], content[0..known]);
        const value = std.mem.readInt(u40, &start, .little);
        const size_format: u2 = @truncate(value >> 2);
        var literals: Literals = .{ .kind = @enumFromInt(value & 3), .count = undefined, .size = undefined };
        switch (literals.kind) {
            .raw, .rle => {
                const header_size: usize, literals.count = switch (size_format) {
                    0, 2 => .{ 1, @as(u5, @truncate(value >> 3)) },
                    1 => .{ 2, @as(u12, @truncate(value >> 4)) },
                    3 => .{ 3, @as(u20, @truncate(value >> 4)) },
                };
                literals.size = header_size + if (literals.kind == .rle) 1 else literals.count;
            },
            .huffman, .repeated => {
                const header_size: usize, literals.count, const coded_size: usize = switch (size_format) {
                    0, 1 => .{ 3, @as(u10, @truncate(value >> 4)), @as(u10, @truncate(value >> 14)) },
                    2 => .{ 4, @as(u14, @truncate(value >> 4)), @as(u14, @truncate(value >> 18)) },
                    3 => .{ 5, @as(u18, @truncate(value >> 4)), @as(u18, @truncate(value >> 22)) },
                };
                literals.size = header_size + coded_size;
            },
        }
        return if (literals.size <= content.len) literals else error.UnknownFrame;
    }

    /// The header of so many raw literals.
    pub fn rawHeader(buffer: *[3]u8, count: u20) []const u8 {
        if (count < 1 << 5) {
            buffer[0] = @as(u8, @intCast(count)) << 3;
            return buffer[0..1];
        }
        if (count < 1 << 12) {
            std.mem.writeInt(u16, buffer[0..2], 1 << 2 | @as(u16, @intCast(count)) << 4, .little);
            return buffer[0..2];
        }
        std.mem.writeInt(u24, buffer, 3 << 2 | @as(u24, count) << 4, .little);
        return buffer;
    }
};

/// How many sequences the second section of a compressed block has; it follows the literals.
pub fn sequenceCount(section: []const u8) Error!u32 {
    if (section.len == 0) return error.UnknownFrame;
    const first: u32 = section[0];
    if (first < 0x80) return first;
    if (section.len < 2) return error.UnknownFrame;
    if (first < 0xff) return (first - 0x80 << 8) + section[1];
    if (section.len < 3) return error.UnknownFrame;
    return std.mem.readInt(u16, section[1..3], .little) + @as(u32, 0x7f00);
}
