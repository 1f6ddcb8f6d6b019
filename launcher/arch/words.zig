//! Addresses in the code of architectures whose instructions have 4 bytes, or 2 and 4.
//!
//! Some addresses take two instructions, which linkers put one behind the other. What looks like an address without
//! being one, as data between functions may, costs a few bytes.
const std = @import("std");
const Operand = @import("operand.zig").Operand;

pub const Code = [2]u32;

/// Operand finder of an instruction set, which has
///
/// - `Kind`: an enum of operands
/// - `find(code: Code) ?Kind`: that of the first instruction, and of the second if it belongs to it
/// - `read(kind: Kind, code: Code) u32`: the operand, in bytes
/// - `write(kind: Kind, code: Code, operand: u32) ?Code`: other instructions, or null if they cannot hold the operand
/// - `placeOf(kind: Kind, address: u32) u32`: where operands of instructions at an address count from
/// - `jumps: []const Operand`: what leads to other places of the same function
/// - `jump_distance: u32`: from an instruction to where operands of jumps count from, in bytes
///
/// Some have also
///
/// - `readAbsolute(code: Code) ?u32`: the absolute address of an instruction, as `find`, or what may be none
/// - `writeAbsolute(code: Code, address: u32) ?Code`
/// - `isPrefixed(code: Code) bool`: whether a newer CPU's instruction has a relative address
/// - `clearPrefixed(code: Code) Code`: such an instruction without what tells it from others
/// - `prefix(code: Code, operand: u32) ?Code`: such an instruction instead of those that have an absolute address
/// - `sizeOf(word: u32) u32`: of the instruction that a word starts with, in bytes: 2 or 4
/// - `isNarrow(kind: Kind) bool` and `narrow_bits`: which operands have less than 25 bits, and how many
pub fn Operands(comptime Isa: type) type {
    return struct {
        /// As amd64/operands.zig.
        ///
        /// A place that counts from a page moves by another number than its instruction: a context with a field `shift`
        /// says how far that moves. One with a declaration `is_exact` is given the places of instructions, to read. One
        /// with a declaration `has_targets` is given targets, which count from `up` before where places do, if there is
        /// such a field: an operand of less bits than they have is that target which it can reach, which `wrap(target)`
        /// cuts to their bits.
        pub inline fn changeEach(
            code: []u8,
            position: u32,
            context: anytype,
            comptime change: Change(@TypeOf(context)),
        ) void {
            changeOperands(Isa, code, position, context, change);
        }

        /// As amd64/operands.zig.
        pub inline fn changeJumps(
            code: []u8,
            position: u32,
            context: anytype,
            comptime change: Change(@TypeOf(context)),
        ) void {
            changeJumpOperands(Isa, code, position, context, change);
        }

        pub const has_absolute = @hasDecl(Isa, "readAbsolute");

        /// Replaces each absolute address by what `change(context, place, address)` returns for it. What is given may
        /// as well be something else.
        pub inline fn changeAbsolute(
            code: []u8,
            position: u32,
            context: anytype,
            comptime change: Change(@TypeOf(context)),
        ) void {
            changeAddresses(Isa, code, position, context, change);
        }

        /// Whether newer CPUs have relative addresses instead of absolute ones, as long as those.
        pub const has_prefixed = @hasDecl(Isa, "prefix");

        /// Replaces each absolute address by the relative one that `find(context, place, address)` returns, or none.
        pub inline fn prefix(code: []u8, position: u32, context: anytype, comptime find: anytype) void {
            prefixAddresses(Isa, code, position, context, find);
        }

        /// Clears all but the registers of such instructions.
        pub fn clearPrefixed(code: []u8) void {
            clearPrefixedIn(Isa, code);
        }

        /// Returns whether code has such instructions.
        pub fn isPrefixed(code: []const u8) bool {
            return hasPrefix(Isa, code);
        }
    };
}

fn Change(comptime Context: type) type {
    return fn (context: Context, place: u32, operand: u32) callconv(.@"inline") u32;
}

inline fn changeOperands(
    comptime Isa: type,
    code: []u8,
    position: u32,
    context: anytype,
    comptime change: Change(@TypeOf(context)),
) void {
    @setRuntimeSafety(true);
    var instructions: Instructions(Isa) = .of(code, position);
    while (instructions.next()) |found| {
        const words = found.words;
        const address = found.address;
        const kind = Isa.find(words) orelse continue;
        const place = if (comptime isExact(Pointee(@TypeOf(context)))) address else Isa.placeOf(kind, address);
        const operand = reach(Isa, context, kind, place, Isa.read(kind, words)) +% Isa.placeOf(kind, address) -% place;
        var changed = change(context, place, operand);
        if (changed == operand) continue;
        if (changed != 0) {
            const moved = address +% shiftOf(context);
            changed +%= (Isa.placeOf(kind, address) -% address) -% (Isa.placeOf(kind, moved) -% moved);
        }
        store(code, found.at, Isa.write(kind, words, changed) orelse continue);
    }
}

inline fn changeJumpOperands(
    comptime Isa: type,
    code: []u8,
    position: u32,
    context: anytype,
    comptime change: Change(@TypeOf(context)),
) void {
    @setRuntimeSafety(true);
    var instructions: Instructions(Isa) = .of(code, position);
    while (instructions.next()) |found| {
        const word = found.words[0];
        inline for (Isa.jumps) |jump| if (jump.isIn(word)) {
            const changed = change(context, found.address +% Isa.jump_distance, jump.read(word));
            const written = jump.write(word, changed);
            if (jump.read(written) == changed) store(code, found.at, .{ written, found.words[1] });
        };
    }
}

inline fn changeAddresses(
    comptime Isa: type,
    code: []u8,
    position: u32,
    context: anytype,
    comptime change: Change(@TypeOf(context)),
) void {
    @setRuntimeSafety(true);
    var instructions: Instructions(Isa) = .of(code, position);
    while (instructions.next()) |found| {
        const address = Isa.readAbsolute(found.words) orelse continue;
        const changed = change(context, found.address, address);
        if (changed != address) store(code, found.at, Isa.writeAbsolute(found.words, changed) orelse continue);
    }
}

inline fn prefixAddresses(
    comptime Isa: type,
    code: []u8,
    position: u32,
    context: anytype,
    comptime find: fn (context: @TypeOf(context), place: u32, address: u32) callconv(.@"inline") ?u32,
) void {
    @setRuntimeSafety(true);
    var instructions: Instructions(Isa) = .of(code, position);
    while (instructions.next()) |found| {
        const address = Isa.readAbsolute(found.words) orelse continue;
        const operand = find(context, found.address, address) orelse continue;
        store(code, found.at, Isa.prefix(found.words, operand) orelse continue);
    }
}

fn clearPrefixedIn(comptime Isa: type, code: []u8) void {
    var at: usize = 0;
    while (at + 8 <= code.len) : (at += 4) {
        const words = load(code, at);
        if (Isa.isPrefixed(words)) store(code, at, Isa.clearPrefixed(words));
    }
}

fn hasPrefix(comptime Isa: type, code: []const u8) bool {
    var at: usize = 0;
    while (at + 8 <= code.len) : (at += 4) if (Isa.isPrefixed(load(code, at))) return true;
    return false;
}

/// The instructions of a piece of code, in their order. What is written to the code meanwhile is read.
fn Instructions(comptime Isa: type) type {
    return struct {
        code: []const u8,
        position: u32,
        end: usize,

        const Found = struct { at: usize, address: u32, words: Code };

        inline fn of(code: []const u8, position: u32) @This() {
            const alignment = if (@hasDecl(Isa, "sizeOf")) 2 else 4;
            return .{ .code = code, .position = position, .end = -%position % alignment };
        }

        inline fn next(instructions: *@This()) ?Found {
            @setRuntimeSafety(true);
            const at = instructions.end;
            if (at + 4 > instructions.code.len) return null;
            const words = load(instructions.code, at);
            instructions.end += sizeOf(Isa, words[0]);
            return .{ .at = at, .address = instructions.position +% @as(u32, @truncate(at)), .words = words };
        }
    };
}

inline fn sizeOf(comptime Isa: type, word: u32) u32 {
    return if (comptime @hasDecl(Isa, "sizeOf")) Isa.sizeOf(word) else 4;
}

inline fn reach(comptime Isa: type, context: anytype, kind: Isa.Kind, place: u32, operand: u32) u32 {
    const Context = Pointee(@TypeOf(context));
    if (comptime !@hasDecl(Isa, "isNarrow") or !hasTargets(Context)) return operand;
    if (!Isa.isNarrow(kind)) return operand;
    const from = if (@hasField(Context, "up")) place -% context.up else place;
    const target = from +% extend(32 - Isa.narrow_bits, operand -% from);
    return context.wrap(target);
}

fn Pointee(comptime Context: type) type {
    return switch (@typeInfo(Context)) {
        .pointer => |info| info.child,
        else => Context,
    };
}

fn isExact(comptime Context: type) bool {
    return @typeInfo(Context) == .@"struct" and @hasDecl(Context, "is_exact");
}

fn hasTargets(comptime Context: type) bool {
    return @typeInfo(Context) == .@"struct" and @hasDecl(Context, "has_targets") and Context.has_targets;
}

inline fn shiftOf(context: anytype) u32 {
    const Context = Pointee(@TypeOf(context));
    if (@typeInfo(Context) != .@"struct" or !@hasField(Context, "shift")) return 0;
    return context.shift;
}

/// Zeros are behind the end.
inline fn load(code: []const u8, at: usize) Code {
    @setRuntimeSafety(true);
    return .{
        std.mem.readInt(u32, code[at..][0..4], .little),
        if (at + 8 <= code.len) std.mem.readInt(u32, code[at + 4 ..][0..4], .little) else 0,
    };
}

inline fn store(code: []u8, at: usize, words: Code) void {
    @setRuntimeSafety(true);
    std.mem.writeInt(u32, code[at..][0..4], words[0], .little);
    if (at + 8 <= code.len) std.mem.writeInt(u32, code[at + 4 ..][0..4], words[1], .little);
}

/// Returns the number that all but the `unused` high bits are, with sign.
inline fn extend(unused: u5, number: u32) u32 {
    return @bitCast(@as(i32, @bitCast(number << unused)) >> unused);
}
