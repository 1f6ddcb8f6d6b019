//! Code: the base's relative addresses become the variant's.
const arch = @import("arch");
const filter = @import("filter");
const Entry = @import("recipe.zig").Entry;
const Map = @import("map.zig").Map;
const Recipe = @import("recipe.zig").Recipe;

/// A part of a range that moves as a whole.
pub const Piece = struct {
    recipe: *const Recipe,
    bytes: []u8,
    /// Address of the first byte in the base.
    address: u32,
    /// Address of the range in the base.
    start: u32,

    const Moving = struct {
        map: *const Map,
        shift: u32,

        inline fn change(moving: Moving, place: u32, operand: u32) u32 {
            return moved(moving.map, moving.shift, place, operand);
        }
    };

    /// Replaces the base's distances by the variant's.
    pub noinline fn relocate(piece: *const Piece, comptime architecture: arch.Architecture) void {
        arch.operands(architecture).changeEach(piece.bytes, piece.address, piece.motion(), Moving.change);
    }

    pub noinline fn relocateJumps(piece: *const Piece, comptime architecture: arch.Architecture) void {
        arch.operands(architecture).changeJumps(piece.bytes, piece.address, piece.motion(), Moving.change);
    }

    /// Replaces the base's absolute addresses by the variant's. The filter leaves these alone.
    pub noinline fn relocateAbsolute(piece: *const Piece, comptime architecture: arch.Architecture) void {
        const change = struct {
            inline fn change(recipe: *const Recipe, _: u32, pointer: u32) u32 {
                return recipe.movePointer(pointer) orelse pointer;
            }
        }.change;
        arch.operands(architecture).changeAbsolute(piece.bytes, piece.address, piece.recipe, change);
    }

    /// Replaces the base's absolute addresses by relative ones of the variant.
    pub noinline fn prefix(piece: *const Piece, comptime architecture: arch.Architecture) void {
        const Prefixing = struct {
            recipe: *const Recipe,
            shift: u32,

            inline fn find(prefixing: @This(), place: u32, pointer: u32) ?u32 {
                const address = prefixing.recipe.movePointer(pointer) orelse return null;
                const image: u32 = @truncate(prefixing.recipe.header.variant_image);
                return address -% image -% (place +% prefixing.shift);
            }
        };
        const prefixing: Prefixing = .{ .recipe = piece.recipe, .shift = piece.motion().shift };
        arch.operands(architecture).prefix(piece.bytes, piece.address, prefixing, Prefixing.find);
    }

    fn motion(piece: *const Piece) Moving {
        const map = &piece.recipe.map;
        return .{ .map = map, .shift = map.shiftOf(piece.start) };
    }
};

/// Takes the filter for code off a frame of the base, at `position` of its stream, and replaces its distances by the
/// variant's on the way.
pub noinline fn unfilter(
    comptime architecture: arch.Architecture,
    recipe: *const Recipe,
    frame: []u8,
    position: u32,
    bits: u6,
) void {
    const Moving = struct {
        map: *const Map,
        /// Distance from positions in the stream to addresses.
        up: u32,
        numbers: filter.Numbers,
        /// The range that operands are in, and those behind it.
        shift: u32 = 0,
        end: u32 = 0,
        entries: []const Entry,

        pub const has_targets = true;

        pub inline fn wrap(moving: *const @This(), target: u32) u32 {
            return moving.numbers.wrap(target);
        }

        inline fn change(moving: *@This(), place: u32, operand: u32) u32 {
            if (!moving.numbers.have(operand)) return operand;
            const distance = moving.wrap(operand -% (place -% moving.up));
            if (place > moving.end) moving.advance(place);
            return moved(moving.map, moving.shift, place, distance);
        }

        fn advance(moving: *@This(), place: u32) void {
            for (moving.entries, 1..) |*entry, count| {
                moving.shift = entry.shift();
                moving.end = entry.base + entry.size;
                if (place > moving.end) continue;
                moving.entries = moving.entries[count..];
                return;
            }
            moving.entries = &.{};
            moving.end = ~@as(u32, 0);
        }
    };
    const address = recipe.baseAddress(position) orelse return;
    var moving: Moving = .{
        .map = &recipe.map,
        .up = address -% position,
        .numbers = .of(bits),
        .entries = recipe.entriesFromBase(address),
    };
    arch.operands(architecture).changeEach(frame, address, &moving, Moving.change);
}

/// Returns the distance from a place, which moves by `shift`, to where its target moves to.
inline fn moved(map: *const Map, shift: u32, place: u32, distance: u32) u32 {
    const target = place +% distance;
    // Wraps where it points below the image, and then is too large.
    if (target >= map.limit) return distance;
    return distance +% map.shiftOf(target) -% shift;
}
