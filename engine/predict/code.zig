//! Code: the base's relative addresses become the variant's.
const arch = @import("arch");
const Map = @import("map.zig").Map;

/// Replaces the base's addresses by the variant's.
///
/// `address` is that of the code's first byte in the base, where addresses move by as much as `start` does.
pub noinline fn relocate(
    comptime architecture: arch.Architecture,
    map: *const Map,
    code: []u8,
    address: u32,
    start: u32,
) void {
    const Moving = struct {
        map: *const Map,
        shift: u32,

        inline fn change(moving: @This(), place: u32, operand: u32) u32 {
            const target = place +% operand;
            // Wraps where it points below the image, and then is too large.
            if (target >= moving.map.limit) return operand;
            return operand +% moving.map.shiftOf(target) -% moving.shift;
        }
    };
    const moving: Moving = .{ .map = map, .shift = map.shiftOf(start) };
    arch.operands(architecture).changeEach(code, address, moving, Moving.change);
}
