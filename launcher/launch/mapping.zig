//! Becomes a program without an exec: its segments are put into this process as the kernel puts them into a new one
//! (fs/binfmt_elf.c), the auxiliary vector on the stack is mended, the launcher is unmapped, and the program is
//! entered. That executes memory that was written before, which some sandboxes forbid.
//!
//! The kernel is not told: /proc/PID/exe remains the bundle, /proc/PID/auxv has what the launcher was started with,
//! and one page of code stays mapped.
const std = @import("std");
const elf = std.elf;
const linux = std.os.linux;
const arch = @import("arch");
const Attempts = @import("attempts.zig").Attempts;
const Call = arch.Call;
const Decoding = @import("../decode/decoding.zig").Decoding;
const fatal = @import("../fatal.zig");
const finishDecoding = @import("program_file.zig").finishDecoding;
const image = @import("../self/image.zig");
const interpreter = @import("interpreter.zig");
const Launch = @import("launch.zig").Launch;
const Process = @import("../self/process.zig").Process;
const program = @import("program.zig");
const check = program.check;
const Error = program.Error;
const Program = program.Program;
const Range = program.Range;
const system = @import("../system.zig");
const threads = @import("../decode/threads.zig");

const what = "mapping";

pub fn start(launch: *const Launch) void {
    const attempts = launch.attempts;
    const bundle = launch.source.bundle;
    // In the direct layout the base's libraries are loaded, and the dynamic linker knows its threads.
    if (bundle.layout == .direct and hasDynamicLinker(launch.process)) {
        return attempts.fail(what, "", ": a dynamic linker has run: ", .BUSY);
    }
    const size = std.math.cast(usize, launch.source.variant.size) orelse return attempts.fail(what, "", ": ", .NOMEM);
    const file = system.memory.map(size) catch return attempts.fail(what, "", ": ", .NOMEM);
    var decoding = Decoding.init(launch.source, .{ .memory = file });
    const result = decoding.run(threads.cpuCount());
    if (std.meta.isError(result)) system.memory.unmap(file);
    finishDecoding(attempts, &decoding, result, "");
    if (attempts.log) fatal.line(.{"starting by mapping the variant's segments"});
    const own = image.loaded(launch.process, bundle);
    var failure: system.Errno = undefined;
    const pages: Range = .pagesOf(@intFromPtr(own.ptr), own.len, launch.process.pageSize());
    become(launch.process, pages, file, attempts, &failure) catch
        attempts.failExecution(what, "", ": ", failure);
}

fn hasDynamicLinker(process: *const Process) bool {
    const base = process.auxiliaryValue(elf.AT_BASE) orelse return false;
    return base.* != 0;
}

/// Replaces the bundle, in the pages `own`, by the program in `file`.
fn become(
    process: *const Process,
    own: Range,
    file: program.File,
    attempts: *const Attempts,
    failure: *system.Errno,
) Error!noreturn {
    const page_size = process.pageSize();
    const loaded: Program = try .load(file, page_size, failure);
    var first = loaded;
    var linker_bias: usize = 0;
    if (loaded.interpreter) |path| {
        first = try loadFile(path, page_size, attempts, failure);
        linker_bias = first.bias();
    }

    var calls: [program.loads_max + 5]Call = undefined;
    var list = std.ArrayList(Call).initBuffer(&calls);
    list.appendAssumeCapacity(unmap(.pagesOf(@intFromPtr(file.ptr), file.len, page_size)));
    list.appendAssumeCapacity(unmap(own));
    if (loaded.fixed) {
        try reserveBut(own, loaded.linked, failure);
        list.appendAssumeCapacity(unmap(loaded.linked));
        for (loaded.loads[0..loaded.load_count]) |load| {
            list.appendAssumeCapacity(move(loaded.inRegion(load), load.start));
        }
        list.appendAssumeCapacity(unmap(loaded.inRegion(loaded.linked)));
    }
    list.appendAssumeCapacity(.{ .number = 0 });
    const stage = try copyStage(page_size, failure);

    for ([_][2]usize{
        .{ elf.AT_PHDR, loaded.bias() +% loaded.headers },
        .{ elf.AT_PHNUM, loaded.header_count },
        .{ elf.AT_BASE, linker_bias },
        .{ elf.AT_ENTRY, loaded.bias() +% loaded.entry },
    }) |entry| {
        if (process.auxiliaryValue(entry[0])) |value| value.* = entry[1];
    }
    process.restoreSignals();
    stage(&calls, process.stack, first.bias() +% first.entry);
}

/// Loads the dynamic linker.
fn loadFile(
    path: [:0]const u8,
    page_size: usize,
    attempts: *const Attempts,
    failure: *system.Errno,
) Error!Program {
    const opened = system.file.open(path);
    if (opened == .failed and opened.failed == .NOENT) interpreter.stop(path, attempts);
    const descriptor: system.Descriptor = @intCast(try check(opened, failure));
    defer system.file.close(descriptor);
    const size: usize = @intCast(system.file.sizeOf(descriptor));
    const address = try check(system.memory.mapFile(descriptor, size), failure);
    const mapped = @as([*]align(std.heap.page_size_min) const u8, @ptrFromInt(address))[0..size];
    defer system.memory.unmap(mapped);
    return .load(mapped, page_size, failure);
}

/// Reserves the addresses of `range` that the bundle does not occupy, or fails if something else is there.
fn reserveBut(own: Range, range: Range, failure: *system.Errno) Error!void {
    const first = if (range.start >= own.start and range.start < own.end) own.end else range.start;
    if (first < range.end) _ = try check(system.memory.reserve(first, range.end - first), failure);
}

fn unmap(range: Range) Call {
    return .{ .number = @intFromEnum(linux.SYS.munmap), .arguments = .{ range.start, range.size(), 0, 0, 0 } };
}

/// Moves pages over whatever is mapped at `to`.
fn move(range: Range, to: usize) Call {
    const flags: u32 = @bitCast(linux.MREMAP{ .MAYMOVE = true, .FIXED = true });
    const size = range.size();
    return .{ .number = @intFromEnum(linux.SYS.mremap), .arguments = .{ range.start, size, size, flags, to } };
}

/// Copies the code that makes the calls to a page outside of the bundle, which they unmap.
fn copyStage(page_size: usize, failure: *system.Errno) Error!*const arch.Stage {
    const code = arch.stage();
    const page = try check(system.memory.reserve(null, page_size), failure);
    _ = try check(system.memory.protect(page, page_size, .{ .READ = true, .WRITE = true }), failure);
    @memcpy(@as([*]u8, @ptrFromInt(page)), code);
    _ = try check(system.memory.protect(page, page_size, .{ .READ = true, .EXEC = true }), failure);
    return @ptrFromInt(page);
}
