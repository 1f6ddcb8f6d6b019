//! Operands of single instructions of 4 bytes.

/// A form of instructions, and where their operand is.
pub const Operand = struct {
    /// The bits of `mask` tell the instruction.
    mask: u32,
    bits: u32,
    /// From the highest part of the operand to the lowest.
    parts: []const Part,
    signed: bool = true,

    /// `size` bits from `from` on in the instruction are those from `to` on in the operand.
    pub const Part = struct { from: u5, size: u5, to: u5 };

    pub inline fn isIn(comptime form: Operand, word: u32) bool {
        return word & form.mask == form.bits;
    }

    /// Returns the operand, in bytes.
    pub inline fn read(comptime form: Operand, word: u32) u32 {
        var operand: u32 = 0;
        inline for (form.parts) |part| operand |= (word >> part.from & ones(part)) << part.to;
        const unused: u5 = comptime if (form.signed) 31 - (form.parts[0].to + form.parts[0].size - 1) else 0;
        return @bitCast(@as(i32, @bitCast(operand << unused)) >> unused);
    }

    /// Returns the instruction with another operand, which is cut to what it can hold.
    pub inline fn write(comptime form: Operand, word: u32, operand: u32) u32 {
        var written = word;
        inline for (form.parts) |part| {
            written &= ~(comptime ones(part) << part.from);
            written |= (operand >> part.to & ones(part)) << part.from;
        }
        return written;
    }

    /// Returns the bits of an instruction that are its operand.
    pub inline fn operandBits(comptime form: Operand) u32 {
        comptime var found: u32 = 0;
        inline for (form.parts) |part| found |= comptime ones(part) << part.from;
        return found;
    }

    fn ones(comptime part: Part) u32 {
        return (1 << part.size) - 1;
    }
};
