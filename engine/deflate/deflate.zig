//! Deflates debug sections as Go's linker does: the same bytes as Go's compress/zlib writes at BestSpeed
//! when it is given the input, in whatever pieces, and closed.
//!
//! Executables with DWARF hold such sections (SHF_COMPRESSED, ELFCOMPRESS_ZLIB; compressSyms in
//! cmd/link/internal/ld/data.go). Bundles hold their inflated contents, which differ little from variant to
//! variant, and `extract` has to make the variant's bytes again. The stream is that of Go 1.20 to 1.26.
//!
//! The caller brings the memory: there is no allocator here, and nothing grows with the input.
const std = @import("std");
const block = @import("block.zig");
const match = @import("match.zig");
const output_file = @import("output.zig");
const Bits = @import("bits.zig").Bits;
pub const symbols = @import("symbols.zig");
pub const Output = output_file.Output;

pub const Error = output_file.Error || error{
    /// 4 GiB or almost that: positions are numbers of 32 bits.
    InputTooLarge,
};

/// About 180 KB. Need not be initialized, and may be used again for another input.
pub const Workspace = struct {
    matcher: match.Matcher,
    sequences: match.Sequences,
    block: block.Workspace,
};

/// RFC 1950 section 2.2: deflate with a window of 32 KiB (CMF), and the fastest level with what makes both
/// bytes a multiple of 31 (FLG).
const header = [_]u8{ 0x78, 0x01 };

/// Up to this size, Go's writer stores the last block without a look at it (encSpeed in
/// compress/flate/deflate.go).
const stored_size_max = 16;

/// Gives the size in bytes of the stream, which begins at `output`'s beginning, or null if it does not
/// fit or the input is too large.
pub fn compress(workspace: *Workspace, input: []const u8, output: []u8) ?usize {
    var whole: Output = .{ .buffer = output };
    compressTo(workspace, input, &whole) catch return null;
    return whole.used;
}

/// Hands the stream on in pieces as large as the output's buffer, which may be small.
pub fn compressTo(workspace: *Workspace, input: []const u8, output: *Output) Error!void {
    @setRuntimeSafety(true);
    if (input.len > match.input_size_max) return error.InputTooLarge;
    workspace.matcher.reset();
    var adler: std.hash.Adler32 = .{};
    try output.write(&header);
    var bits: Bits = .{ .output = output };
    var start: usize = 0;
    while (start < input.len) {
        const end = start + @min(input.len - start, match.block_size_max);
        try compressBlock(workspace, input, start, end, &bits);
        adler.update(input[start..end]);
        start = end;
    }
    try block.writeEnd(&bits);
    var checksum: [4]u8 = undefined;
    std.mem.writeInt(u32, &checksum, adler.adler, .big);
    try output.write(&checksum);
    try output.finish();
}

fn compressBlock(workspace: *Workspace, input: []const u8, start: usize, end: usize, bits: *Bits) Error!void {
    @setRuntimeSafety(true);
    const bytes = input[start..end];
    if (bytes.len <= stored_size_max) return block.writeStored(bytes, bits);
    if (bytes.len < match.block_size_min) return block.write(&workspace.block, bytes, &.{}, bits);
    workspace.matcher.split(input, start, end, &workspace.sequences);
    // Go's writer forgets matches that leave more than 15 tokens for 16 bytes.
    const worthwhile = workspace.sequences.token_count <= bytes.len - bytes.len / 16;
    return block.write(&workspace.block, bytes, if (worthwhile) workspace.sequences.slice() else &.{}, bits);
}
