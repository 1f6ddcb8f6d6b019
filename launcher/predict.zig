//! Predicts one variant's bytes from another's, the base's.
//!
//! Variants of a Go program hold the same functions and the same data, nearly all of it equal but
//! for addresses: whatever lies behind a function that grew has moved. A plan, made by the encoder,
//! says which ranges of the two correspond; that is all it takes to compute what an address in the
//! base has become in the variant. The prediction of a range is then the base's bytes with their
//! addresses replaced, and serves zstd as the dictionary of the true bytes: wherever it errs, the
//! bundle is larger, not wrong.
pub const Base = @import("predict/plan.zig").Base;
pub const Plan = @import("predict/plan.zig").Plan;
pub const code = @import("predict/code.zig");
/// For the encoder.
pub const filter = @import("filter.zig");

const std = @import("std");
const data = @import("predict/data.zig");
pub const functions = @import("predict/functions.zig");
pub const format = @import("format");

/// Predicts the bytes of the variant's stream from `offset` on.
///
/// The result depends on nothing but the plan, its base and the range, also on how a file is divided into
/// ranges: encoder and decoder ask for the same ones.
pub fn predict(plan: *const Plan, offset: u64, out: []u8) void {
    @setRuntimeSafety(true);
    const base = &plan.base;
    var done: usize = 0;
    for (plan.variant_areas) |area| {
        const area_end = @as(u64, area.offset) + area.size;
        if (area_end <= offset + done) continue;
        if (area.offset >= offset + out.len) break;
        // Addresses in the variant of what is asked for.
        const first = area.address + @as(u32, @intCast(@max(area.offset, offset) - area.offset));
        const end = area.address + @as(u32, @intCast(@min(area_end, offset + out.len) - area.offset));
        for (plan.entriesFrom(first)) |*entry| {
            if (entry.variant >= end) break;
            if (entry.kind == .none) continue;
            const from = @max(entry.variant, first);
            const to = @min(entry.variant + entry.size, end);
            const at: usize = @intCast(area.offset + @as(u64, from - area.address) - offset);
            @memset(out[done..at], 0);
            const piece = out[at..][0 .. to - from];
            const skipped = from - entry.variant;
            @memcpy(piece, base.at(entry.position + skipped, piece.len));
            switch (entry.kind) {
                .none, .bytes => {},
                .code => code.relocate(&plan.map, piece, entry.base + skipped, entry.base, entry.base + entry.size),
                .data => data.relocate(plan, piece, entry.base + skipped),
                .function_table => functions.relocateTable(plan, piece, skipped),
                .functions => functions.relocate(plan, base.at(entry.position, entry.size), piece, skipped),
            }
            done = at + piece.len;
        }
    }
    @memset(out[done..], 0);
    // Not every zstd can be told to take a dictionary that starts so for raw bytes.
    if (out.len >= 4 and std.mem.readInt(u32, out[0..4], .little) == zstd_magic_dictionary) @memset(out[0..4], 0);
}

/// A dictionary of zstd's own format (zstd_compression_format.md).
const zstd_magic_dictionary = 0xec30a437;
