//! Go's function table (.gopclntab) of one executable, read for matching: damaged ones give null.
//!
//! The format is that of cmd/link's pcln.go and runtime/symtab.go from Go 1.20 on.
const std = @import("std");
const format = @import("format");
const record = @import("predict").functions;
const File = @import("file.zig").File;
const Pair = format.wire.Pair;
const Side = @import("file.zig").Side;
const Span = format.wire.Span;

/// Go120PCLnTabMagic (internal/abi/symtab.go).
const magic = 0xfffffff1;

pub const Function = struct {
    /// Addresses of its code.
    start: u32,
    end: u32,
    name: []const u8,
    /// Its record, as an offset in the part `records`.
    record: u32,
    record_size: u32,
};

/// The parts of the table, in their order.
pub const Parts = struct {
    head: Span,
    names: Span,
    /// Compilation units' lists of files, and the names of these.
    lists: Span,
    files: Span,
    counters: Span,
    table: Span,
    records: Span,
    /// From Go 1.26 on, the data that records refer to follows them.
    rest: Span,
};

pub const Table = struct {
    parts: Parts,
    /// Address of the first function, and how far behind it the last one ends.
    text: u32,
    text_size: u32,
    /// The address that offsets of function data count from; 0 if not found.
    function_data: u32,
    /// Address of the runtime's `moduledata`.
    module: u32,
    functions: []const Function,
    record_bytes: []const u8,

    /// Returns the index of the function whose code is at an address, or of the last one before it.
    pub fn functionAt(table: *const Table, address: u32) ?usize {
        const after = std.sort.upperBound(Function, table.functions, address, compareStart);
        return if (after == 0) null else after - 1;
    }

    fn compareStart(address: u32, function: Function) std.math.Order {
        return std.math.order(address, function.start);
    }

    pub fn originOf(table: *const Table, origin: format.Origin) u32 {
        return switch (origin) {
            .text => table.text,
            .functions => table.parts.table.address,
            .names => table.parts.names.address,
            .counters => table.parts.counters.address,
            .function_data => table.function_data,
            .file_lists => table.parts.lists.address,
            .files => table.parts.files.address,
        };
    }
};

/// Reads the table that a span holds.
pub fn read(gpa: std.mem.Allocator, file: *const File, pairs: []const Pair, side: Side, span: Span) ?Table {
    const module = Module.find(file, pairs, side, span) orelse return null;
    const bytes = file.raw(span);
    // The magic, two zeros, the instruction size quantum, the pointer size; then 8 words of that size.
    const header_size = 8 + 8 * file.word_size;
    if (bytes.len < header_size or readWord(bytes, 0, u32) != magic or bytes[7] != file.word_size) return null;
    const count = smaller(headerWord(bytes, file.word_size, 0), 1 << 28) orelse return null;
    var starts: [6]u32 = undefined;
    // Names, compilation units, files, counters, functions.
    for (starts[0..5], 3..) |*start, index| {
        start.* = smaller(headerWord(bytes, file.word_size, index), span.size) orelse return null;
    }
    starts[5] = span.size;
    for (starts[0..5], starts[1..]) |start, next| if (start > next or start < header_size) return null;
    const table_start = starts[4];
    const table_size = @as(u64, count) * 8 + 4; // Pairs of offsets, and the end of the last function.
    if (table_start + table_size > span.size) return null;
    const table = bytes[table_start..];
    const records_start: u32 = @intCast(std.mem.alignForward(u64, table_size, 4));

    const functions = gpa.alloc(Function, count) catch return null;
    var records_end: u32 = records_start;
    for (functions, 0..) |*function, index| {
        const start = readWord(table, index * 8, u32);
        const end = readWord(table, index * 8 + 8, u32);
        const at = readWord(table, index * 8 + 4, u32);
        if (start > end or end > module.text_size) return null;
        if (at < records_start or @as(u64, at) + record.record_size > table.len) return null;
        const counters = readWord(table, at + record.field.counter_count, u32);
        const data: u32 = table[at + record.field.data_count];
        const size = std.math.cast(u32, record.record_size + 4 * (data + @as(u64, counters))) orelse return null;
        if (@as(u64, at) + size > table.len) return null;
        records_end = @max(records_end, at + size);
        function.* = .{
            .start = module.text + start,
            .end = module.text + end,
            .name = nameAt(bytes[starts[0]..starts[1]], readWord(table, at + record.field.name, u32)),
            .record = at - records_start,
            .record_size = size,
        };
    }
    return .{
        .parts = .{
            .head = span.part(0, starts[0]),
            .names = span.part(starts[0], starts[1] - starts[0]),
            .lists = span.part(starts[1], starts[2] - starts[1]),
            .files = span.part(starts[2], starts[3] - starts[2]),
            .counters = span.part(starts[3], starts[4] - starts[3]),
            .table = span.part(table_start, records_start),
            .records = span.part(table_start + records_start, records_end - records_start),
            .rest = span.part(table_start + records_end, span.size - table_start - records_end),
        },
        .text = module.text,
        .text_size = module.text_size,
        .function_data = module.function_data,
        .module = module.address,
        .functions = functions,
        .record_bytes = table[records_start..records_end],
    };
}

/// Facts that the runtime's `moduledata` has about the table.
const Module = struct {
    address: u32,
    text: u32,
    text_size: u32,
    function_data: u32,

    // Indexes of its words (runtime/symtab.go, Go 1.20 to 1.26).
    const word_text = 22;
    const word_etext = 23;
    const word_gofunc = 40;

    /// Finds it by its first word, the address of the table.
    fn find(file: *const File, pairs: []const Pair, side: Side, table: Span) ?Module {
        const pointer = file.image + table.address;
        for (pairs) |pair| {
            if (pair.role != .data) continue;
            const span = side.of(pair);
            const size = file.word_size;
            var at = std.mem.alignForward(u32, span.address, size) - span.address;
            while (at + (word_gofunc + 1) * size <= span.size) : (at += size) {
                if (file.word(span, at) != pointer) continue;
                const text = file.addressOf(file.word(span, at + word_text * size)) orelse continue;
                const etext = file.addressOf(file.word(span, at + word_etext * size)) orelse continue;
                if (etext < text) continue;
                return .{
                    .address = span.address + at,
                    .text = text,
                    .text_size = etext - text,
                    .function_data = file.addressOf(file.word(span, at + word_gofunc * size)) orelse 0,
                };
            }
        }
        return null;
    }
};

fn nameAt(names: []const u8, offset: u32) []const u8 {
    if (offset >= names.len) return "";
    const rest = names[offset..];
    return rest[0 .. std.mem.indexOfScalar(u8, rest, 0) orelse return ""];
}

/// Returns one of the 8 words of the table's header.
fn headerWord(bytes: []const u8, word_size: u32, index: usize) u64 {
    const at = 8 + index * word_size;
    return if (word_size == 4) readWord(bytes, at, u32) else readWord(bytes, at, u64);
}

fn readWord(bytes: []const u8, at: usize, comptime T: type) T {
    return std.mem.readInt(T, bytes[at..][0..@sizeOf(T)], .little);
}

fn smaller(value: u64, limit: u32) ?u32 {
    return if (value <= limit) @intCast(value) else null;
}
