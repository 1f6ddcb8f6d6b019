//! Levels by the features that a CPU announces, for architectures whose kernel tells them as bits of words.
const format = @import("format");
const Levels = format.Levels;

/// Compares words with what levels need. `Words` is a struct of integers, all 0 by default; `bits` has a constant of
/// that type for the name of each feature.
pub fn Features(comptime row: format.levels.Architecture, comptime Words: type, comptime bits: type) type {
    return struct {
        const table = format.levels.Table(row);
        const fields = @typeInfo(Words).@"struct".fields;

        const needs = needs: {
            @setEvalBranchQuota(100_000);
            var all: [table.highest]Words = @splat(.{});
            for (&all, 1..) |*words, level| for (table.needsByName(level)) |name| {
                for (fields) |field| @field(words, field.name) |= @field(@field(bits, name), field.name);
            };
            break :needs all;
        };

        /// Returns the levels all of whose bits are there.
        pub fn levels(found: Words) Levels {
            var reached: Levels = .{};
            for (&needs, 1..) |*needed, level| {
                var missing: u64 = 0;
                inline for (fields) |field| missing |= @field(needed, field.name) & ~@field(found, field.name);
                if (missing == 0) reached.add(@intCast(level));
            }
            return reached;
        }
    };
}

/// The words AT_HWCAP and AT_HWCAP2 of the auxiliary vector.
pub const Capabilities = struct {
    hwcap: u64 = 0,
    hwcap2: u64 = 0,

    pub fn first(comptime bit: u6) Capabilities {
        return .{ .hwcap = 1 << bit };
    }

    pub fn second(comptime bit: u6) Capabilities {
        return .{ .hwcap2 = 1 << bit };
    }
};
