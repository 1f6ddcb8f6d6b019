//! MGODEBUG=extract: the selected variant on stdout, byte for byte as `go build` made it.
const std = @import("std");
const attach = @import("attach.zig");
const Bundle = @import("bundle").Bundle;
const Decoding = @import("decode.zig").Decoding;
const direct = @import("../launch/in_place.zig");
const fatal = @import("../fatal.zig");
const format = @import("format");
const Process = @import("../start.zig").Process;
const Restoring = @import("restore.zig").Restoring;
const system = @import("../system.zig");
const threads = @import("threads.zig");

const hint_changed = "the file was changed since mgo wrote it, by strip perhaps";

/// Ends the process.
pub fn write(process: *const Process, bundle: *const Bundle, variant: *const format.Variant, bit_manipulation: bool) noreturn {
    if (variant == bundle.inPlace()) {
        restore(process, bundle, variant, bit_manipulation);
    } else {
        decode(process, bundle, variant, bit_manipulation);
    }
    system.exit(0);
}

fn decode(process: *const Process, bundle: *const Bundle, variant: *const format.Variant, bit_manipulation: bool) void {
    const whole = variant.detached_count > 0;
    var decoding = Decoding.init(bundle, variant, if (whole) .whole else .{ .pipe = system.stdout });
    decoding.bit_manipulation = bit_manipulation;
    decoding.image = direct.image(process, bundle);
    var result: attach.Error!void = decoding.run(threads.cpuCount());
    if (whole and !std.meta.isError(result)) result = attach.write(system.stdout, &decoding);
    result catch |err| switch (err) {
        error.StoredChecksum, error.Decoder, error.Recipe, error.Checksum, error.Deflated => |damage| fatal.exitDamagedFrame(damage),
        error.OutOfMemory => fatal.exit(.no_memory, .{"no memory to extract with"}),
        error.Write => fatal.exit(.not_extracted, .{ "variant not written: ", decoding.write_failure }),
    };
}

fn restore(process: *const Process, bundle: *const Bundle, variant: *const format.Variant, bit_manipulation: bool) void {
    var restoring: Restoring = .{
        .bundle = bundle,
        .variant = variant,
        .file = openOwn(process),
        .output = system.stdout,
        .bit_manipulation = bit_manipulation,
    };
    restoring.run() catch |err| switch (err) {
        error.Damaged => fatal.exitDamagedFrame(error.Decoder),
        error.Changed => fatal.exit(.not_extracted, .{ "variant not extracted: ", hint_changed }),
        error.OutOfMemory => fatal.exit(.no_memory, .{"no memory to extract with"}),
        error.Read => fatal.exit(.not_extracted, .{ "bundle not read: ", restoring.failure }),
        error.Write => fatal.exit(.not_extracted, .{ "variant not written: ", restoring.failure }),
    };
}

/// The bundle's file: as the kernel knows it, or, without /proc, as it was executed.
fn openOwn(process: *const Process) system.Descriptor {
    const opened = switch (system.open("/proc/self/exe")) {
        .ok => |descriptor| return @intCast(descriptor),
        .failed => |number| system.open(process.executed_path orelse unreadable(number)),
    };
    return switch (opened) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| unreadable(number),
    };
}

fn unreadable(number: system.Errno) noreturn {
    fatal.exit(.not_extracted, .{ "bundle not read: ", number });
}
