//! Lines on stderr and exit statuses. docs/reference.md lists the statuses.
const std = @import("std");
const system = @import("system.zig");

pub const Status = enum(u8) {
    /// The bundle is damaged or cut short. Also in launcher/arch.
    damaged = 112,
    /// The bundle has a format version, codec or layout that this launcher does not know.
    unknown_format = 113,
    /// No variant fits the CPU.
    no_variant = 114,
    /// There is no memory, or nothing else that could hold the program.
    no_memory = 115,
    /// The variant could not be executed. Also in launcher/arch.
    not_executed = 116,
    /// The program has file capabilities, which it would lose.
    capabilities = 117,
    /// MGODEBUG=extract could not write to stdout.
    not_extracted = 118,
    /// A bug in the launcher.
    bug = 119,
};

const prefix = "[mgo] launcher: ";

/// Prints `[mgo] launcher: <parts>` in one write, so that lines of several processes do not mix. A part is a string, an
/// unsigned integer or an error number.
pub fn line(parts: anytype) void {
    var text: Text = undefined;
    text.start();
    inline for (parts) |part| text.add(part);
    text.write();
}

/// Prints a line and ends the process.
pub fn exit(status: Status, parts: anytype) noreturn {
    line(parts);
    system.process.exit(@intFromEnum(status));
}

/// The same for a damaged bundle.
pub noinline fn exitDamaged(what: []const u8) noreturn {
    exit(.damaged, .{ "bundle damaged: ", what });
}

pub const Damage = error{ StoredChecksum, Decoder, Recipe, Checksum, Deflated };

/// The same for damaged frames.
pub fn exitDamagedFrame(damage: Damage) noreturn {
    exitDamaged(describeDamage(damage));
}

pub fn describeDamage(damage: Damage) []const u8 {
    return switch (damage) {
        error.StoredChecksum => "wrong checksum of a stored frame",
        error.Decoder => "a frame does not decode",
        error.Recipe => "inconsistent recipe",
        error.Checksum => "wrong checksum of a decoded frame",
        error.Deflated => "debug data deflate to another size",
    };
}

/// A line that is cut at the end of its buffer.
pub const Text = struct {
    buffer: [4500]u8,
    size: usize,

    pub noinline fn start(text: *Text) void {
        text.size = 0;
        text.addString(prefix);
    }

    pub fn add(text: *Text, part: anytype) void {
        switch (@TypeOf(part)) {
            system.Errno => text.addErrno(part),
            u8, u16, u32, u64, usize => text.addNumber(part),
            else => text.addString(part),
        }
    }

    noinline fn addString(text: *Text, string: []const u8) void {
        for (string) |byte| text.addByte(byte);
    }

    /// Adds a byte that may come from the environment or a file name. It must not move a terminal's cursor or start a
    /// line of its own.
    fn addByte(text: *Text, byte: u8) void {
        if (text.size == text.buffer.len - 1) return;
        // A byte from 0x80 to 0x9f is a control character, too, by itself or in UTF-8 behind 0xc2. Behind other bytes
        // it is part of a letter.
        const controls = switch (byte) {
            0...0x1f, 0x7f => true,
            0x80...0x9f => switch (text.buffer[text.size - 1]) {
                0...0x7f, 0xc2 => true,
                else => false,
            },
            else => false,
        };
        text.buffer[text.size] = if (controls) '?' else byte;
        text.size += 1;
    }

    noinline fn addNumber(text: *Text, number: u64) void {
        if (number >= 10) text.addNumber(number / 10);
        text.addByte('0' + @as(u8, @intCast(number % 10)));
    }

    noinline fn addErrno(text: *Text, number: system.Errno) void {
        for (errno_names) |known| {
            if (known.number == @intFromEnum(number)) {
                return text.addString(std.mem.sliceTo(&known.name, 0));
            }
        }
        text.addString("error ");
        text.addNumber(@intFromEnum(number));
    }

    fn finish(text: *Text) void {
        text.buffer[text.size] = '\n';
        text.size += 1;
    }

    pub noinline fn write(text: *Text) void {
        text.finish();
        system.file.writeLine(system.stderr, text.buffer[0..text.size]);
    }
};

const ErrnoName = struct { number: u16, name: [8]u8 };

/// Held in place: a table of slices would need relocations.
const errno_names = names: {
    const numbers = [_]system.Errno{
        .PERM,  .NOENT, .INTR,  .IO,    .@"2BIG", .NOEXEC, .BADF,  .AGAIN, .NOMEM,
        .ACCES, .FAULT, .INVAL, .NFILE, .MFILE,   .TXTBSY, .FBIG,  .NOSPC, .PIPE,
        .LOOP,  .NOSYS, .ISDIR, .EXIST, .NOTDIR,  .LIBBAD, .DQUOT, .BUSY,  .NODEV,
        .ROFS,
    };
    var names: [numbers.len]ErrnoName = undefined;
    for (&names, numbers) |*entry, number| {
        entry.* = .{ .number = @intFromEnum(number), .name = @splat(0) };
        entry.name[0] = 'E';
        @memcpy(entry.name[1..][0..@tagName(number).len], @tagName(number));
    }
    break :names names;
};

/// Called by Zig when a safety check fails: one line for all of them, without formatting.
pub const panic = struct {
    fn bug() noreturn {
        @branchHint(.cold);
        exit(.bug, .{"bug in the launcher: a safety check failed"});
    }

    pub fn call(_: []const u8, _: ?usize) noreturn {
        bug();
    }
    pub fn sentinelMismatch(_: anytype, _: anytype) noreturn {
        bug();
    }
    pub fn unwrapError(_: anyerror) noreturn {
        bug();
    }
    pub fn outOfBounds(_: usize, _: usize) noreturn {
        bug();
    }
    pub fn startGreaterThanEnd(_: usize, _: usize) noreturn {
        bug();
    }
    pub fn inactiveUnionField(_: anytype, _: anytype) noreturn {
        bug();
    }
    pub fn sliceCastLenRemainder(_: usize) noreturn {
        bug();
    }
    pub const reachedUnreachable = bug;
    pub const unwrapNull = bug;
    pub const castToNull = bug;
    pub const incorrectAlignment = bug;
    pub const invalidErrorCode = bug;
    pub const integerOutOfBounds = bug;
    pub const integerOverflow = bug;
    pub const shlOverflow = bug;
    pub const shrOverflow = bug;
    pub const divideByZero = bug;
    pub const exactDivisionRemainder = bug;
    pub const integerPartOutOfBounds = bug;
    pub const corruptSwitch = bug;
    pub const shiftRhsTooBig = bug;
    pub const invalidEnumValue = bug;
    pub const forLenMismatch = bug;
    pub const copyLenMismatch = bug;
    pub const memcpyAlias = bug;
    pub const noreturnReturned = bug;
};

test "a line holds strings, numbers and error names, and no control characters" {
    var text: Text = undefined;
    text.start();
    text.add("level v");
    text.add(@as(u8, 3));
    text.add(", ");
    text.add(@as(u64, std.math.maxInt(u64)));
    text.add(" ");
    text.add(system.Errno.NOSPC);
    text.add(" ");
    text.add(system.Errno.@"2BIG");
    text.add(" ");
    text.add(system.Errno.XDEV);
    text.add(" \x1b[2J\n\xc3\xa4\xc3\x84");
    // CSI and NEL, by themselves and in UTF-8; a quotation mark whose UTF-8 has such a byte.
    text.add(" \x9b2J\x85\xc2\x9b2J\xc2\x85\xe2\x80\x9c");
    text.finish();
    try std.testing.expectEqualStrings(
        prefix ++ "level v3, 18446744073709551615 ENOSPC E2BIG error 18 ?[2J?\xc3\xa4\xc3\x84" ++
            " ?2J?\xc2?2J\xc2?\xe2\x80\x9c\n",
        text.buffer[0..text.size],
    );
}

test "a line that is too long is cut and still ends with a line feed" {
    var text: Text = undefined;
    text.start();
    for (0..1000) |_| text.add("0123456789");
    text.finish();
    try std.testing.expectEqual(text.buffer.len, text.size);
    try std.testing.expectEqual('\n', text.buffer[text.size - 1]);
}
