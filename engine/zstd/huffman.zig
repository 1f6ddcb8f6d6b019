//! zstd's C decoder of Huffman codes, which literals have: RFC 8878, section 4.2.
const frame = @import("frame.zig");

pub const Error = error{
    /// zstd refuses the table or the codes.
    Codes,
    /// There is no table before.
    NoTable,
};

pub const Huffman = struct {
    /// HUF_DTable of huf.h, with the states that HUF_CREATE_STATIC_DTABLEX1 has for HUF_TABLELOG_MAX.
    table: [1 + (1 << log_max - 1)]u32,
    /// HUF_DECOMPRESS_WORKSPACE_SIZE.
    workspace: [(2 << 10) + (1 << 9)]u8 align(8),
    has_table: bool,
    flags: c_int,

    const log_max = 12;

    /// `bit_manipulation`: whether zstd's code for BMI1, BMI2 and LZCNT can run here.
    pub fn init(huffman: *Huffman, bit_manipulation: bool) void {
        huffman.flags = if (bit_manipulation) flag_bmi2 else 0;
        huffman.reset();
    }

    /// Forgets the table.
    pub fn reset(huffman: *Huffman) void {
        huffman.has_table = false;
        // Its header tells how large it is, for tables without and with two symbols a state.
        huffman.table[0] = (log_max - 1) * 0x01000001;
    }

    /// Decodes literals of the kinds `huffman` and `repeated` into a buffer of as many bytes.
    pub fn decode(huffman: *Huffman, literals: *const frame.Literals, buffer: []u8) Error!void {
        const stored = literals.stored;
        if (buffer.len == 0 or stored.len == 0 or literals.has_four_streams and buffer.len < four_streams_min) return error.Codes;
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

/// MIN_LITERALS_FOR_4_STREAMS of zstd_internal.h: so many literals have one byte in each stream at least.
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

const decompress4WithTable = @extern(*const DecodeBoth, .{ .name = "HUF_decompress4X_hufOnly_wksp", .visibility = .hidden });
const decompress1WithTable = @extern(*const DecodeBoth, .{ .name = "HUF_decompress1X1_DCtx_wksp", .visibility = .hidden });
const decompress4 = @extern(*const DecodeCodes, .{ .name = "HUF_decompress4X_usingDTable", .visibility = .hidden });
const decompress1 = @extern(*const DecodeCodes, .{ .name = "HUF_decompress1X_usingDTable", .visibility = .hidden });
