//! Estimates how long decoding a frame takes from its contents: the same on every machine, and so are the choices that
//! are made by it.
const frame = @import("zstd").frame;

/// Picoseconds, fitted by least squares of relative errors to 1,620 frames of 256 KiB and less: the streams of stripped
/// Go programs (fzf, yq, esbuild, nats and caddy), each as twelve of zstd's levels and lengths of matches make it, with
/// all, some and none of the Huffman codes that `simplify` takes off. engine/zstd decoded them in random order on a
/// core of an AMD EPYC of 2024 (family 26), nine times; the medians are within 9 % of the sum, one standard deviation.
/// Most of the rest are matches at distances below 16 bytes, which take 11,000 more: to count them would take decoding
/// them, for hardly any other choice.
const per_sequence = 4700;
const per_huffman_literal = 580;
const per_byte = 20;
const per_sequence_table = 1_240_000;
const per_huffman_table = 1_160_000;

/// Returns the time of a whole frame, in nanoseconds.
pub fn decodingTime(bytes: []const u8, decoded_size: usize) frame.Error!u64 {
    var sum: u64 = @as(u64, decoded_size) * per_byte;
    var blocks: frame.Blocks = try .of(bytes);
    while (try blocks.next()) |block| {
        if (block.header.kind != .compressed) continue;
        const literals: frame.Literals = try .of(&block);
        const sequences: frame.Sequences = try .of(block.content[literals.size..]);
        sum += huffmanTime(&literals) + sequencesTime(&sequences);
    }
    return sum / 1000;
}

/// Returns the time that literals take for their Huffman codes, in picoseconds.
pub fn huffmanTime(literals: *const frame.Literals) u64 {
    const codes = @as(u64, literals.count) * per_huffman_literal;
    return switch (literals.kind) {
        .huffman => per_huffman_table + codes,
        .repeated => codes,
        .raw, .rle => 0,
    };
}

fn sequencesTime(sequences: *const frame.Sequences) u64 {
    const modes = sequences.modes;
    var sum = @as(u64, sequences.count) * per_sequence;
    for ([_]frame.Sequences.Mode{ modes.match_lengths, modes.offsets, modes.literal_lengths }) |mode| {
        if (mode == .fse) sum += per_sequence_table;
    }
    return sum;
}
