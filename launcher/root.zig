//! The root of the launcher as it is compiled: for speed, but for modules that say otherwise. launcher.zig is one
//! of those, and where the story begins.
const launcher = @import("launcher");

pub const panic = launcher.panic;
pub const _start = launcher._start;

comptime {
    // For what it exports.
    _ = launcher;
}
