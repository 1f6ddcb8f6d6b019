//! Compares code of a base and a variant but for relative addresses.
const std = @import("std");
const Function = @import("pclntab.zig").Function;
const Places = @import("places.zig").Places;
const Side = @import("file.zig").Side;
const Stretch = @import("places.zig").Stretch;

/// Things that addresses in code may lead to.
pub const Targets = enum {
    /// Anything in the image.
    any,
    /// The same thing in both.
    same,
};

/// Finds out which functions differ, of those that are not known to.
pub fn compareFunctions(comptime relative: type, places: *const Places, targets: Targets) void {
    for (places.base_table.functions, places.partners, places.differs) |a, partner, *differs| {
        if (differs.*) continue;
        const b = places.variant_table.functions[partner.?];
        const code: Code(relative) = .{
            .places = places,
            .base = codeOf(relative, places, .base, a),
            .variant = codeOf(relative, places, .variant, b),
            .base_address = a.start,
            .variant_address = b.start,
            .targets = targets,
        };
        differs.* = !code.isSame();
    }
}

/// Whether code that is no function of Go's table is the same.
pub fn isSame(comptime relative: type, places: *const Places, stretch: Stretch) bool {
    const code: Code(relative) = .{
        .places = places,
        .base = places.base.raw(stretch.base),
        .variant = places.variant.raw(stretch.variant),
        .base_address = stretch.base.address,
        .variant_address = stretch.variant.address,
        .targets = .same,
    };
    return code.isSame();
}

/// Returns a function's code, without the padding behind it: alignment changes that.
pub fn codeOf(comptime relative: type, places: *const Places, comptime side: Side, function: Function) []const u8 {
    const file = @field(places, @tagName(side));
    for (places.pairs) |pair| {
        const span = side.of(pair);
        if (pair.role != .code or function.start < span.address or function.end > span.end()) continue;
        const padded = file.raw(span.part(function.start - span.address, function.end - function.start));
        return std.mem.trimEnd(u8, padded, &.{relative.padding});
    }
    unreachable; // `Places.isWhole`
}

fn Code(comptime relative: type) type {
    return struct {
        places: *const Places,
        base: []const u8,
        variant: []const u8,
        base_address: u32,
        variant_address: u32,
        targets: Targets,

        fn isSame(code: *const @This()) bool {
            if (code.base.len != code.variant.len) return false;
            var done: usize = 0;
            while (std.mem.indexOfDiff(u8, code.base[done..], code.variant[done..])) |distance| {
                done = code.endOfAddress(done, done + distance) orelse return false;
            }
            return true;
        }

        /// Returns where the address ends that a byte which differs belongs to; null if it belongs to none.
        fn endOfAddress(code: *const @This(), done: usize, at: usize) ?usize {
            for (0..relative.size) |forward| {
                const start = (at + forward + 1) -% relative.size;
                if (start > at or start < done) continue;
                if (start + relative.size > code.base.len) continue;
                if (relative.mayBegin(code.base, start) and code.leadsToSame(start)) return start + relative.size;
                if (code.targets == .same and code.isSameAbsolute(start)) return start + relative.size;
            }
            return null;
        }

        fn leadsToSame(code: *const @This(), start: usize) bool {
            const places = code.places;
            const end: u32 = @intCast(start + relative.size);
            const base = code.base_address +% end +% read(code.base, start);
            const variant = code.variant_address +% end +% read(code.variant, start);
            if (base >= places.base.image_size or variant >= places.variant.image_size) return false;
            if (code.targets == .any) return true;
            for (relative.immediate_sizes) |immediate| {
                if (places.areSame(base + immediate, variant + immediate)) return true;
            }
            return false;
        }

        /// Code that is linked at a fixed address may have addresses as they are.
        fn isSameAbsolute(code: *const @This(), start: usize) bool {
            const places = code.places;
            const base = places.base.addressOf(read(code.base, start)) orelse return false;
            const variant = places.variant.addressOf(read(code.variant, start)) orelse return false;
            return places.areSame(base, variant);
        }
    };
}

fn read(bytes: []const u8, at: usize) u32 {
    return std.mem.readInt(u32, bytes[at..][0..4], .little);
}
