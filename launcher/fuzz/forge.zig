//! Payloads as an attacker makes them: with every checksum right, so that the code behind the checks is reached.
const std = @import("std");
const bundle = @import("bundle");
const checksum = @import("checksum");
const Decoding = @import("../decode/decoding.zig").Decoding;
const format = @import("format");

pub const Payload = []align(format.payload_align) u8;

/// The tables of a payload, of which only the lengths were checked.
pub const Tables = struct {
    header: *format.Header,
    variants: []align(1) format.Variant,
    frames: []align(1) format.Frame,
    detached: []align(1) format.Detached,
    /// The stored frames, behind the tables.
    stored: []u8,

    /// Returns null if they do not fit.
    pub fn of(payload: Payload) ?Tables {
        if (payload.len < @sizeOf(format.Header)) return null;
        const header: *format.Header = @ptrCast(payload.ptr);
        const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
        if (size > payload.len) return null;
        var rest: []u8 = payload[@sizeOf(format.Header)..];
        const variants = take(format.Variant, &rest, header.variant_count);
        const frames = take(format.Frame, &rest, header.frame_count);
        const detached = take(format.Detached, &rest, header.detached_count);
        return .{ .header = header, .variants = variants, .frames = frames, .detached = detached, .stored = rest };
    }

    fn take(comptime T: type, rest: *[]u8, count: usize) []align(1) T {
        const bytes = rest.*[0 .. count * @sizeOf(T)];
        rest.* = rest.*[bytes.len..];
        return std.mem.bytesAsSlice(T, bytes);
    }
};

/// Mends the checksums of the stored frames and of the directory, as far as the payload has them, and the version, by
/// which inputs of the corpus would be refused that are older.
fn seal(payload: Payload) void {
    const tables = Tables.of(payload) orelse return;
    tables.header.version = format.version;
    for (tables.frames) |*frame| {
        const stored = storedOf(payload, frame) orelse continue;
        frame.stored_checksum = checksum.of(stored);
    }
    sealDirectory(payload);
}

pub fn storedOf(payload: Payload, frame: *align(1) const format.Frame) ?[]u8 {
    if (frame.stored_offset > payload.len or frame.stored_size > payload.len - frame.stored_offset) return null;
    return payload[@intCast(frame.stored_offset)..][0..frame.stored_size];
}

fn sealDirectory(payload: Payload) void {
    const tables = Tables.of(payload).?;
    tables.header.directory_checksum = checksum.ofPieces(&.{
        payload[0..@offsetOf(format.Header, "directory_checksum")],
        payload[@sizeOf(format.Header) .. payload.len - tables.stored.len],
    });
}

/// Mends the checksums of a payload and returns its bundle, or null if the directory is refused.
pub fn parse(payload: Payload) ?bundle.Bundle {
    seal(payload);
    var detail: bundle.Detail = 0;
    return bundle.parse(payload, &detail) catch null;
}

/// Mends the first wrong checksum of a predicted frame's decoded bytes, after `decoding` has failed for it with the
/// target `whole`. The checksum of the directory is verified by then, so it is left as it is.
pub fn sealDecoded(payload: Payload, decoding: *const Decoding) void {
    const tables = Tables.of(payload).?;
    const variant = decoding.source.variant;
    var offset: usize = 0;
    const first = variant.frame_first + variant.extra_frame_count;
    for (tables.frames[first..][0..decoding.schedule.variant.frames.len]) |*frame| {
        const right = checksum.of(decoding.stream[offset..][0..frame.size]);
        offset += frame.size;
        if (frame.checksum == right) continue;
        frame.checksum = right;
        return;
    }
}
