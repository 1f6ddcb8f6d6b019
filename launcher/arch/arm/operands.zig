//! Addresses in 32-bit ARM code (ARM Architecture Reference Manual, A8.8): relative ones of BL, and absolute ones in
//! the words behind functions that LDR loads. Distances count from the second instruction behind.
const words = @import("../words.zig");
const Operand = @import("../operand.zig").Operand;
const Code = words.Code;

pub const Kind = enum { call };

/// BL; Go's is unconditional.
const call: Operand = .{
    .mask = 0xff00_0000,
    .bits = 0xeb00_0000,
    .parts = &.{.{ .from = 0, .size = 24, .to = 2 }},
};

pub const jumps = [_]Operand{
    // B, under any condition.
    .{ .mask = 0x0f00_0000, .bits = 0x0a00_0000, .parts = &.{.{ .from = 0, .size = 24, .to = 2 }} },
    load,
};
pub const jump_distance = 8;

/// LDR of a word behind the function.
pub const load: Operand = .{
    .mask = 0x0fff_0000,
    .bits = 0x059f_0000,
    .parts = &.{.{ .from = 0, .size = 12, .to = 0 }},
    .signed = false,
};

pub inline fn find(code: Code) ?Kind {
    return if (call.isIn(code[0])) .call else null;
}

pub inline fn placeOf(_: Kind, address: u32) u32 {
    return address +% 8;
}

pub inline fn read(_: Kind, code: Code) u32 {
    return call.read(code[0]);
}

pub inline fn write(_: Kind, code: Code, operand: u32) ?Code {
    return .{ call.write(code[0], operand), code[1] };
}

/// Addresses look like instructions that hardly any code has.
pub inline fn readAbsolute(code: Code) ?u32 {
    return code[0];
}

pub inline fn writeAbsolute(code: Code, address: u32) ?Code {
    return .{ address, code[1] };
}
