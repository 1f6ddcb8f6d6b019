//! How much of a program a level changes; each variant in a bundle has this of its own.
const assert = @import("std").debug.assert;
const assertNoPadding = @import("format.zig").assertNoPadding;

/// Counts of all that differs in a variant and its base but for addresses. The base has none.
pub const Changes = extern struct {
    /// Functions of Go's own runtime.
    runtime: ChangedCode = .{},
    /// All other code.
    program: ChangedCode = .{},
    /// Bytes of data.
    data_size: u32 = 0,
    /// 1 if this was found out. Else 0, and so are the others.
    is_known: u8 = 0,
    /// Zero.
    reserved: [3]u8 = @splat(0),

    /// Whether the variant may gain the program something. Where it cannot be told, it does.
    pub fn concernProgram(changes: *const Changes) bool {
        return changes.is_known == 0 or changes.program.functions != 0 or changes.data_size != 0;
    }

    comptime {
        assert(@sizeOf(Changes) == 24);
        assertNoPadding(Changes);
    }
};

/// Code that differs.
pub const ChangedCode = extern struct {
    /// A stretch of code that is in no function of Go's table counts as one.
    functions: u32 = 0,
    /// In bytes: of each function the larger size of the two.
    size: u32 = 0,

    comptime {
        assertNoPadding(ChangedCode);
    }
};
