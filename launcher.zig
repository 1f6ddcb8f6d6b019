//! The program inside every bundle: finds out what the CPU can run, decodes the best variant into
//! memory, and becomes it.
//!
//! It has no libc, no heap, no writable data in the file and no relocations, so that the bundle
//! writer can fill it without a linker. It is entered in launcher/start.S.
const std = @import("std");
const attach = @import("launcher/attach.zig");
const bundle = @import("launcher/bundle.zig");
const capabilities = @import("launcher/capabilities.zig");
const cpu = @import("launcher/cpu.zig");
const decode = @import("launcher/decode.zig");
const environment = @import("launcher/environment.zig");
const exec = @import("launcher/exec.zig");
const fatal = @import("launcher/fatal.zig");
const format = @import("launcher/format.zig");
const name = @import("launcher/name.zig");
const sections = @import("launcher/sections.zig");
const select = @import("launcher/select.zig");
const start = @import("launcher/start.zig");
const system = @import("launcher/system.zig");
const threads = @import("launcher/threads.zig");
const zstd = @import("launcher/zstd.zig");

pub const panic = fatal.panic;

/// Keeps Zig's own entry out: start.S has that symbol.
pub const _start = {};

/// Called by start.S.
export fn launcher_start(stack: [*]const usize, signals: *const start.SavedSignals) callconv(.c) noreturn {
    launch(&start.readStack(stack, signals));
}

fn launch(process: *const start.Process) noreturn {
    if (process.secure and capabilities.onOwnFile(process)) refuseCapabilities();
    // A caller that has fewer privileges than the program must not steer it.
    const asked: environment.Environment = if (process.secure) .{} else environment.parse(process.environment);

    const opened = openBundle(start.mappedPayload());
    const level = detectAndSelect(opened.levels(), &asked);
    const variant = opened.variantOf(level);

    if (asked.debug.extract) {
        if (asked.debug.log) fatal.line(.{ "extracting variant GOAMD64=v", level });
        writeWhole(&opened, variant, system.stdout, .ascending, .not_extracted);
        system.exit(0);
    }
    if (asked.debug.log) fatal.line(.{ "starting variant GOAMD64=v", level });
    const memory = exec.createMemory(process, level);
    if (asked.debug.symbols) {
        writeWhole(&opened, variant, memory, .any, .no_memory);
    } else {
        decodeTo(&opened, variant, memory, .any, .no_memory);
        if (variant.detached_count > 0) sections.markDetached(memory, opened.detachedOf(variant));
    }
    name.keep(process, memory, variant.size, asked.debug.log);
    exec.execute(process, memory, asked.debug.log);
}

/// The level of the variant to start.
fn detectAndSelect(present: select.Levels, asked: *const environment.Environment) u8 {
    const leaves = cpu.read(cpu.Hardware{}, present.highest());
    const cpu_level = cpu.level(&leaves);
    zstd.setBitManipulation(cpu.bitManipulation(&leaves));

    const selection = select.select(present, cpu_level, asked.level) orelse fatal.exit(.no_variant, .{
        "no variant fits this CPU: the lowest in the bundle needs v",
        present.lowest(),
        if (cpu_level == 0) ", this CPU lacks features of v" else ", this CPU supports v",
        @max(cpu_level, 1),
    });
    if (selection.override_refused) {
        fatal.line(.{ "GOAMD64=v", asked.level.?, " ignored: this CPU supports v", cpu_level, "; starting variant GOAMD64=v", selection.level });
    }
    if (asked.debug.log) {
        if (asked.level_unknown) |value| fatal.line(.{ "GOAMD64=", value, " ignored: not v1, v2, v3 or v4" });
    }
    return selection.level;
}

fn openBundle(mapped: []align(format.payload_align) const u8) bundle.Bundle {
    var detail: bundle.Detail = 0;
    return bundle.parse(mapped, &detail) catch |err| switch (err) {
        error.UnknownVersion => fatal.exit(.unknown_format, .{ "unknown bundle format: version ", detail }),
        error.UnknownLayout => fatal.exit(.unknown_format, .{ "unknown bundle format: layout ", detail }),
        error.UnknownCodec => fatal.exit(.unknown_format, .{ "unknown bundle format: codec ", detail }),
        error.NotABundle => fatal.exit(.damaged, .{"bundle damaged: there is no payload"}),
        error.DirectoryBounds => fatal.exit(.damaged, .{"bundle damaged: the directory does not fit"}),
        error.DirectoryChecksum => fatal.exit(.damaged, .{"bundle damaged: the directory's checksum is wrong"}),
        else => fatal.exit(.damaged, .{"bundle damaged: the directory contradicts itself"}),
    };
}

/// What a start needs of the variant.
fn decodeTo(
    opened: *const bundle.Bundle,
    variant: *const format.Variant,
    descriptor: system.Descriptor,
    order: decode.Decoding.Order,
    status_of_write: fatal.Status,
) void {
    var decoding = decode.Decoding.init(opened, variant, descriptor, order);
    runDecoding(&decoding, status_of_write);
}

/// All of the variant.
fn writeWhole(
    opened: *const bundle.Bundle,
    variant: *const format.Variant,
    descriptor: system.Descriptor,
    order: decode.Decoding.Order,
    status_of_write: fatal.Status,
) void {
    if (variant.detached_count == 0) return decodeTo(opened, variant, descriptor, order, status_of_write);
    var decoding = decode.Decoding.initWhole(opened, variant);
    runDecoding(&decoding, status_of_write);
    var write_failure: system.Errno = .SUCCESS;
    attach.write(descriptor, decoding.stream, opened.detachedOf(variant), &write_failure) catch |err| switch (err) {
        error.Deflated => fatal.exit(.damaged, .{"bundle damaged: debug data do not deflate to their size"}),
        error.Write => failWrite(status_of_write, write_failure),
    };
}

fn runDecoding(decoding: *decode.Decoding, status_of_write: fatal.Status) void {
    decoding.run(threads.cpuCount()) catch |err| switch (err) {
        error.StoredChecksum => fatal.exit(.damaged, .{"bundle damaged: the checksum of a stored frame is wrong"}),
        error.Decoder => fatal.exit(.damaged, .{"bundle damaged: a frame does not decode"}),
        error.Checksum => fatal.exit(.damaged, .{"bundle damaged: the checksum of a decoded frame is wrong"}),
        error.Plan => fatal.exit(.damaged, .{"bundle damaged: a variant's plan contradicts itself"}),
        error.OutOfMemory => fatal.exit(.no_memory, .{ "no memory to decode the variant", exec.hint_no_memory }),
        error.Write => failWrite(status_of_write, decoding.write_failure),
    };
}

fn failWrite(status: fatal.Status, number: system.Errno) noreturn {
    const hint = if (status == .no_memory) exec.hint_no_memory else "";
    fatal.exit(status, .{ "variant not written: ", number, hint });
}

fn refuseCapabilities() noreturn {
    fatal.exit(.capabilities, .{
        "file capabilities refused: the program would lose them in this layout; build with -mgo.layout=direct",
    });
}
