//! Takes Huffman codes off literals where they save too little for the time that decoding them takes at each start.
//! zstd has no setting for that: it codes all literals that get smaller, or none.
const std = @import("std");
const zstd = @import("zstd");
const speed = @import("speed.zig");

const frame = zstd.frame;

/// Memory for decoding.
pub const Workspace = struct {
    huffman: zstd.Huffman,
    decoded: [frame.block_size_max]u8,
};

pub const Error = frame.Error || error{
    /// The frame has more Huffman tables than an encoder makes.
    TooManyTables,
    /// It does not fit into the output.
    NoSpace,
};

/// Blocks with one Huffman table: the one that stores it, and those that repeat it.
const Group = struct {
    /// In bytes.
    saved: u64 = 0,
    /// In picoseconds.
    time: u64 = 0,
    /// Without codes, a block would exceed the largest size.
    is_needed: bool = false,

    fn isWorth(group: *const Group, price: u32) bool {
        // Bytes per microsecond times picoseconds are millionths of bytes.
        return group.is_needed or group.saved * 1_000_000 >= group.time * price;
    }
};

/// zstd splits the 8 blocks of a MiB into at most 196 parts each (ZSTD_MAX_NB_BLOCK_SPLITS).
const groups_max = 8 * 196;

/// Copies a frame that decodes to `decoded_size` bytes, and returns its new size. Literals keep their Huffman codes
/// where these save at least `price` bytes for each microsecond that they take to decode.
pub fn simplify(
    workspace: *Workspace,
    bytes: []const u8,
    decoded_size: usize,
    price: u32,
    output: []u8,
) Error!usize {
    var groups_buffer: [groups_max]Group = undefined;
    const groups = try measure(bytes, @min(decoded_size, frame.block_size_max), &groups_buffer);

    workspace.huffman.init(false);
    var out: std.Io.Writer = .fixed(output);
    const header_size = try frame.headerSize(bytes);
    out.writeAll(bytes[0..header_size]) catch return error.NoSpace;
    var blocks: frame.Blocks = try .of(bytes);
    var index: usize = 0;
    while (try blocks.next()) |block| {
        const literals: ?frame.Literals = if (block.header.kind == .compressed) try .of(&block) else null;
        if (literals) |coded| switch (coded.kind) {
            .raw, .rle => {},
            .huffman, .repeated => {
                if (coded.kind == .huffman) index += 1;
                if (!groups[index - 1].isWorth(price)) {
                    try writeRaw(&out, workspace, &block, &coded);
                    continue;
                }
            },
        };
        out.writeAll(&block.header.bytes()) catch return error.NoSpace;
        out.writeAll(block.content) catch return error.NoSpace;
    }
    return out.end;
}

/// Returns what Huffman codes save and take, for each table. Blocks take at most `block_size_max` bytes.
fn measure(bytes: []const u8, block_size_max: usize, groups: []Group) Error![]const Group {
    var count: usize = 0;
    var blocks: frame.Blocks = try .of(bytes);
    while (try blocks.next()) |block| {
        if (block.header.kind != .compressed) continue;
        const literals: frame.Literals = try .of(&block);
        switch (literals.kind) {
            .raw, .rle => continue,
            .huffman => {
                if (count == groups.len) return error.TooManyTables;
                groups[count] = .{};
                count += 1;
            },
            // A dictionary of raw content has no table.
            .repeated => if (count == 0) return error.UnknownFrame,
        }
        const group = &groups[count - 1];
        var buffer: [3]u8 = undefined;
        const raw_size = frame.Literals.rawHeader(&buffer, @intCast(literals.count)).len + literals.count;
        group.saved += raw_size -| literals.size;
        group.time += speed.huffmanTime(&literals);
        group.is_needed = group.is_needed or block.content.len - literals.size + raw_size > block_size_max;
    }
    return groups[0..count];
}

fn writeRaw(
    out: *std.Io.Writer,
    workspace: *Workspace,
    block: *const frame.Block,
    literals: *const frame.Literals,
) Error!void {
    const decoded = workspace.decoded[0..literals.count];
    // Blocks that repeat the table lose theirs, too.
    workspace.huffman.decode(literals, decoded) catch return error.UnknownFrame;
    var buffer: [3]u8 = undefined;
    const literals_header = frame.Literals.rawHeader(&buffer, @intCast(decoded.len));
    const sequences = block.content[literals.size..];
    var header = block.header;
    header.size = @intCast(literals_header.len + decoded.len + sequences.len);
    for ([_][]const u8{ &header.bytes(), literals_header, decoded, sequences }) |part| {
        out.writeAll(part) catch return error.NoSpace;
    }
}
