//! Relative addresses in the code of architectures whose instructions have 4 bytes.
//!
//! Some addresses take two instructions, which linkers put one behind the other. What looks like an address without
//! being one, as data between functions may, costs a few bytes.
const std = @import("std");

pub const Code = [2]u32;

/// Operand finder of an instruction set, which has
///
/// - `Kind`: an enum of operands
/// - `find(code: Code) ?Kind`: that of the first instruction, and of the second if it belongs to it
/// - `read(kind: Kind, code: Code) u32`: the operand, in bytes
/// - `write(kind: Kind, code: Code, operand: u32) ?Code`: other instructions, or null if they cannot hold the operand
/// - `placeOf(kind: Kind, address: u32) u32`: where operands of instructions at an address count from
/// - `clearJump(word: u32) u32`: an instruction without operand if that stays in its function, else as it is
pub fn Operands(comptime Isa: type) type {
    return struct {
        /// As amd64/operands.zig.
        ///
        /// A place that counts from a page moves by another number than its instruction: a context with a field `shift`
        /// says how far that moves. One with a declaration `is_exact` is given the places of instructions, to read.
        pub inline fn changeEach(
            code: []u8,
            position: u32,
            context: anytype,
            comptime change: fn (context: @TypeOf(context), place: u32, operand: u32) callconv(.@"inline") u32,
        ) void {
            @setRuntimeSafety(true);
            var at: usize = -%position % 4;
            while (at + 8 <= code.len) : (at += 4) {
                const words: Code = .{ load(code, at), load(code, at + 4) };
                const kind = Isa.find(words) orelse continue;
                const address = position +% @as(u32, @truncate(at));
                const place = if (isExact(@TypeOf(context))) address else Isa.placeOf(kind, address);
                const operand = Isa.read(kind, words) +% Isa.placeOf(kind, address) -% place;
                var changed = change(context, place, operand);
                if (changed == operand) continue;
                if (changed != 0) {
                    const moved = address +% shiftOf(context);
                    changed +%= (Isa.placeOf(kind, address) -% address) -% (Isa.placeOf(kind, moved) -% moved);
                }
                const written = Isa.write(kind, words, changed) orelse continue;
                store(code, at, written[0]);
                store(code, at + 4, written[1]);
            }
        }

        /// As amd64/operands.zig, but that jumps are not predicted: they stay as they are.
        pub inline fn changeJumps(
            _: []u8,
            _: u32,
            context: anytype,
            comptime _: fn (context: @TypeOf(context), place: u32, operand: u32) callconv(.@"inline") u32,
        ) void {}

        /// Clears jumps in functions.
        pub fn clearJumps(code: []u8, position: u32) void {
            @setRuntimeSafety(true);
            var at: usize = -%position % 4;
            while (at + 4 <= code.len) : (at += 4) store(code, at, Isa.clearJump(load(code, at)));
        }
    };
}

fn Pointee(comptime Context: type) type {
    return switch (@typeInfo(Context)) {
        .pointer => |info| info.child,
        else => Context,
    };
}

fn isExact(comptime Context: type) bool {
    return @typeInfo(Pointee(Context)) == .@"struct" and @hasDecl(Pointee(Context), "is_exact");
}

inline fn shiftOf(context: anytype) u32 {
    const Context = Pointee(@TypeOf(context));
    if (@typeInfo(Context) != .@"struct" or !@hasField(Context, "shift")) return 0;
    return context.shift;
}

inline fn load(code: []const u8, at: usize) u32 {
    @setRuntimeSafety(true);
    return std.mem.readInt(u32, code[at..][0..4], .little);
}

inline fn store(code: []u8, at: usize, word: u32) void {
    @setRuntimeSafety(true);
    std.mem.writeInt(u32, code[at..][0..4], word, .little);
}

/// Returns the number that the low bits are, with sign.
pub inline fn extend(comptime bits: u6, number: u32) u32 {
    return @bitCast(@as(i32, @bitCast(number << (32 - bits))) >> (32 - bits));
}
