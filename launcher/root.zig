//! The root of the launcher's compilation, which is for speed. Modules may choose otherwise, as launcher.zig does,
//! where the story begins.
const launcher = @import("launcher");

pub const panic = launcher.panic;
pub const _start = launcher._start;

comptime {
    // Analyzes what it exports.
    _ = launcher;
}
