//! Code: the base's relative addresses become the variant's.
const std = @import("std");
const arch = @import("arch");
const Map = @import("map.zig").Map;

/// Replaces the base's addresses by the variant's.
///
/// `address` is that of the code's first byte in the base, where all addresses from `start` to `end` move by the
/// same.
pub noinline fn relocate(
    comptime architecture: arch.Architecture,
    map: *const Map,
    code: []u8,
    address: u32,
    start: u32,
    end: u32,
) void {
    @setRuntimeSafety(true);
    const shift = map.shiftOf(start);
    var scanner: arch.operands(architecture).Scanner = .{ .code = code, .address = address, .limit = map.limit };
    while (scanner.next()) |operand| {
        if (operand.target >= start and operand.target < end) continue;
        const moved = map.shiftOf(operand.target) -% shift;
        if (moved == 0) continue;
        const bytes = code[operand.at..][0..4];
        std.mem.writeInt(u32, bytes, std.mem.readInt(u32, bytes, .little) +% moved, .little);
    }
}
