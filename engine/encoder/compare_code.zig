//! Compares code of a base and a variant but for relative addresses.
const std = @import("std");
const arch = @import("arch");
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
        var code = file.raw(span.part(function.start - span.address, function.end - function.start));
        while (std.mem.endsWith(u8, code, relative.padding)) code.len -= relative.padding.len;
        return code;
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

        /// Returns where the address ends that a byte which differs belongs to; null if it belongs to none. An
        /// instruction begins at `done`.
        fn endOfAddress(code: *const @This(), done: usize, at: usize) ?usize {
            const has_only = @hasDecl(relative, "instructionAt");
            const only: ?usize = if (has_only) relative.instructionAt(code.base, done, at) else null;
            for (0..arch.address_size) |forward| {
                const start = (at + forward + 1) -% arch.address_size;
                if (start > at or start < done or (only orelse start) != start) continue;
                if (code.isSameAt(start, relative.find)) return start + arch.address_size;
                if (relative.guesses_pointers and code.targets == .any) continue;
                if (code.isSameAt(start, relative.findPointer)) return start + arch.address_size;
            }
            return null;
        }

        fn isSameAt(code: *const @This(), start: usize, comptime find: fn ([]const u8, u32, usize) ?arch.Address) bool {
            const base = find(code.base, code.base_address, start) orelse return false;
            const variant = find(code.variant, code.variant_address, start) orelse return false;
            const differing = read(code.base, start) ^ read(code.variant, start);
            if (base.mask != variant.mask or differing & ~base.mask != 0) return false;
            const left = code.places.base.placeOf(base) orelse return false;
            const right = code.places.variant.placeOf(variant) orelse return false;
            if (code.targets == .any) return true;
            for (relative.immediate_sizes) |immediate| {
                if (code.places.areSame(left +% immediate, right +% immediate)) return true;
            }
            return false;
        }
    };
}

fn read(bytes: []const u8, at: usize) u32 {
    return std.mem.readInt(u32, bytes[at..][0..arch.address_size], .little);
}
