//! Stored frames → the variant's bytes, with each frame's two checksums verified: the stored bytes
//! before the decoder sees them, the decoded bytes before anyone else does.
const std = @import("std");
const assert = std.debug.assert;
const checksum = @import("checksum.zig");
const format = @import("format.zig");
const system = @import("system.zig");
const zstd = @import("zstd.zig");
const Bundle = @import("bundle.zig").Bundle;

pub const Error = error{
    /// The stored bytes are not those that were written.
    StoredChecksum,
    /// zstd refuses the stored bytes, or they decode to another size.
    Decoder,
    /// The decoded bytes are not those that were encoded.
    Checksum,
    OutOfMemory,
    /// The number is in `Decoder.write_failure`.
    Write,
};

/// What one frame decodes to. It stays in the cache while the frames pass through it, which makes
/// it faster than decoding into a mapping of the memfd: there each page is touched cold.
var frame_buffer: [format.frame_size_max]u8 align(64) = undefined;

pub const Decoder = struct {
    bundle: *const Bundle,
    context: *zstd.Context,
    /// The error number after `error.Write`.
    write_failure: system.Errno = .SUCCESS,

    /// There is one at a time.
    pub fn init(bundle: *const Bundle) Decoder {
        return .{ .bundle = bundle, .context = zstd.initContext() };
    }

    /// Writes the whole variant to a descriptor.
    pub fn writeVariant(decoder: *Decoder, variant: *const format.Variant, descriptor: system.Descriptor) Error!void {
        @setRuntimeSafety(true);
        var base = try Base.init(decoder, variant);
        for (decoder.bundle.framesOf(variant)) |*frame| {
            const reference = try base.bytes(frame.reference_offset, frame.reference_size);
            const decoded = try decoder.decodeFrame(frame, reference, frame_buffer[0..frame.size]);
            switch (system.write(descriptor, decoded)) {
                .ok => {},
                .failed => |number| {
                    decoder.write_failure = number;
                    return error.Write;
                },
            }
        }
    }

    fn decodeFrame(decoder: *Decoder, frame: *const format.Frame, reference: []const u8, buffer: []u8) Error![]const u8 {
        @setRuntimeSafety(true);
        assert(buffer.len == frame.size);
        const stored = decoder.bundle.stored(frame);
        if (checksum.of(stored) != frame.stored_checksum) return error.StoredChecksum;
        const size = zstd.decode(decoder.context, buffer, stored, reference) orelse return error.Decoder;
        if (size != buffer.len) return error.Decoder;
        if (checksum.of(buffer) != frame.checksum) return error.Checksum;
        return buffer;
    }
};

/// The decoded base, as far as it was asked for: each of its frames is decoded shortly before it is
/// first referred to, when it is still in the cache.
const Base = struct {
    decoder: *Decoder,
    /// Empty for a variant that refers to nothing.
    memory: []u8,
    frames: []const format.Frame,
    frames_decoded: usize = 0,
    size_decoded: u64 = 0,

    fn init(decoder: *Decoder, variant: *const format.Variant) Error!Base {
        const base = decoder.bundle.baseOf(variant);
        if (base == variant) return .{ .decoder = decoder, .memory = &.{}, .frames = &.{} };
        return .{
            .decoder = decoder,
            .memory = try system.map(std.math.cast(usize, base.size) orelse return error.OutOfMemory),
            .frames = decoder.bundle.framesOf(base),
        };
    }

    /// `bundle.parse` has checked that the range lies in the base.
    fn bytes(base: *Base, offset: u64, size: u32) Error![]const u8 {
        @setRuntimeSafety(true);
        if (size == 0) return &.{};
        while (base.size_decoded < offset + size) {
            const frame = &base.frames[base.frames_decoded];
            const buffer = base.memory[@intCast(base.size_decoded)..][0..frame.size];
            _ = try base.decoder.decodeFrame(frame, &.{}, buffer);
            base.frames_decoded += 1;
            base.size_decoded += frame.size;
        }
        return base.memory[@intCast(offset)..][0..size];
    }
};
