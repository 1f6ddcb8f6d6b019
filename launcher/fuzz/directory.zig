//! The directory: `bundle.parse`, and all that is read of the bundle that it returns.
const std = @import("std");
const bundle = @import("bundle");
const forge = @import("forge.zig");
const format = @import("format");
const Guarded = @import("guarded.zig").Guarded;

/// `input` is a payload, whose checksums need not be right.
pub fn run(input: []const u8) void {
    const copy: Guarded(format.payload_align) = .copy(input);
    defer copy.deinit();
    const parsed = forge.parse(copy.bytes) orelse return;
    read(&parsed);
}

/// Reads every table, and each byte of every stored frame.
fn read(parsed: *const bundle.Bundle) void {
    const levels = parsed.levels();
    _ = levels.lowest();
    std.debug.assert(parsed.variantOf(levels.highest().?) == &parsed.variants[parsed.variants.len - 1]);
    std.debug.assert((parsed.inPlace() != null) == (parsed.layout == .direct));
    for (parsed.variants) |*variant| {
        const base = parsed.baseOf(variant);
        for ([_]bool{ false, true }) |whole| _ = parsed.besideFramesOf(base, whole);
        const frame_count = parsed.extraFramesOf(variant).len + parsed.contentFramesOf(variant).len;
        std.debug.assert(frame_count == variant.frame_count);
        if (variant != parsed.inPlace()) {
            var size: u64 = 0;
            for (parsed.skeletonFramesOf(variant)) |*frame| size += frame.size;
            std.debug.assert(size == parsed.skeletonSizeOf(variant));
        }
        for (parsed.framesOf(variant)) |*frame| {
            std.debug.assert(frame.base_frame <= parsed.contentFramesOf(base).len);
            for (parsed.stored(frame)) |*byte| std.mem.doNotOptimizeAway(byte.*);
        }
    }
}
