//! Decodes zstd frames (RFC 8878) as mgo makes them, without a heap. zstd's own C code decodes the Huffman codes of
//! literals; the rest is made for what a start spends its time on: many short sequences, in frames that fit a CPU's
//! cache.
const std = @import("std");
pub const bits = @import("bits.zig");
pub const frame = @import("frame.zig");
pub const Huffman = @import("huffman.zig").Huffman;
const Sequences = @import("sequences.zig").Sequences;

/// Decodes one frame at a time. Takes some 150 kB.
pub const Decoder = struct {
    sequences: Sequences,
    huffman: Huffman,
    /// Literals of one block; raw ones are copied from where they are stored.
    literals: [frame.block_size_max + literals_room]u8,

    /// How far copies may read behind the literals, in bytes.
    const literals_room = 32;

    /// `bit_manipulation`: the CPU has BMI1, BMI2, LZCNT and SSE4.1.
    pub fn init(decoder: *Decoder, bit_manipulation: bool) void {
        decoder.sequences.init(bit_manipulation);
        decoder.huffman.init(bit_manipulation);
    }

    /// Decodes one frame into the memory behind its first `reference_size` bytes, which the frame refers to as if they
    /// had been decoded before. Returns the decoded size; null if the frame is damaged or does not fit.
    pub fn decode(decoder: *Decoder, memory: []u8, reference_size: usize, stored: []const u8) ?usize {
        @setRuntimeSafety(true);
        const end = decoder.decodeBlocks(memory, reference_size, stored) catch return null;
        return end - reference_size;
    }

    const Error = frame.Error || @import("huffman.zig").Error || @import("sequences.zig").Error || error{NoSpace};

    fn decodeBlocks(decoder: *Decoder, memory: []u8, start: usize, stored: []const u8) Error!usize {
        @setRuntimeSafety(true);
        decoder.sequences.reset();
        decoder.huffman.reset();
        var blocks: frame.Blocks = try .of(stored);
        var end = start;
        while (try blocks.next()) |block| {
            if (block.header.kind == .compressed) {
                end = try decoder.decodeBlock(&block, blocks.rest.len, memory, end);
                continue;
            }
            const size = block.header.size;
            if (size > memory.len - end) return error.NoSpace;
            const target = memory[end..][0..size];
            if (block.header.kind == .raw) @memcpy(target, block.content) else @memset(target, block.content[0]);
            end += size;
        }
        return end;
    }

    /// `rest_size`: how many bytes of the frame follow the block.
    fn decodeBlock(
        decoder: *Decoder,
        block: *const frame.Block,
        rest_size: usize,
        memory: []u8,
        start: usize,
    ) Error!usize {
        @setRuntimeSafety(true);
        const literals: frame.Literals = try .of(block);
        const section = block.content[literals.size..];
        const decoded = decoder.literals[0..literals.count];
        switch (literals.kind) {
            .raw => return decoder.sequences.decode(section, .{
                .bytes = literals.stored,
                .room = section.len + rest_size,
            }, memory, start),
            .rle => @memset(decoded, literals.stored[0]),
            .huffman, .repeated => try decoder.huffman.decode(&literals, decoded),
        }
        return decoder.sequences.decode(section, .{ .bytes = decoded, .room = literals_room }, memory, start);
    }
};
