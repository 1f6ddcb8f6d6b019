//! A file in a folder that nobody else can find, change or replace: it never had a name, or lost it before anything was
//! written. So nothing is left of it when the launcher ends, for whatever reason.
const std = @import("std");
const Attempts = @import("attempts.zig").Attempts;
const environment = @import("../select/environment.zig");
const execute = @import("execute.zig");
const fatal = @import("../fatal.zig");
const Launch = @import("launch.zig").Launch;
const own_file = @import("../self/own_file.zig");
const program_file = @import("program_file.zig");
const ProgramFile = program_file.ProgramFile;
const system = @import("../system.zig");
const working_folder = system.file.working_folder;

/// Tries each folder, unless the process has more privileges than its caller, or the caller may not read the bundle: a
/// file with a name can be opened before it loses it.
pub fn start(launch: *const Launch) void {
    if (launch.process.secure or !own_file.isReadable(launch.process)) return;
    const variables = launch.process.environment;
    for ([_]?[:0]const u8{
        environment.find(variables, "XDG_RUNTIME_DIR="),
        environment.find(variables, "TMPDIR="),
        "/tmp",
        "/dev/shm",
    }) |folder| {
        const path = folder orelse continue;
        if (!std.mem.startsWith(u8, path, "/")) continue;
        const file = create(launch, path) orelse continue;
        // A limit on file sizes shows here, before anything is decoded.
        switch (system.file.setSize(file.writable, launch.source.variant.size)) {
            .ok => {
                if (launch.attempts.log) fatal.line(.{ "starting from a file in ", path });
                program_file.start(launch, file, path);
            },
            .failed => |number| {
                file.close();
                launch.attempts.fail("file in ", path, program_file.not_written, number);
            },
        }
    }
}

/// Makes a file in the folder at an absolute path, or records the failure and returns null.
fn create(launch: *const Launch, path: [:0]const u8) ?ProgramFile {
    const attempts = launch.attempts;
    const opened = system.file.openAt(working_folder, path, .{ .DIRECTORY = true, .PATH = true });
    const folder: system.Descriptor = switch (opened) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| return fail(attempts, path, ": ", number),
    };
    defer system.file.close(folder);
    if (system.file.isMountedNoexec(folder)) return fail(attempts, path, ", which is mounted noexec: ", .ACCES);
    return createUnnamed(folder) orelse createNamed(launch, folder, path);
}

fn fail(attempts: *Attempts, path: []const u8, step: []const u8, number: system.Errno) ?ProgramFile {
    attempts.fail("file in ", path, step, number);
    return null;
}

/// Returns null if the kernel or the file system lacks O_TMPFILE, or /proc is missing.
fn createUnnamed(folder: system.Descriptor) ?ProgramFile {
    const writable: system.Descriptor = switch (system.file.openAt(folder, ".", .{
        .ACCMODE = .RDWR,
        .TMPFILE = true,
        .DIRECTORY = true,
        // The file can never be given a name.
        .EXCL = true,
    })) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => return null,
    };
    system.file.makeExecutable(writable);
    var buffer: execute.ProcPath = undefined;
    return switch (openAgain(writable, working_folder, execute.procPath(&buffer, writable))) {
        .ok => |readable| .{ .writable = writable, .readable = @intCast(readable) },
        .failed => null,
    };
}

/// Signals are blocked while the file has a name, so that only SIGKILL can leave it behind, empty.
fn createNamed(launch: *const Launch, folder: system.Descriptor, path: []const u8) ?ProgramFile {
    const attempts = launch.attempts;
    var name = ".mgo-0123456789abcdef".*;
    const random = name[".mgo-".len..];
    switch (system.process.randomBytes(random)) {
        .ok => {},
        .failed => |number| return fail(attempts, path, ": getrandom: ", number),
    }
    for (random) |*letter| letter.* = 'a' + (letter.* & 15);
    system.signal.blockAll();
    defer launch.resetSignals();
    const writable: system.Descriptor = switch (system.file.openAt(folder, &name, .{
        .ACCMODE = .RDWR,
        .CREAT = true,
        .EXCL = true,
        .NOFOLLOW = true,
    })) {
        .ok => |descriptor| @intCast(descriptor),
        .failed => |number| return fail(attempts, path, ": ", number),
    };
    system.file.makeExecutable(writable);
    const opened = openAgain(writable, folder, &name);
    system.file.removeAt(folder, &name);
    return switch (opened) {
        .ok => |readable| .{ .writable = writable, .readable = @intCast(readable) },
        .failed => |number| fail(attempts, path, ": ", number),
    };
}

/// Opens the file of `writable` for reading, or closes `writable`.
fn openAgain(writable: system.Descriptor, folder: system.Descriptor, path: [*:0]const u8) system.Result {
    const opened = system.file.openAt(folder, path, .{});
    const failure = switch (opened) {
        .ok => |readable| failure: {
            // Somebody who may rename files in that folder may have put another file there.
            if (system.file.isSame(writable, @intCast(readable))) return opened;
            system.file.close(@intCast(readable));
            break :failure system.Result{ .failed = .EXIST };
        },
        .failed => opened,
    };
    system.file.close(writable);
    return failure;
}
