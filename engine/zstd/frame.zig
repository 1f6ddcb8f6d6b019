//! Divides zstd frames into blocks and blocks into sections, without decoding them: RFC 8878, section 3.1.1.
const std = @import("std");

pub const Error = error{
    /// These bytes are no frame, or one of a kind that mgo does not make.
    UnknownFrame,
};

/// Block_Maximum_Size for windows that are not smaller: the most that a block takes, and that it decodes to, in bytes.
pub const block_size_max = 128 << 10;

const magic: u32 = 0xfd2fb528;

/// Returns how many bytes come before the first block.
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
    // mgo's directory has both.
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
        /// In bytes, of the content; for an RLE block, of what its one byte decodes to.
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

    /// Returns null behind the last block.
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
    kind: Kind,
    count: u32,
    /// Size of the section with its header, in bytes.
    size: usize,
    /// All literals, the one that is repeated, or the codes, with their table in front for `huffman`.
    stored: []const u8,
    /// The codes are in four streams, which can be decoded side by side, or in one.
    has_four_streams: bool,

    pub const Kind = enum(u2) {
        raw,
        rle,
        /// Coded by a Huffman table, which precedes the codes.
        huffman,
        /// Coded by the table of a block before.
        repeated,
    };

    pub fn of(block: *const Block) Error!Literals {
        const content = block.content;
        if (content.len == 0) return error.UnknownFrame;
        var start: [5]u8 = @splat(0);
        const known = @min(content.len, start.len);
        @memcpy(start[0..known], content[0..known]);
        const value = std.mem.readInt(u40, &start, .little);
        const size_format: u2 = @truncate(value >> 2);
        const kind: Kind = @enumFromInt(value & 3);
        const header_size: usize, const count: u32, const stored_size: usize = switch (kind) {
            .raw, .rle => sizes: {
                const header_size: usize, const count: u32 = switch (size_format) {
                    0, 2 => .{ 1, @as(u5, @truncate(value >> 3)) },
                    1 => .{ 2, @as(u12, @truncate(value >> 4)) },
                    3 => .{ 3, @as(u20, @truncate(value >> 4)) },
                };
                break :sizes .{ header_size, count, if (kind == .rle) 1 else count };
            },
            .huffman, .repeated => switch (size_format) {
                0, 1 => .{ 3, @as(u10, @truncate(value >> 4)), @as(u10, @truncate(value >> 14)) },
                2 => .{ 4, @as(u14, @truncate(value >> 4)), @as(u14, @truncate(value >> 18)) },
                3 => .{ 5, @as(u18, @truncate(value >> 4)), @as(u18, @truncate(value >> 22)) },
            },
        };
        const size = header_size + stored_size;
        if (size > content.len or count > block_size_max) return error.UnknownFrame;
        return .{
            .kind = kind,
            .count = count,
            .size = size,
            .stored = content[header_size..size],
            .has_four_streams = size_format != 0,
        };
    }

    /// Writes the header of so many raw literals.
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

/// The second section of a compressed block, which follows the literals.
pub const Sequences = struct {
    count: u32,
    /// The tables that codes are read by.
    modes: Modes,
    /// The tables that are stored, and then the codes.
    stored: []const u8,

    pub const Modes = packed struct(u8) {
        reserved: u2,
        match_lengths: Mode,
        offsets: Mode,
        literal_lengths: Mode,
    };

    pub const Mode = enum(u2) {
        predefined,
        /// One code that is repeated.
        rle,
        fse,
        /// As in the block before.
        repeated,
    };

    pub fn of(section: []const u8) Error!Sequences {
        if (section.len == 0) return error.UnknownFrame;
        const first: u32 = section[0];
        if (first == 0) {
            if (section.len > 1) return error.UnknownFrame;
            return .{ .count = 0, .modes = @bitCast(@as(u8, 0)), .stored = &.{} };
        }
        const count_size: usize = if (first < 0x80) 1 else if (first < 0xff) 2 else 3;
        if (section.len <= count_size) return error.UnknownFrame;
        const modes: Modes = @bitCast(section[count_size]);
        if (modes.reserved != 0) return error.UnknownFrame;
        return .{
            .count = switch (count_size) {
                1 => first,
                2 => (first - 0x80 << 8) + section[1],
                else => std.mem.readInt(u16, section[1..3], .little) + @as(u32, 0x7f00),
            },
            .modes = modes,
            .stored = section[count_size + 1 ..],
        };
    }
};
