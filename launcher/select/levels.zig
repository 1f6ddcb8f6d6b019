//! The levels of the architecture that the launcher is compiled for.
const arch = @import("arch");
const table = @import("format").levels;

const architecture = @field(table.architectures, @tagName(arch.native.?));
const names = table.Names(architecture);

/// The environment variable that names a level.
pub const variable = architecture.variable;

/// The number of the highest level.
pub const highest: u8 = architecture.levels.len;

/// The names as a sentence lists them.
pub const list = names.list;

/// `nameOf(level: u8) []const u8`
pub const nameOf = names.of;

/// `find(name: []const u8) ?u8`: the number of the level of this name.
pub const find = names.find;
