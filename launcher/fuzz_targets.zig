//! The root of the fuzz targets, for tests that run the corpus.
pub const Target = @import("fuzz/targets.zig").Target;
