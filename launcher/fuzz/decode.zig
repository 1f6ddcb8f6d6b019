//! Every variant of a payload, as a start decodes it, as `MGODEBUG=symbols` and as `MGODEBUG=extract` do.
const std = @import("std");
const attach = @import("../decode/attach.zig");
const bundle = @import("bundle");
const cpu = @import("../arch/amd64/cpu.zig");
const forge = @import("forge.zig");
const format = @import("format");
const memory_file = @import("memory_file.zig");
const name = @import("../launch/name.zig");
const sections = @import("../launch/sections.zig");
const Decoding = @import("../decode/decode.zig").Decoding;
const Guarded = @import("guarded.zig").Guarded;
const Restoring = @import("../decode/restore.zig").Restoring;

/// What all frames together may decode to, in bytes: larger payloads are known to be slow.
const decoded_size_max = 8 << 20;
/// How many frames' checksums are mended for one input.
const rounds_max = 16;

/// What a base in place is in memory and as a file; a plan cannot tell that there are no instructions in it.
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
            var restoring: Restoring = .{ .bundle = &parsed, .variant = variant, .file = file, .output = file };
            restoring.run() catch {};
        } else {
            extract(copy.bytes, &parsed, variant, file);
            start(&parsed, variant, file);
        }
    }
}

fn init(parsed: *const bundle.Bundle, variant: *const format.Variant, target: Decoding.Target) Decoding {
    var decoding = Decoding.init(parsed, variant, target);
    // Both kinds of zstd's code have their turn, where the CPU runs them.
    const leaves = cpu.read(cpu.Hardware{}, format.level_max);
    decoding.bit_manipulation = variant.level % 2 == 1 and cpu.bitManipulation(&leaves);
    if (parsed.layout == .direct) decoding.image = &image;
    return decoding;
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

/// What is decoded to memory is what was decoded to the file.
fn decodeToMemory(parsed: *const bundle.Bundle, variant: *const format.Variant, file: memory_file.Descriptor) void {
    const memory: Guarded(1) = .init(@intCast(variant.size));
    defer memory.deinit();
    var decoding = init(parsed, variant, .{ .memory = memory.bytes });
    defer decoding.deinit();
    decoding.run(1) catch |err| std.debug.panic("{t} where there was no error before", .{err});
    const written: Guarded(1) = .init(memory.bytes.len);
    defer written.deinit();
    std.debug.assert(memory_file.read(file, written.bytes) and std.mem.eql(u8, written.bytes, memory.bytes));
}

fn extract(payload: forge.Payload, parsed: *const bundle.Bundle, variant: *const format.Variant, file: memory_file.Descriptor) void {
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
