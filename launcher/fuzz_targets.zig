//! The root of what is fuzzed, for tests that run the corpus.
pub const Target = @import("fuzz/targets.zig").Target;
