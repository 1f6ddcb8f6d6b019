//! Executes sequences, each of which copies literals and then a match. A start spends most of its time on them.
//!
//! Assembly executes most of them (launcher/arch), faster than zstd's own loop: it reads their three codes without a
//! branch, as a branch on data is mispredicted too often, and copies more bytes than needed while buffers have room.
//! This file does with care what is left: sequences close to the end of a buffer, wrong ones, and all of them where
//! the CPU lacks the instructions.
const std = @import("std");
const arch = @import("arch");
const Backward = @import("bits.zig").Backward;
const frame = @import("frame.zig");
const codes = @import("codes.zig");
const fse = @import("fse.zig");

pub const Error = error{
    /// Tables or codes are invalid, or lead out of the buffers.
    Sequences,
    UnknownFrame,
};

/// The literals that sequences copy.
pub const Literals = struct {
    bytes: []const u8,
    /// Readable bytes behind the literals.
    room: usize,
};

/// The offsets that the first sequences can repeat: RFC 8878, section 3.1.1.5.
const first_repeats = [4]u32{ 1, 4, 8, 0 };

pub const Sequences = struct {
    run: Run align(64),
    logs: Logs,
    /// The tables of an earlier block are there to repeat.
    has_tables: bool,
    has_assembly: bool,

    const Logs = struct { offsets: u4, literal_lengths: u4, match_lengths: u4 };

    /// `assembly`: the CPU has BMI2 and SSE4.1.
    pub fn init(sequences: *Sequences, assembly: bool) void {
        sequences.has_assembly = assembly and has_assembly;
        if (has_assembly) {
            sequences.run.rotations = arch.sequences.rotations;
            sequences.run.patterns = &arch.sequences.patterns;
        }
        sequences.reset();
    }

    /// Begins a new frame.
    pub fn reset(sequences: *Sequences) void {
        sequences.has_tables = false;
        sequences.run.repeats = first_repeats;
    }

    /// Decodes one block into memory behind its first `start` bytes. Returns the end of the block.
    pub fn decode(
        sequences: *Sequences,
        section: []const u8,
        literals: Literals,
        memory: []u8,
        start: usize,
    ) Error!usize {
        @setRuntimeSafety(true);
        const header: frame.Sequences = try .of(section);
        var out: Out = .{ .memory = memory, .end = start, .literals = literals.bytes };
        if (header.count > 0) {
            const stored = sequences.readTables(&header) catch return error.Sequences;
            sequences.decodeCodes(header.count, stored, literals.room, &out) catch return error.Sequences;
        }
        try out.copyLiterals(out.literals.len);
        return out.end;
    }

    /// Returns the codes, which follow the tables.
    fn readTables(sequences: *Sequences, header: *const frame.Sequences) (Error || fse.Error)![]const u8 {
        @setRuntimeSafety(true);
        const run = &sequences.run;
        var rest = header.stored;
        const had_tables = sequences.has_tables;
        // In the order in which they are stored.
        inline for (.{ .literal_lengths, .offsets, .match_lengths }) |of| {
            const name = @tagName(of);
            const code = @field(codes, name);
            const table = &@field(run, name);
            const log = &@field(sequences.logs, name);
            switch (@field(header.modes, name)) {
                .predefined => {
                    log.* = code.predefined_log;
                    fse.build(table[0 .. 1 << code.predefined_log], &code.predefined, &code.values);
                },
                .rle => {
                    if (rest.len == 0 or rest[0] >= code.values.len) return error.Sequences;
                    log.* = 0;
                    table[0] = fse.repeat(code.values[rest[0]]);
                    rest = rest[1..];
                },
                .fse => {
                    var buffer: [code.values.len]i16 = undefined;
                    const distribution = try fse.read(rest, code.log_max, &buffer);
                    log.* = distribution.log;
                    fse.build(table[0 .. @as(usize, 1) << log.*], distribution.states, &code.values);
                    rest = rest[distribution.size..];
                },
                .repeated => if (!had_tables) return error.Sequences,
            }
        }
        sequences.has_tables = true;
        return rest;
    }

    fn decodeCodes(sequences: *Sequences, count: u32, stored: []const u8, literals_room: usize, out: *Out) !void {
        @setRuntimeSafety(true);
        const run = &sequences.run;
        var bits: Backward = try .of(stored);
        run.literal_length_state = try bits.take(sequences.logs.literal_lengths);
        run.offset_state = try bits.take(sequences.logs.offsets);
        run.match_length_state = try bits.take(sequences.logs.match_lengths);
        var left = count;
        while (left > 0) {
            // Assembly leaves at least one: the last, which has no states behind it, or the one where it stopped.
            if (has_assembly and sequences.has_assembly and left > 1 and run.prepare(&bits, literals_room, out)) {
                run.count = left - 1;
                const stopped_within = arch.sequences.run(run);
                left = @intCast(run.count + 1);
                try run.takeBack(&bits, out);
                if (stopped_within) try run.finish(out);
            }
            left -= 1;
            try run.step(&bits, out, left == 0);
        }
        if (bits.left != 0) return error.Sequences;
    }
};

/// The output, and the literals that are left.
const Out = struct {
    memory: []u8,
    end: usize,
    literals: []const u8,

    fn copyLiterals(out: *Out, size: usize) Error!void {
        @setRuntimeSafety(true);
        if (size > out.literals.len or size > out.memory.len - out.end) return error.Sequences;
        @memcpy(out.memory[out.end..][0..size], out.literals[0..size]);
        out.literals = out.literals[size..];
        out.end += size;
    }

    fn copyMatch(out: *Out, offset: usize, size: usize) Error!void {
        @setRuntimeSafety(true);
        if (offset == 0 or offset > out.end or size > out.memory.len - out.end) return error.Sequences;
        const target = out.memory[out.end..][0..size];
        const source = out.memory[out.end - offset ..][0..size];
        if (offset >= size) {
            @memcpy(target, source);
        } else {
            // The match repeats bytes that it has just copied.
            for (target, source) |*to, *from| to.* = from.*;
        }
        out.end += size;
    }
};

/// State that Zig and assembly share; sequences.S has the offsets.
const Run = extern struct {
    offsets: [1 << codes.offsets.log_max]fse.Entry,
    literal_lengths: [1 << codes.literal_lengths.log_max]fse.Entry,
    match_lengths: [1 << codes.match_lengths.log_max]fse.Entry,
    rotations: [4][16]u8,
    /// The last three offsets, and room for one.
    repeats: [4]u32 align(16),

    /// The first byte that a match may begin with, plus 16.
    first_match: usize,
    /// Limits at which the assembly stops.
    out_max: usize,
    literals_max: usize,
    window_min: usize,

    out: usize,
    literals: usize,
    /// Address of the 8 bytes that hold the next bits.
    window: usize,
    /// How many of these bits are left, counted from the lowest.
    window_bits: usize,
    /// Sequences that are left.
    count: usize,
    offset_state: usize,
    literal_length_state: usize,
    match_length_state: usize,

    /// The sequence within which the assembly stopped.
    literal_length: usize,
    match_length: usize,
    offset: usize,

    /// How bytes are repeated, by offset.
    patterns: *align(16) const [16][16]u8,

    /// More than a sequence writes before its lengths are checked: 32 literals and 64 bytes of a match, or a longer
    /// match and up to 31 bytes more.
    const out_room = 128;
    const literals_room = 32;
    /// More bytes than hold the bits of one sequence, and the window.
    const window_room = 24;

    /// Returns false where the assembly has too little room.
    fn prepare(run: *Run, bits: *const Backward, room_behind_literals: usize, out: *const Out) bool {
        @setRuntimeSafety(true);
        const byte = bits.left / 8;
        if (byte < window_room + 8 or out.memory.len - out.end < out_room) return false;
        const literals = out.literals.len + @min(room_behind_literals, literals_room);
        if (literals < literals_room) return false;
        const memory = @intFromPtr(out.memory.ptr);
        run.first_match = memory + 16;
        run.out = memory + out.end;
        run.out_max = memory + out.memory.len - out_room;
        run.literals = @intFromPtr(out.literals.ptr);
        run.literals_max = run.literals + literals - literals_room;
        run.window = @intFromPtr(bits.bytes.ptr) + byte - 7;
        run.window_min = @intFromPtr(bits.bytes.ptr) + window_room;
        run.window_bits = 56 + bits.left % 8;
        return true;
    }

    fn takeBack(run: *const Run, bits: *Backward, out: *Out) Error!void {
        @setRuntimeSafety(true);
        const literals_used = run.literals - @intFromPtr(out.literals.ptr);
        // The last sequence may have taken bytes behind them.
        if (literals_used > out.literals.len) return error.Sequences;
        bits.left = (run.window - @intFromPtr(bits.bytes.ptr)) * 8 + run.window_bits;
        out.literals = out.literals[literals_used..];
        out.end = run.out - @intFromPtr(out.memory.ptr);
    }

    /// Executes the sequence whose codes have been read.
    fn finish(run: *Run, out: *Out) Error!void {
        @setRuntimeSafety(true);
        if (run.offset == 0) {
            // Zero stands for the last offset less one.
            run.repeats[0] = std.math.sub(u32, run.repeats[1], 1) catch return error.Sequences;
            run.offset = run.repeats[0];
        }
        try out.copyLiterals(run.literal_length);
        try out.copyMatch(run.offset, run.match_length);
    }

    /// Executes one sequence, with all checks.
    fn step(run: *Run, bits: *Backward, out: *Out, is_last: bool) !void {
        @setRuntimeSafety(true);
        const offset = &run.offsets[run.offset_state];
        const match_length = &run.match_lengths[run.match_length_state];
        const literal_length = &run.literal_lengths[run.literal_length_state];
        const offset_value = try takeValue(bits, offset);
        run.match_length = try takeValue(bits, match_length);
        run.literal_length = try takeValue(bits, literal_length);
        run.offset = run.resolve(offset_value, run.literal_length == 0);
        if (!is_last) {
            run.literal_length_state = try takeState(bits, literal_length);
            run.match_length_state = try takeState(bits, match_length);
            run.offset_state = try takeState(bits, offset);
        }
        try run.finish(out);
    }

    /// Returns the offset that a value stands for: RFC 8878, section 3.1.1.5. Values from four on are three more than
    /// the offset. Those below are one of the last three, counted from the second on where there are no literals; the
    /// one behind the third is returned as zero.
    fn resolve(run: *Run, value: u32, has_no_literals: bool) u32 {
        @setRuntimeSafety(true);
        const repeats = &run.repeats;
        const place = @min(value - 1 + @intFromBool(has_no_literals), 3);
        repeats[3] = value -| 3;
        const found = repeats[place];
        if (place > 1) repeats[2] = repeats[1];
        if (place > 0) repeats[1] = repeats[0];
        repeats[0] = found;
        return found;
    }
};

fn takeValue(bits: *Backward, entry: *const fse.Entry) !u32 {
    @setRuntimeSafety(true);
    return entry.value + try bits.take(@intCast(entry.value_bits));
}

fn takeState(bits: *Backward, entry: *const fse.Entry) !usize {
    @setRuntimeSafety(true);
    return entry.state + try bits.take(@intCast(entry.state_bits));
}

const has_assembly = @TypeOf(arch.sequences) != @TypeOf(null);

comptime {
    if (has_assembly) arch.sequences.check(Run, fse.Entry);
}
