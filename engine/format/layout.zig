//! The kinds of bundles, and facts that decide how they start.

/// How the variants are started.
pub const Layout = enum(u8) {
    /// Every variant is stored compressed and started from a memfd.
    @"packed" = 0,
    /// The bundle is one variant, the base, and runs as it; the others are started as in `packed`.
    direct = 1,
};

/// Which variant starts where nobody asks for one.
pub const StartPolicy = enum(u8) {
    /// The highest that the CPU can run.
    best = 0,
    /// The base, if the CPU can run it; else as `best`.
    base = 1,
    /// The base where the CPU can run it and the highest that it can run changes nothing outside of Go's own runtime;
    /// else as `best`.
    auto = 2,
};

/// A fact about a bundle's program.
pub const Flag = enum(u8) {
    /// It asks for its own file (os.Executable), which a program from memory does not have.
    own_file = 1 << 0,
};
