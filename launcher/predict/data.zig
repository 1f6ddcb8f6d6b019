//! Data: pointers, and Go's offsets of functions in type descriptors.
const std = @import("std");
const Plan = @import("plan.zig").Plan;

/// Functions of Go start at multiples of this at least (cmd/internal/obj/x86, funcAlign is 32 since Go 1.20).
const function_align = 32;
/// Numbers below are more often numbers than offsets.
const offset_min = 4096;

/// Replaces the base's addresses by the variant's.
///
/// Each aligned word of 8 bytes that has the value of an address in the image counts as a pointer, each
/// aligned half of another that has the value of a function's offset as one.
pub fn relocate(plan: *const Plan, data: []u8, address: u32) void {
    @setRuntimeSafety(true);
    var at: usize = std.mem.alignForward(u32, address, 8) - address;
    while (at + 8 <= data.len) : (at += 8) {
        const bytes = data[at..][0..8];
        const value = std.mem.readInt(u64, bytes, .little);
        if (value == 0) continue;
        const relative = value -% plan.header.base_image;
        if (relative < plan.header.base_image_size and relative >= plan.header.pointer_min) {
            const moved = @as(u32, @intCast(relative)) +% plan.map.shiftOf(@intCast(relative));
            std.mem.writeInt(u64, bytes, plan.header.variant_image +% moved, .little);
        } else {
            relocateOffset(plan, bytes[0..4]);
            relocateOffset(plan, bytes[4..8]);
        }
    }
}

inline fn relocateOffset(plan: *const Plan, bytes: *[4]u8) void {
    const value = std.mem.readInt(u32, bytes, .little);
    if (value % function_align != 0 or value < offset_min or value >= plan.header.text_size) return;
    std.mem.writeInt(u32, bytes, plan.translate(.text, value), .little);
}
