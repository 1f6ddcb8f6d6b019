//! One block of a deflate stream: stored, or with Huffman codes of its own (RFC 1951 sections 3.2.4 and
//! 3.2.7), whichever Go's writer takes at BestSpeed (writeBlockDynamic and writeBlockHuff of
//! compress/flate/huffman_bit_writer.go). It never takes the fixed codes of section 3.2.6.
const std = @import("std");
const huffman = @import("huffman.zig");
const lengths = @import("lengths.zig");
const symbols = @import("symbols.zig");
const Bits = @import("bits.zig").Bits;
const Error = @import("output.zig").Error;
const Sequence = @import("match.zig").Sequence;

/// The longest words, in bits: of literals, lengths and distances, and of their lengths' symbols.
const word_length_max = 15;
const run_word_length_max = 7;

/// RFC 1951 section 3.2.7: in which order the lengths of the words for runs are written, so that those
/// at the end are often zero and left out, down to `run_words_min`.
const run_order = [lengths.symbol_count]u8{ 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
const run_words_min = 4;

/// BFINAL and BTYPE of RFC 1951 section 3.2.3, in one number of three bits.
const stored_block = 0b000;
const final_stored_block = 0b001;
const dynamic_block = 0b100;
const block_head_bits = 3;
/// HLIT, HDIST and HCLEN of section 3.2.7.
const dynamic_head_bits = 5 + 5 + 4;
/// Whatever its real size in whole bytes is: one for the head, two each for LEN and NLEN.
const stored_head_size = 5;

pub const Workspace = struct {
    literal_frequencies: [symbols.literal_count]u32,
    distance_frequencies: [symbols.distance_count]u32,
    literal_words: [symbols.literal_count]huffman.Word,
    distance_words: [symbols.distance_count]huffman.Word,
    run_words: [lengths.symbol_count]huffman.Word,
    runs: lengths.Runs,
    huffman: huffman.Scratch,
};

/// The codes that precede the block's symbols.
const Head = struct {
    literals: []const huffman.Word,
    distances: []const huffman.Word,
    /// How many of `run_order` are written.
    run_words: usize,
};

/// Writes the block, which is at most 65,535 bytes: the sequences, then literals up to its end.
pub fn write(workspace: *Workspace, block: []const u8, sequences: []const Sequence, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    count(workspace, block, sequences);
    const head = makeCodes(workspace);
    const size = sizeInBits(workspace, &head);
    // Stored unless that is at least a sixteenth larger.
    if ((block.len + stored_head_size) * 8 < size + size / 16) return writeStored(block, bits);
    try writeHead(workspace, &head, bits);
    try writeSymbols(workspace, block, sequences, bits);
}

/// Writes a stored block of at most 65,535 bytes.
pub fn writeStored(block: []const u8, bits: *Bits) Error!void {
    try writeStoredHead(stored_block, @intCast(block.len), bits);
    try bits.alignToByte();
    try bits.output.write(block);
}

/// Ends the stream, with a stored block of no bytes: Go's writer cannot know that a block is the last
/// when it writes it.
pub fn writeEnd(bits: *Bits) Error!void {
    try writeStoredHead(final_stored_block, 0, bits);
    try bits.alignToByte();
}

fn writeStoredHead(head: u32, size: u16, bits: *Bits) Error!void {
    try bits.put(head, block_head_bits);
    try bits.alignToByte();
    try bits.put(size | @as(u32, ~size) << 16, 32);
}

fn count(workspace: *Workspace, block: []const u8, sequences: []const Sequence) void {
    @setRuntimeSafety(true);
    const literals = &workspace.literal_frequencies;
    const distances = &workspace.distance_frequencies;
    literals.* = @splat(0);
    distances.* = @splat(0);
    var rest = block;
    for (sequences) |sequence| {
        for (rest[0..sequence.literals]) |literal| literals[literal] += 1;
        literals[symbols.ofLength(sequence.length).index] += 1;
        distances[symbols.ofDistance(sequence.distance).index] += 1;
        rest = rest[sequence.literals + sequence.length ..];
    }
    for (rest) |literal| literals[literal] += 1;
    literals[symbols.end_of_block] = 1;
    // A code of distances must have a word. Go's writer counts it as if it occurred.
    if (sequences.len == 0) distances[0] = 1;
}

fn makeCodes(workspace: *Workspace) Head {
    @setRuntimeSafety(true);
    const scratch = &workspace.huffman;
    huffman.build(&workspace.literal_words, &workspace.literal_frequencies, word_length_max, scratch);
    huffman.build(&workspace.distance_words, &workspace.distance_frequencies, word_length_max, scratch);
    const literals = withoutTail(&workspace.literal_words);
    const distances = withoutTail(&workspace.distance_words);
    workspace.runs.set(literals, distances);
    huffman.build(&workspace.run_words, &workspace.runs.frequencies, run_word_length_max, scratch);
    var run_words: usize = run_order.len;
    while (run_words > run_words_min and workspace.run_words[run_order[run_words - 1]].length == 0) run_words -= 1;
    return .{ .literals = literals, .distances = distances, .run_words = run_words };
}

/// Up to the last symbol that occurs: of literals always past 256, the end of the block.
fn withoutTail(words: []const huffman.Word) []const huffman.Word {
    @setRuntimeSafety(true);
    var end = words.len;
    while (words[end - 1].length == 0) end -= 1;
    return words[0..end];
}

/// Returns the size that Go's writer compares with the stored size: without the extra bits of lengths and
/// distances.
fn sizeInBits(workspace: *const Workspace, head: *const Head) usize {
    @setRuntimeSafety(true);
    var size = block_head_bits + dynamic_head_bits + 3 * head.run_words;
    for (workspace.runs.slice()) |run| size += workspace.run_words[run.symbol].length + @as(usize, run.extraBits());
    size += codedSize(head.literals, &workspace.literal_frequencies);
    size += codedSize(head.distances, &workspace.distance_frequencies);
    return size;
}

fn codedSize(words: []const huffman.Word, frequencies: []const u32) usize {
    @setRuntimeSafety(true);
    var size: usize = 0;
    for (words, frequencies[0..words.len]) |word, frequency| size += word.length * frequency;
    return size;
}

fn writeHead(workspace: *const Workspace, head: *const Head, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    try bits.put(dynamic_block, block_head_bits);
    try bits.put(@intCast(head.literals.len - (symbols.end_of_block + 1)), 5);
    try bits.put(@intCast(head.distances.len - 1), 5);
    try bits.put(@intCast(head.run_words - run_words_min), 4);
    for (run_order[0..head.run_words]) |symbol| try bits.put(workspace.run_words[symbol].length, 3);
    for (workspace.runs.slice()) |run| {
        try putWord(workspace.run_words[run.symbol], run.extra, run.extraBits(), bits);
    }
}

fn writeSymbols(workspace: *const Workspace, block: []const u8, sequences: []const Sequence, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    const words = &workspace.literal_words;
    var rest = block;
    for (sequences) |sequence| {
        try writeLiterals(words, rest[0..sequence.literals], bits);
        const length = symbols.ofLength(sequence.length);
        try putWord(words[length.index], length.extra, length.extra_bits, bits);
        const distance = symbols.ofDistance(sequence.distance);
        try putWord(workspace.distance_words[distance.index], distance.extra, distance.extra_bits, bits);
        rest = rest[sequence.literals + sequence.length ..];
    }
    try writeLiterals(words, rest, bits);
    try putWord(words[symbols.end_of_block], 0, 0, bits);
}

fn writeLiterals(words: *const [symbols.literal_count]huffman.Word, literals: []const u8, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    for (literals) |literal| try bits.put(words[literal].bits, @intCast(words[literal].length));
}

fn putWord(word: huffman.Word, extra: u32, extra_bits: u6, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    const length: u5 = @intCast(word.length);
    try bits.put(word.bits | extra << length, length + extra_bits);
}
