//! One stored frame, with or without bytes that it refers to: assembly and Zig must decode its sequences to the same
//! bytes, or both refuse it. Then the filter, on what was decoded.
const std = @import("std");
const arch = @import("arch");
const format = @import("format");
const filter = @import("filter");
const zstd = @import("zstd");
const Guarded = @import("guarded.zig").Guarded;

/// Followed by the reference and the stored bytes.
const Head = extern struct {
    reserved: u8,
    filter_bits: u8,
    reference_size: u16,
    /// The claimed size of the decoded frame, in bytes.
    size: u32,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    if (head.size > format.frame_size_max) return;
    const rest = input[@sizeOf(Head)..];
    const reference = rest[0..@min(head.reference_size, rest.len)];
    const stored: Guarded(1) = .copy(rest[reference.len..]);
    defer stored.deinit();
    const memory: Guarded(1) = .init(reference.len + head.size);
    defer memory.deinit();
    const other_memory: Guarded(1) = .init(memory.bytes.len);
    defer other_memory.deinit();
    const able = arch.detectCpu(format.level_max, &.{ std.elf.AT_NULL, 0 }).assembly;
    const size = decode(memory.bytes, reference, stored.bytes, .{ .huffman = able, .sequences = able });
    const other_size = decode(other_memory.bytes, reference, stored.bytes, .{ .huffman = able, .sequences = false });
    std.debug.assert(size == other_size);
    if (size) |decoded_size| {
        const bytes = memory.bytes[reference.len..][0..decoded_size];
        std.debug.assert(std.mem.eql(u8, bytes, other_memory.bytes[reference.len..][0..decoded_size]));
        checkFilter(bytes, head.filter_bits);
    }
    // zstd's assembly takes some wrong Huffman codes that its C refuses.
    _ = decode(memory.bytes, reference, stored.bytes, .{ .huffman = false, .sequences = false });
}

const Assembly = struct { huffman: bool, sequences: bool };

fn decode(memory: []u8, reference: []const u8, stored: []const u8, assembly: Assembly) ?usize {
    @memcpy(memory[0..reference.len], reference);
    const guarded: Guarded(@alignOf(zstd.Decoder)) = .init(@sizeOf(zstd.Decoder));
    defer guarded.deinit();
    const decoder: *zstd.Decoder = @ptrCast(guarded.bytes.ptr);
    decoder.huffman.init(assembly.huffman);
    decoder.sequences.init(assembly.sequences);
    const size = decoder.decode(memory, reference.len, stored);
    // A frame must not change what it refers to.
    std.debug.assert(std.mem.eql(u8, memory[0..reference.len], reference));
    return size;
}

/// Expects the filter to restore the bytes, on every architecture.
fn checkFilter(bytes: []u8, seed: u8) void {
    const original: Guarded(1) = .copy(bytes);
    defer original.deinit();
    const bits = filter.bitsFor(@as(u64, 1) << @intCast(seed % 64));
    inline for (@typeInfo(arch.Architecture).@"enum".fields) |field| {
        const architecture: arch.Architecture = @enumFromInt(field.value);
        filter.code(.forward, architecture, bytes, seed, bits);
        filter.code(.backward, architecture, bytes, seed, bits);
        std.debug.assert(std.mem.eql(u8, bytes, original.bytes));
    }
    filter.code(.backward, .amd64, bytes, seed, bits);
}
