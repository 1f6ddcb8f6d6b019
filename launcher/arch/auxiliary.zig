//! The auxiliary vector, by which the kernel tells a program about the machine.
const elf = @import("std").elf;
const Capabilities = @import("features.zig").Capabilities;

/// Keys and values in turn, up to AT_NULL.
pub const Auxiliary = [*]const usize;

/// Returns the value of a key; null if the vector lacks it.
pub fn get(auxiliary: Auxiliary, key: usize) ?usize {
    var entry = auxiliary;
    while (entry[0] != elf.AT_NULL) : (entry += 2) {
        if (entry[0] == key) return entry[1];
    }
    return null;
}

pub fn capabilities(auxiliary: Auxiliary) Capabilities {
    return .{ .hwcap = get(auxiliary, elf.AT_HWCAP) orelse 0, .hwcap2 = get(auxiliary, elf.AT_HWCAP2) orelse 0 };
}
