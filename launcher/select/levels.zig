//! The levels of the architecture that the launcher is compiled for.
const arch = @import("arch");
const format = @import("format");

pub const Levels = format.Levels;

pub const architecture = @field(format.Architecture, @tagName(arch.native.?));

const row = @field(format.levels.architectures, @tagName(architecture));
const table = format.levels.Table(row);

/// The environment variable that names a level.
pub const variable = row.variable;

/// The number of the highest level.
pub const highest = table.highest;

/// The names of the levels without options as a sentence lists them.
pub const list = table.list;

/// `nameOf(level: u8) []const u8`
pub const nameOf = table.nameOf;

/// `find(name: []const u8) ?u8`: the number of the level of this name.
pub const find = table.find;

/// `within(level: u8) Levels`: the levels that need no more than this one.
pub const within = table.within;
