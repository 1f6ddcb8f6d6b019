//! The ways in which a directory can be wrong.
const std = @import("std");

/// In the order in which they are found.
pub const Error = error{
    /// The magic bytes are missing.
    NotABundle,
    /// The number is in `Detail`.
    UnknownVersion,
    /// The header or the tables do not fit, or are empty or too long.
    DirectoryBounds,
    DirectoryChecksum,
    /// The payload is larger than what there is of it, or smaller than its directory.
    PayloadSize,
    /// The number is in `Detail`.
    UnknownLayout,
    /// The number is in `Detail`.
    UnknownArchitecture,
    ReservedNotZero,
    /// The layout has no place for the address, the entry or the start policy, or asks for them; or there is no
    /// such policy.
    LayoutFields,
    /// The number is in `Detail`.
    LevelRange,
    /// The number is in `Detail`.
    UnknownCodec,
    /// The variant has a checksum of the whole executable, which its codec has not.
    VariantChecksum,
    /// A variant's changes are neither known nor unknown, or counted although they are unknown.
    VariantChanges,
    /// A layout other than `direct` has a variant in place, or that has none or several. The number is in `Detail`.
    InPlaceCount,
    /// The levels do not ascend.
    LevelOrder,
    /// The base is no variant, or not one that its codec can refer to.
    BaseIndex,
    /// The runs of the frame table are not contiguous, empty, or do not fill it.
    FrameRun,
    /// A frame takes more than it can as stored, or nothing.
    StoredSize,
    /// The stored frames are not contiguous or do not fill the payload.
    StoredOffset,
    /// A frame decodes to more than it can, or to nothing.
    FrameSize,
    /// There are more frames without bytes of the variant than frames, or there must be none, or they decode to
    /// more than positions in a recipe can tell.
    ExtraFrames,
    /// The filter is unknown, or not one of the codec's.
    UnknownFilter,
    /// A frame is predicted from one that its variant's base has not, or is not predicted.
    BaseFrame,
    /// A frame that is marked as one for detached ranges is none, or stands in front of one that is not.
    DetachedFrame,
    /// The frames' sizes do not add up to the stream's, or that is too large.
    VariantSize,
    /// The variants' runs of the table of detached ranges do not fill it.
    DetachedRun,
    /// A detached range is empty or larger than what is stored can make it, overlaps the one before it, lies
    /// outside of the executable, or leaves nothing of it.
    DetachedRange,
    /// No frame ends where the skeleton ends.
    SkeletonEnd,
};

/// The number that an error is about, for its message.
pub const Detail = u32;

/// The errors' names; a place in this list, from 1, is an error's number on the wire. They are sorted, as an error set
/// has no order.
pub const names: [@typeInfo(Error).error_set.?.len][]const u8 = names: {
    @setEvalBranchQuota(100_000);
    var all: [@typeInfo(Error).error_set.?.len][]const u8 = undefined;
    for (&all, @typeInfo(Error).error_set.?) |*name, member| name.* = member.name;
    std.mem.sort([]const u8, &all, {}, lessThan);
    break :names all;
};

fn lessThan(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}

/// Returns the error's number on the wire.
pub fn numberOf(err: Error) u32 {
    for (names, 1..) |name, number| {
        if (std.mem.eql(u8, name, @errorName(err))) return @intCast(number);
    }
    unreachable;
}
