//! `starter starts LEVEL=FILE… -- ARGUMENT…`: starts the files as standard input's bytes number them (0 for the
//! first), one after the other, each to its end, and then prints a line for each start: nanoseconds, the peak
//! of resident memory in KiB (wait4's ru_maxrss), and the wait status.
//!
//! `starter cold LEVEL=FILE… -- ARGUMENT…`: the same, with the file's pages dropped from the page cache before each
//! start.
//!
//! `starter trace LEVEL=FILE -- ARGUMENT…`: starts the file and stops it where it executes another; see trace.zig.
//!
//! LEVEL becomes GOAMD64 in the environment; where it is empty, the environment is as it was.
//!
//! It is a program of its own because the peak that the kernel reports begins with that of the process which forked:
//! its memory counts until the child executes something else. Bun has 60 MB, this has less than one. It also
//! starts programs in a tenth of the time, and always the same.
const std = @import("std");
const linux = std.os.linux;
const trace = @import("trace.zig");

const starts_max = 1 << 16;
const commands_max = 256;
const environment_max = 1024;

const Start = struct { nanoseconds: u64, peak_kib: u64, status: u32 };

pub const Strings = [*:null]const ?[*:0]const u8;

/// A program to start, with arguments and environment.
pub const Command = struct {
    file: [*:0]const u8,
    arguments: Strings,
    environment: Strings,

    /// Becomes the program, in the child. A missing one gives 127, as in a shell.
    pub fn become(command: *const Command) noreturn {
        _ = linux.execve(command.file, command.arguments, command.environment);
        linux.exit_group(127);
    }
};

// Static memory, of which only touched pages count.
var starts: [starts_max]Start = undefined;
var schedule: [starts_max]u8 = undefined;
var commands: [commands_max]Command = undefined;
var argument_lists: [commands_max][environment_max:null]?[*:0]const u8 = undefined;
var environments: [commands_max][environment_max:null]?[*:0]const u8 = undefined;
/// Descriptor that results go to.
var figures: i32 = 1;

pub fn main(init: std.process.Init.Minimal) void {
    const arguments = init.args.vector;
    if (arguments.len < 3) fail("usage: starter starts|cold|trace LEVEL=FILE... -- ARGUMENT...\n");
    const count = readCommands(arguments[2..], init.environ.block.slice);
    const mode = std.mem.span(arguments[1]);
    const traced = std.mem.eql(u8, mode, "trace");
    const scheduled = if (traced) &.{} else readSchedule();
    keepFromChildren();
    if (traced) return print("{d} {d} {d}\n", trace.run(&commands[0]));
    const cold = std.mem.eql(u8, mode, "cold");
    for (scheduled, starts[0..scheduled.len]) |index, *done| {
        if (index >= count) fail("the schedule names a command that is not there\n");
        if (cold) dropPages(commands[index].file);
        done.* = start(&commands[index]);
    }
    for (starts[0..scheduled.len]) |*done| print("{d} {d} {d}\n", .{ done.nanoseconds, done.peak_kib, done.status });
}

/// Standard input was the schedule, standard output is for the figures: children get neither.
fn keepFromChildren() void {
    const nothing = descriptor(linux.open("/dev/null", .{ .ACCMODE = .RDWR }, 0));
    figures = descriptor(linux.fcntl(1, linux.F.DUPFD_CLOEXEC, 3));
    _ = linux.dup2(nothing, 0);
    _ = linux.dup2(nothing, 1);
    if (nothing > 2) _ = linux.close(nothing);
}

/// Only pages that are on the disk can be dropped.
fn dropPages(path: [*:0]const u8) void {
    const file = descriptor(linux.open(path, .{ .ACCMODE = .RDONLY, .CLOEXEC = true }, 0));
    if (linux.errno(linux.fsync(file)) != .SUCCESS) fail("cannot write a file to its disk\n");
    if (linux.errno(linux.fadvise(file, 0, 0, linux.POSIX_FADV.DONTNEED)) != .SUCCESS) fail("cannot drop pages\n");
    _ = linux.close(file);
}

/// From before the fork to the program's end, as a shell would see it.
fn start(command: *const Command) Start {
    const begin = now();
    const child = linux.fork();
    if (child == 0) command.become();
    if (linux.errno(child) != .SUCCESS) fail("cannot fork\n");
    var status: u32 = 0;
    var usage: linux.rusage = undefined;
    _ = linux.wait4(@intCast(child), &status, 0, &usage);
    return .{ .nanoseconds = now() - begin, .peak_kib = @intCast(usage.maxrss), .status = status };
}

fn now() u64 {
    var time: linux.timespec = undefined;
    _ = linux.clock_gettime(.MONOTONIC, &time);
    return @as(u64, @intCast(time.sec)) * std.time.ns_per_s + @as(u64, @intCast(time.nsec));
}

/// Returns the number of commands.
fn readCommands(words: []const [*:0]const u8, environment: []const ?[*:0]const u8) usize {
    const end = for (words, 0..) |word, index| {
        if (std.mem.eql(u8, std.mem.span(word), "--")) break index;
    } else fail("-- is missing\n");
    const rest = words[end + 1 ..];
    if (end > commands_max) fail("too many files\n");
    if (rest.len + 2 > environment_max or environment.len + 2 > environment_max) fail("too many words\n");
    for (words[0..end], 0..) |word, index| {
        const list = &argument_lists[index];
        const variables = &environments[index];
        const equals = std.mem.indexOfScalar(u8, std.mem.span(word), '=') orelse fail("LEVEL= is missing\n");
        const file = word + equals + 1;
        list[0] = file;
        for (rest, list[1..][0..rest.len]) |argument, *place| place.* = argument;
        list[rest.len + 1] = null;
        const level = std.mem.span(word)[0..equals];
        var variable_count: usize = 0;
        for (environment) |variable| {
            if (level.len > 0 and std.mem.startsWith(u8, std.mem.span(variable orelse break), "GOAMD64=")) continue;
            variables[variable_count] = variable;
            variable_count += 1;
        }
        if (level.len > 0) {
            variables[variable_count] = levelVariable(level);
            variable_count += 1;
        }
        variables[variable_count] = null;
        commands[index] = .{ .file = file, .arguments = list, .environment = variables };
    }
    return end;
}

fn levelVariable(level: []const u8) [*:0]const u8 {
    inline for (.{ "v1", "v2", "v3", "v4" }) |known| {
        if (std.mem.eql(u8, level, known)) return "GOAMD64=" ++ known;
    }
    fail("an unknown level\n");
}

fn readSchedule() []const u8 {
    var size: usize = 0;
    while (size < schedule.len) {
        const returned = linux.read(0, schedule[size..].ptr, schedule.len - size);
        if (linux.errno(returned) != .SUCCESS) fail("cannot read the schedule\n");
        if (returned == 0) return schedule[0..size];
        size += returned;
    }
    fail("too many starts\n");
}

fn descriptor(returned: usize) i32 {
    if (linux.errno(returned) != .SUCCESS) fail("no descriptors\n");
    return @intCast(returned);
}

fn print(comptime format: []const u8, values: anytype) void {
    var buffer: [128]u8 = undefined;
    const line = std.fmt.bufPrint(&buffer, format, values) catch unreachable;
    var rest: []const u8 = line;
    while (rest.len > 0) {
        const returned = linux.write(figures, rest.ptr, rest.len);
        if (linux.errno(returned) != .SUCCESS) linux.exit_group(1);
        rest = rest[returned..];
    }
}

pub fn fail(message: []const u8) noreturn {
    _ = linux.write(2, message.ptr, message.len);
    linux.exit_group(2);
}
