//! MGODEBUG=extract: the selected variant on stdout, byte for byte as `go build` made it.
const attach = @import("attach.zig");
const Decoding = @import("decoding.zig").Decoding;
const fatal = @import("../fatal.zig");
const own_file = @import("../self/own_file.zig");
const Process = @import("../self/process.zig").Process;
const Restoring = @import("restore.zig").Restoring;
const Source = @import("decoding.zig").Source;
const system = @import("../system.zig");
const threads = @import("threads.zig");

/// Ends the process. Who may only execute the bundle gets nothing.
pub fn extract(process: *const Process, source: *const Source) noreturn {
    if (!own_file.isReadable(process)) exitUnreadable(.ACCES);
    if (source.variant == source.bundle.inPlace()) restore(process, source) else decode(source);
    system.process.exit(0);
}

fn decode(source: *const Source) void {
    const whole = source.variant.detached_count > 0;
    var decoding = Decoding.init(source, if (whole) .whole else .{ .pipe = system.stdout });
    attach.decodeTo(system.stdout, &decoding, threads.cpuCount()) catch |err| switch (err) {
        error.StoredChecksum, error.Decoder, error.Recipe, error.Checksum, error.Deflated => |damage| {
            fatal.exitDamagedFrame(damage);
        },
        error.OutOfMemory => fatal.exit(.no_memory, .{"variant not extracted: no memory"}),
        error.Write => fatal.exit(.not_extracted, .{ "variant not written: ", decoding.output.failure }),
    };
}

fn restore(process: *const Process, source: *const Source) void {
    var restoring: Restoring = .{ .source = source.*, .file = openSelf(process), .output = system.stdout };
    restoring.run() catch |err| switch (err) {
        error.Damaged => fatal.exitDamagedFrame(error.Decoder),
        error.Changed => fatal.exit(.not_extracted, .{
            "variant not extracted: the file was changed, perhaps by strip",
        }),
        error.OutOfMemory => fatal.exit(.no_memory, .{"variant not extracted: no memory"}),
        error.Read => fatal.exit(.not_extracted, .{ "bundle not read: ", restoring.failure }),
        error.Write => fatal.exit(.not_extracted, .{ "variant not written: ", restoring.failure }),
    };
}

fn openSelf(process: *const Process) system.Descriptor {
    return switch (own_file.open(process)) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| exitUnreadable(number),
    };
}

fn exitUnreadable(number: system.Errno) noreturn {
    fatal.exit(.not_extracted, .{ "bundle not read: ", number });
}
