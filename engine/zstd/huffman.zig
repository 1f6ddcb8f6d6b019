//! zstd's C decoder of Huffman codes, for literals: RFC 8878, section 4.2.
const frame = @import("frame.zig");

pub const Error = error{
    /// zstd refuses the table or the codes.
    Codes,
    /// No block before this one has a table.
    NoTable,
};

pub const Huffman = struct {
    /// HUF_DTable of huf.h, as HUF_CREATE_STATIC_DTABLEX1 declares it for HUF_TABLELOG_MAX.
    table: [1 + (1 << log_max - 1)]u32,
    /// HUF_DECOMPRESS_WORKSPACE_SIZE.
    workspace: [(2 << 10) + (1 << 9)]u8 align(8),
    has_table: bool,
    flags: c_int,

    const log_max = 12;

    /// `bit_manipulation`: the CPU has BMI1, BMI2 and LZCNT.
    pub fn init(huffman: *Huffman, bit_manipulation: bool) void {
        huffman.flags = if (bit_manipulation) flag_bmi2 else 0;
        huffman.reset();
    }

    /// Forgets the table, for a new frame.
    pub fn reset(huffman: *Huffman) void {
        huffman.has_table = false;
        // The header has the size, for both of zstd's kinds of tables.
        huffman.table[0] = (log_max - 1) * 0x01000001;
    }

    /// Decodes literals of the kinds `huffman` and `repeated` into a buffer of as many bytes.
    pub fn decode(huffman: *Huffman, literals: *const frame.Literals, buffer: []u8) Error!void {
        const stored = literals.stored;
        if (buffer.len == 0 or stored.len == 0) return error.Codes;
        if (literals.has_four_streams and buffer.len < four_streams_min) return error.Codes;
        const result = if (literals.kind == .huffman) result: {
            huffman.has_table = true;
            const decode_both = if (literals.has_four_streams) decompress4WithTable else decompress1WithTable;
            break :result decode_both(
                &huffman.table,
                buffer.ptr,
                buffer.len,
                stored.ptr,
                stored.len,
                &huffman.workspace,
                huffman.workspace.len,
                huffman.flags,
            );
        } else result: {
            if (!huffman.has_table) return error.NoTable;
            const decode_codes = if (literals.has_four_streams) decompress4 else decompress1;
            break :result decode_codes(buffer.ptr, buffer.len, stored.ptr, stored.len, &huffman.table, huffman.flags);
        };
        if (result != buffer.len) return error.Codes;
    }
};

/// MIN_LITERALS_FOR_4_STREAMS of zstd_internal.h: enough for a byte in each stream.
const four_streams_min = 6;

/// HUF_flags_bmi2 of huf.h.
const flag_bmi2 = 1;

const DecodeBoth = fn (
    table: [*]u32,
    destination: [*]u8,
    destination_size: usize,
    source: [*]const u8,
    source_size: usize,
    workspace: [*]u8,
    workspace_size: usize,
    flags: c_int,
) callconv(.c) usize;

const DecodeCodes = fn (
    destination: [*]u8,
    destination_size: usize,
    source: [*]const u8,
    source_size: usize,
    table: [*]const u32,
    flags: c_int,
) callconv(.c) usize;

const decompress4WithTable = hidden(DecodeBoth, "HUF_decompress4X_hufOnly_wksp");
const decompress1WithTable = hidden(DecodeBoth, "HUF_decompress1X1_DCtx_wksp");
const decompress4 = hidden(DecodeCodes, "HUF_decompress4X_usingDTable");
const decompress1 = hidden(DecodeCodes, "HUF_decompress1X_usingDTable");

fn hidden(comptime Function: type, comptime name: []const u8) *const Function {
    return @extern(*const Function, .{ .name = name, .visibility = .hidden });
}
