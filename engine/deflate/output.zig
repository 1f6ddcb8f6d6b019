//! Compressed bytes on their way out: into one buffer that must hold them all, or through a small one
//! that is handed on whenever it is full.
const std = @import("std");

pub const Error = error{
    /// The buffer is full and there is no `drain`, or `drain` gave false.
    OutputFull,
};

pub const Output = struct {
    buffer: []u8,
    /// How many bytes of `buffer` wait to be handed on; without `drain`, how many were written.
    used: usize = 0,
    /// Takes the bytes that wait, and returns false where it cannot. It finds its own state around the
    /// output, with `@fieldParentPtr`.
    drain: ?*const fn (output: *Output, bytes: []const u8) bool = null,

    /// `bytes` may be longer than the buffer.
    pub fn write(output: *Output, bytes: []const u8) Error!void {
        @setRuntimeSafety(true);
        var rest = bytes;
        while (rest.len > 0) {
            if (output.used == output.buffer.len) try output.flush();
            const size = @min(rest.len, output.buffer.len - output.used);
            @memcpy(output.buffer[output.used..][0..size], rest[0..size]);
            output.used += size;
            rest = rest[size..];
        }
    }

    /// Four bytes, the least significant one first: most bytes come this way.
    pub fn writeWord(output: *Output, word: u32) Error!void {
        @setRuntimeSafety(true);
        if (output.buffer.len - output.used >= 4) {
            std.mem.writeInt(u32, output.buffer[output.used..][0..4], word, .little);
            output.used += 4;
        } else {
            var bytes: [4]u8 = undefined;
            std.mem.writeInt(u32, &bytes, word, .little);
            try output.write(&bytes);
        }
    }

    /// Hands on what waits. Also fails for a buffer without room for a single byte.
    fn flush(output: *Output) Error!void {
        @setRuntimeSafety(true);
        const drain = output.drain orelse return error.OutputFull;
        if (output.buffer.len == 0 or !drain(output, output.buffer[0..output.used])) return error.OutputFull;
        output.used = 0;
    }

    /// Hands on the last bytes, after which none may follow. Nothing to do without `drain`.
    pub fn finish(output: *Output) Error!void {
        if (output.drain != null and output.used > 0) try output.flush();
    }
};
