//! launcher/deflate.zig for JavaScript, as a WebAssembly module without imports. The caller makes the
//! memory grow and puts the input and the room for the output there.
const std = @import("std");
const deflate = @import("deflate.zig");

/// A failed check traps, which JavaScript sees as an exception.
pub const panic = std.debug.no_panic;

var workspace: deflate.Workspace = undefined;

/// Gives the size in bytes of what is now at `output`, or -1 if it does not fit.
export fn mgo_deflate(input: [*]const u8, input_size: usize, output: [*]u8, output_size: usize) isize {
    const size = deflate.compress(&workspace, input[0..input_size], output[0..output_size]) orelse return -1;
    return @intCast(size);
}
