//! Every variant of a payload, decoded as by a start, by `MGODEBUG=symbols` and by `MGODEBUG=extract`.
const std = @import("std");
const attach = @import("../decode/attach.zig");
const bundle = @import("bundle");
const arch = @import("arch");
const forge = @import("forge.zig");
const format = @import("format");
const memory_file = @import("../memory_file.zig");
const name = @import("../launch/name.zig");
const sections = @import("../launch/sections.zig");
const Decoding = @import("../decode/decoding.zig").Decoding;
const Guarded = @import("guarded.zig").Guarded;
const Restoring = @import("../decode/restore.zig").Restoring;
const Target = @import("../decode/output.zig").Target;

/// Limit of what all frames together decode to, in bytes: larger payloads are known to be slow.
const decoded_size_max = 8 << 20;
/// How many checksums of frames are mended for one input.
const rounds_max = 16;

/// A base in place, in memory and as a file. That it has no instructions makes no difference to a recipe.
const image: [16 << 10]u8 = bytes: {
    @setEvalBranchQuota(100_000);
    var bytes: [16 << 10]u8 = undefined;
    for (&bytes, 0..) |*byte, index| byte.* = @truncate(index * index >> 5);
    break :bytes bytes;
};

/// `input` is a payload, whose checksums need not be right.
pub fn run(input: []const u8) void {
    const copy: Guarded(format.payload_align) = .copy(input);
    defer copy.deinit();
    const parsed = forge.parse(copy.bytes) orelse return;
    var decoded_size: u64 = 0;
    for (parsed.frames) |*frame| decoded_size += frame.size;
    if (decoded_size > decoded_size_max) return;
    const file = memory_file.create();
    defer memory_file.close(file);
    for (parsed.variants) |*variant| {
        if (variant == parsed.inPlace()) {
            memory_file.fill(file, &image);
            var restoring: Restoring = .{
                .source = .{ .bundle = &parsed, .variant = variant },
                .file = file,
                .output = file,
            };
            restoring.run() catch {};
        } else {
            extract(copy.bytes, &parsed, variant, file);
            start(&parsed, variant, file);
        }
    }
}

fn init(parsed: *const bundle.Bundle, variant: *const format.Variant, target: Target) Decoding {
    return .init(&.{
        .bundle = parsed,
        .variant = variant,
        .base_image = if (parsed.layout == .direct) &image else "",
        // The assembly has its turn, and what replaces it.
        .assembly = variant.level % 2 == 1 and arch.detectCpu(format.level_max, &.{ std.elf.AT_NULL, 0 }).assembly,
    }, target);
}

fn start(parsed: *const bundle.Bundle, variant: *const format.Variant, file: memory_file.Descriptor) void {
    memory_file.fill(file, "");
    var decoding = init(parsed, variant, .{ .file = file });
    defer decoding.deinit();
    decoding.run(1) catch return;
    std.debug.assert(memory_file.sizeOf(file) == variant.size);
    decodeToMemory(parsed, variant, file);
    if (variant.detached_count > 0) sections.markDetached(file, parsed.detachedOf(variant));
    name.keep(&memory_file.process, file, variant.size, false);
    std.debug.assert(memory_file.sizeOf(file) == variant.size);
}

/// Decodes to memory and expects the bytes of the file.
fn decodeToMemory(parsed: *const bundle.Bundle, variant: *const format.Variant, file: memory_file.Descriptor) void {
    const memory: Guarded(1) = .init(@intCast(variant.size));
    defer memory.deinit();
    var decoding = init(parsed, variant, .{ .memory = memory.bytes });
    defer decoding.deinit();
    decoding.run(1) catch |err| std.debug.panic("{t} after a run without an error", .{err});
    const written: Guarded(1) = .init(memory.bytes.len);
    defer written.deinit();
    std.debug.assert(memory_file.read(file, written.bytes) and std.mem.eql(u8, written.bytes, memory.bytes));
}

fn extract(
    payload: forge.Payload,
    parsed: *const bundle.Bundle,
    variant: *const format.Variant,
    file: memory_file.Descriptor,
) void {
    for (0..rounds_max) |_| {
        memory_file.fill(file, "");
        var decoding = init(parsed, variant, .whole);
        defer decoding.deinit();
        decoding.run(1) catch |err| {
            if (err != error.Checksum) return;
            forge.sealDecoded(payload, &decoding);
            continue;
        };
        attach.write(file, &decoding) catch return;
        std.debug.assert(memory_file.sizeOf(file) == variant.size);
        return;
    }
}
