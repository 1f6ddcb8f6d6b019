//! The environment, laid out as by the kernel.
const std = @import("std");
const environment = @import("../select/environment.zig");
const level_max = @import("format").level_max;
const Guarded = @import("guarded.zig").Guarded;

const variables_max = 16;

/// `input` is the variables, with a zero behind each.
pub fn run(input: []const u8) void {
    const block: Guarded(1) = .init(input.len + 1);
    defer block.deinit();
    @memcpy(block.bytes[0..input.len], input);
    var pointers: [variables_max + 1]?[*:0]const u8 = @splat(null);
    var rest: [:0]const u8 = block.bytes[0..input.len :0];
    for (pointers[0..variables_max]) |*pointer| {
        pointer.* = rest;
        const end = std.mem.indexOfScalar(u8, rest, 0) orelse break;
        rest = rest[end + 1 ..];
    }
    const parsed = environment.parse(@ptrCast(&pointers));
    if (parsed.level) |level| std.debug.assert(level >= 1 and level <= level_max and parsed.level_unknown == null);
    if (parsed.level_unknown) |value| for (value) |byte| std.debug.assert(byte != 0);
}
