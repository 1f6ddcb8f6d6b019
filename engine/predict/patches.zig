//! Patches of predictions: engine/format/recipe.zig defines them.
const std = @import("std");

pub const Error = error{
    /// They do not fit the prediction, or end in the middle.
    Patches,
};

/// Makes a prediction right.
pub noinline fn apply(prediction: []u8, patches: []const u8) Error!void {
    @setRuntimeSafety(true);
    if (patches.len < 4) return error.Patches;
    const count = std.mem.readInt(u32, patches[0..4], .little);
    const rest = patches[4..];
    if (count > rest.len / 3) return error.Patches;
    const low = rest[0..count];
    const high = rest[count..][0..count];
    const sizes = rest[2 * count ..][0..count];
    var bytes = rest[3 * count ..];
    var target = prediction;
    for (low, high, sizes) |a, b, size| {
        const skip = @as(usize, b) << 8 | a;
        if (skip > target.len or size > target.len - skip or size > bytes.len) return error.Patches;
        @memcpy(target[skip..][0..size], bytes[0..size]);
        target = target[skip + size ..];
        bytes = bytes[size..];
    }
    if (bytes.len > 0) return error.Patches;
}
