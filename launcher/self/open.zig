//! Opens the bundle that this process runs, or ends the process with a line that says what is wrong with it.
const std = @import("std");
const bundle = @import("bundle");
const fatal = @import("../fatal.zig");
const format = @import("format");
const image = @import("image.zig");
const levels = @import("../select/levels.zig");
const Process = @import("process.zig").Process;
const system = @import("../system.zig");

pub fn openPacked() bundle.Bundle {
    return parse(image.packedPayload(), .@"packed");
}

pub fn openDirect(process: *const Process) bundle.Bundle {
    const payload = image.directPayload(process);
    if (!image.hasDirectory(payload)) fatal.exitDamaged(cut_short);
    return parse(payload, .direct);
}

/// Ends the process if the file does not reach the end of the payload: if its last page is there, all of them are.
pub fn requireWhole(opened: *const bundle.Bundle) void {
    const last = opened.payload[opened.payload.len - system.memory.probe_size ..][0..system.memory.probe_size];
    if (!system.memory.isReadable(last)) fatal.exitDamaged(cut_short);
    // Under qemu-user, which does not answer, this load faults instead.
    std.mem.doNotOptimizeAway(@as(*const volatile u8, &last[last.len - 1]).*);
}

const cut_short = "file is cut short";

fn parse(payload: image.Payload, layout: format.Layout) bundle.Bundle {
    var detail: bundle.Detail = 0;
    const opened = bundle.parse(payload, &detail) catch |err| switch (err) {
        error.UnknownVersion => fatal.exit(.unknown_format, .{ "unknown bundle format: version ", detail }),
        error.UnknownLayout => fatal.exit(.unknown_format, .{ "unknown bundle format: layout ", detail }),
        error.UnknownArchitecture => fatal.exit(.unknown_format, .{ "unknown bundle format: architecture ", detail }),
        error.UnknownCodec => fatal.exit(.unknown_format, .{ "unknown bundle format: codec ", detail }),
        error.NotABundle => fatal.exitDamaged("no payload"),
        error.DirectoryBounds => fatal.exitDamaged("directory out of bounds"),
        error.DirectoryChecksum => fatal.exitDamaged("wrong checksum of the directory"),
        else => fatal.exitDamaged("inconsistent directory"),
    };
    if (opened.architecture != levels.architecture) fatal.exitDamaged("variants of another architecture");
    if (opened.layout != layout) fatal.exitDamaged("wrong entry for its layout");
    return opened;
}
