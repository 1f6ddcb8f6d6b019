//! Addresses in code, for telling whether two pieces of it differ in anything else.
//!
//! Each architecture has in its `relative.zig`:
//!
//! - `padding`: what stands between functions, for their alignment
//! - `immediate_sizes`: how far behind its end, in bytes, an address may count from
//! - `find(code, address, at) ?Address`: the address in the four bytes at `at`, if these are of an instruction that has
//!   one. `address` is that of the code
//! - `findPointer(code, address, at) ?Address`: the pointer that four bytes are which are no instruction
//! - `guesses_pointers`: whether these may as well be something else
//!
//! Some have also
//!
//! - `instructionAt(code, from, at) usize`: where the instruction begins that the byte at `at` is of, if one begins at
//!   `from`
//! - `usesTable(function) bool`: whether addresses in a function's code count from a table: these are not found
//!
//! Bits that are no part of an address are compared, and addresses by what they lead to. So what is taken for an
//! address without being one hides a difference only if both lead to the same thing.
const std = @import("std");

/// In bytes.
pub const size = 4;

pub const Address = struct {
    /// The bits of the four bytes that hold it, or a part of it.
    mask: u32 = std.math.maxInt(u32),
    target: union(enum) {
        /// A place in the image.
        place: u32,
        /// As data has it.
        pointer: u32,
    },

    pub fn place(mask: u32, target: u32) Address {
        return .{ .mask = mask, .target = .{ .place = target } };
    }
};

/// Returns the word at a place in code; null if it is not inside.
pub fn wordAt(code: []const u8, at: usize) ?u32 {
    return if (at <= code.len and code.len - at >= 4) std.mem.readInt(u32, code[at..][0..4], .little) else null;
}

/// For architectures whose code has no pointers by themselves.
pub fn findNoPointer(_: []const u8, _: u32, _: usize) ?Address {
    return null;
}
