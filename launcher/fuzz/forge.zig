//! Payloads as an attacker makes them: with every checksum right, so that what lies behind the checks is reached.
const std = @import("std");
const bundle = @import("bundle");
const checksum = @import("checksum");
const decode = @import("../decode/decode.zig");
const format = @import("format");

pub const Payload = []align(format.payload_align) u8;

/// The tables of a payload, of which nothing but their lengths was looked at.
pub const Tables = struct {
    header: *format.Header,
    variants: []align(1) format.Variant,
    frames: []align(1) format.Frame,
    detached: []align(1) format.Detached,
    /// What follows them.
    stored: []u8,

    /// Null if they do not fit.
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

/// Mends the checksums of stored frames, and the directory's. Where there is no room for one it does nothing.
fn seal(payload: Payload) void {
    const tables = Tables.of(payload) orelse return;
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

/// The bundle of a payload, once its checksums are right; null where its directory is refused.
pub fn parse(payload: Payload) ?bundle.Bundle {
    seal(payload);
    var detail: bundle.Detail = 0;
    return bundle.parse(payload, &detail) catch null;
}

/// Predicted frames have a checksum of what they decode to. Mends the first one that is wrong, after the whole
/// of `decoding` failed for it. The directory's, which was checked before, stays as it is.
pub fn sealDecoded(payload: Payload, decoding: *const decode.Decoding) void {
    const tables = Tables.of(payload).?;
    var offset: usize = 0;
    const first = decoding.variant.frame_first + decoding.variant.extra_frame_count;
    for (tables.frames[first..][0..decoding.schedule.variant.frames.len]) |*frame| {
        const right = checksum.of(decoding.stream[offset..][0..frame.size]);
        offset += frame.size;
        if (frame.checksum == right) continue;
        frame.checksum = right;
        return;
    }
}
