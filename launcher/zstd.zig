//! zstd's C decoder, without a heap: its context and dictionary live in memory that the caller brings.
const std = @import("std");

const Context = opaque {};
const Dictionary = opaque {};

/// Decodes one frame at a time. Not to be moved: its context points into it.
pub const Decoder = struct {
    context: *Context,
    /// Room for a ZSTD_DCtx and a ZSTD_DDict; their sizes are known to C only. zstd 1.5.7 needs
    /// 95,968 and 27,352 bytes, and with too little room creation fails, which `init` and `decode`
    /// notice.
    context_memory: [160 << 10]u8 align(64),
    dictionary_memory: [32 << 10]u8 align(64),

    /// `bit_manipulation`: whether zstd's code for BMI1, BMI2 and LZCNT can run here.
    pub fn init(decoder: *Decoder, bit_manipulation: bool) void {
        decoder.context = ZSTD_initStaticDCtx(&decoder.context_memory, decoder.context_memory.len).?;
        mgo_zstd_set_bmi2(decoder.context, @intFromBool(bit_manipulation));
    }

    /// Decodes one stored frame into `buffer` and gives the decoded size, or null where zstd
    /// refuses. The reference is taken as raw content: its first bytes may look like the magic
    /// number of a structured zstd dictionary, and are not.
    pub fn decode(decoder: *Decoder, buffer: []u8, stored: []const u8, reference: []const u8) ?usize {
        const result = if (reference.len == 0)
            ZSTD_decompressDCtx(decoder.context, buffer.ptr, buffer.len, stored.ptr, stored.len)
        else result: {
            const dictionary = ZSTD_initStaticDDict(
                &decoder.dictionary_memory,
                decoder.dictionary_memory.len,
                reference.ptr,
                reference.len,
                by_reference,
                raw_content,
            ).?;
            break :result ZSTD_decompress_usingDDict(decoder.context, buffer.ptr, buffer.len, stored.ptr, stored.len, dictionary);
        };
        return if (ZSTD_isError(result) != 0) null else result;
    }
};

/// ZSTD_dlm_byRef and ZSTD_dct_rawContent of zstd.h.
const by_reference: c_uint = 1;
const raw_content: c_uint = 1;

/// In zstd/context.c.
extern fn mgo_zstd_set_bmi2(context: *Context, available: c_int) callconv(.c) void;

extern fn ZSTD_initStaticDCtx(workspace: [*]u8, workspace_size: usize) callconv(.c) ?*Context;
extern fn ZSTD_initStaticDDict(
    workspace: [*]u8,
    workspace_size: usize,
    dictionary: [*]const u8,
    dictionary_size: usize,
    load_method: c_uint,
    content_type: c_uint,
) callconv(.c) ?*const Dictionary;
extern fn ZSTD_decompressDCtx(
    context: *Context,
    destination: [*]u8,
    destination_size: usize,
    source: [*]const u8,
    source_size: usize,
) callconv(.c) usize;
extern fn ZSTD_decompress_usingDDict(
    context: *Context,
    destination: [*]u8,
    destination_size: usize,
    source: [*]const u8,
    source_size: usize,
    dictionary: *const Dictionary,
) callconv(.c) usize;
extern fn ZSTD_isError(result: usize) callconv(.c) c_uint;
