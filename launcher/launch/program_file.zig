//! Decodes a variant into a file and executes that, wherever the file is.
const std = @import("std");
const attach = @import("../decode/attach.zig");
const Attempts = @import("attempts.zig").Attempts;
const Decoding = @import("../decode/decoding.zig").Decoding;
const execute = @import("execute.zig").execute;
const fatal = @import("../fatal.zig");
const Launch = @import("launch.zig").Launch;
const name = @import("name.zig");
const own_file = @import("../self/own_file.zig");
const sections = @import("sections.zig");
const system = @import("../system.zig");
const threads = @import("../decode/threads.zig");

pub const ProgramFile = struct {
    writable: system.Descriptor,
    /// Is executed. May be the same descriptor for a memfd; other files that are open for writing are not executed
    /// (ETXTBSY).
    readable: system.Descriptor,

    pub fn close(file: ProgramFile) void {
        system.file.close(file.writable);
        if (file.readable != file.writable) system.file.close(file.readable);
    }
};

/// Returns if the file cannot be executed, with its descriptors closed. `where` is its place, for messages.
pub fn start(launch: *const Launch, file: ProgramFile, where: []const u8) void {
    const variant = launch.source.variant;
    const whole = launch.symbols and variant.detached_count > 0;
    var decoding = Decoding.init(launch.source, if (whole) .whole else .{ .file = file.writable });
    const result = attach.decodeTo(file.writable, &decoding, threads.cpuCount());
    if (!std.meta.isError(result)) {
        if (variant.detached_count > 0 and !whole) {
            sections.markDetached(file.writable, launch.source.bundle.detachedOf(variant));
        }
        name.keep(launch.process, file.writable, variant.size, launch.attempts.log);
        own_file.givePermissions(launch.process, file.writable);
    }
    if (file.readable != file.writable) system.file.close(file.writable);
    if (!std.meta.isError(result)) execute(launch, file.readable, where);
    system.file.close(file.readable);
    finishDecoding(launch.attempts, &decoding, result, where);
}

/// Unmaps the memory of a decoding and records its failure. `where` is the place of a file that was to be written.
///
/// Stored frames that are whole and decode to something else were predicted from a base that was changed, in memory or
/// by a tool: the base runs instead.
pub noinline fn finishDecoding(
    attempts: *Attempts,
    decoding: *Decoding,
    result: attach.Error!void,
    where: []const u8,
) void {
    const write_failure = decoding.output.failure;
    decoding.deinit();
    result catch |err| switch (err) {
        error.Recipe, error.Checksum => |damage| {
            attempts.stop(.damaged, .{ "bundle damaged: ", fatal.describeDamage(damage) });
        },
        error.StoredChecksum, error.Decoder, error.Deflated => |damage| fatal.exitDamagedFrame(damage),
        error.Write => attempts.fail("file in ", where, not_written, write_failure),
        error.OutOfMemory => {
            // The other ways need as much.
            attempts.fail("memory to decode with", "", ": ", .NOMEM);
            attempts.giveUp();
        },
    };
}

pub const not_written = " not written: ";
