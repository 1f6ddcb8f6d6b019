//! One stored frame: zstd's decoder with and without a dictionary, and the filter behind it.
const std = @import("std");
const cpu = @import("../cpu.zig");
const format = @import("format");
const predict = @import("predict");
const zstd = @import("../zstd.zig");
const Guarded = @import("guarded.zig").Guarded;

/// Followed by the dictionary and the stored bytes.
const Head = extern struct {
    /// The first bit chooses zstd's code.
    flags: u8,
    filter_bits: u8,
    dictionary_size: u16,
    /// What the frame is said to decode to, in bytes.
    size: u32,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    if (head.size > format.frame_size_max) return;
    const rest = input[@sizeOf(Head)..];
    const dictionary_size = @min(head.dictionary_size, rest.len);
    const dictionary: Guarded(1) = .copy(rest[0..dictionary_size]);
    defer dictionary.deinit();
    const stored: Guarded(1) = .copy(rest[dictionary_size..]);
    defer stored.deinit();
    const out: Guarded(1) = .init(head.size);
    defer out.deinit();
    const decoder: Guarded(@alignOf(zstd.Decoder)) = .init(@sizeOf(zstd.Decoder));
    defer decoder.deinit();

    const one: *zstd.Decoder = @ptrCast(decoder.bytes.ptr);
    const leaves = cpu.read(cpu.Hardware{}, format.level_max);
    one.init(head.flags & 1 == 1 and cpu.bitManipulation(&leaves));
    const size = one.decode(out.bytes, stored.bytes, dictionary.bytes) orelse return;
    std.debug.assert(size <= out.bytes.len);
    filter(out.bytes[0..size], head.filter_bits);
}

/// What the encoder does to bytes, the launcher undoes.
fn filter(bytes: []u8, seed: u8) void {
    const original: Guarded(1) = .copy(bytes);
    defer original.deinit();
    const bits = predict.filter.bitsFor(@as(u64, 1) << @intCast(seed % 64));
    predict.filter.code(.forward, bytes, seed, bits);
    predict.filter.code(.backward, bytes, seed, bits);
    std.debug.assert(std.mem.eql(u8, bytes, original.bytes));
    predict.filter.code(.backward, bytes, seed, bits);
}
