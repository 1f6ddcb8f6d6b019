//! Becomes a program without an exec: its segments are put into this process as the kernel puts them into a new one
//! (fs/binfmt_elf.c), the auxiliary vector on the stack is mended, everything of the launcher goes, and the program is
//! entered. It takes memory that is executed after it was written, which some sandboxes do not allow.
//!
//! What no exec has told the kernel stays as it was: /proc/PID/exe is the bundle, and /proc/PID/auxv has what the
//! launcher was started with. One page of code stays mapped, too.
const std = @import("std");
const elf = std.elf;
const linux = std.os.linux;
const exec = @import("exec.zig");
const Fallback = @import("fallback.zig").Fallback;
const Process = @import("../start.zig").Process;
const system = @import("../system.zig");

/// For messages.
pub const what = "mapping";

const page_size = std.heap.page_size_min;
const File = []align(page_size) const u8;

/// Go's linker makes three or four segments to load, others up to six.
const loads_max = 16;

/// The addresses of a process end here (Documentation/arch/x86/x86_64/mm.rst).
const address_max = 1 << 47;

const Error = error{
    /// The number is in what was passed as `failure`.
    Closed,
};

/// Returns where that cannot be, which `fallback` is told. `own` is the bundle as it is loaded, `file` the program's.
pub fn enter(process: *const Process, own: []const u8, file: File, fallback: *Fallback) void {
    var failure: system.Errno = undefined;
    replace(process, .pagesOf(@intFromPtr(own.ptr), own.len), file, fallback, &failure) catch
        fallback.notExecuted(what, "", ": ", failure);
}

fn replace(process: *const Process, own: Range, file: File, fallback: *const Fallback, failure: *system.Errno) Error!noreturn {
    const program: Image = try .load(file, failure);
    var first = program;
    var linker_bias: usize = 0;
    if (program.interpreter) |path| {
        first = try loadFile(path, fallback, failure);
        linker_bias = first.bias();
    }

    var calls: [loads_max + 5]Call = undefined;
    var list = std.ArrayList(Call).initBuffer(&calls);
    list.appendAssumeCapacity(.unmap(.pagesOf(@intFromPtr(file.ptr), file.len)));
    list.appendAssumeCapacity(.unmap(own));
    if (program.fixed) {
        try expectFree(program.linked, own, failure);
        list.appendAssumeCapacity(.unmap(program.linked));
        for (program.loads[0..program.load_count]) |load| {
            list.appendAssumeCapacity(.move(program.inRegion(load), load.start));
        }
        list.appendAssumeCapacity(.unmap(program.inRegion(program.linked)));
    }
    list.appendAssumeCapacity(.{ .number = 0 });
    const stage = try copyStage(failure);

    for ([_][2]usize{
        .{ elf.AT_PHDR, program.bias() +% program.headers },
        .{ elf.AT_PHNUM, program.header_count },
        .{ elf.AT_BASE, linker_bias },
        .{ elf.AT_ENTRY, program.bias() +% program.entry },
    }) |entry| {
        if (process.auxiliaryValue(entry[0])) |value| value.* = entry[1];
    }
    process.restoreSignals();
    stage(&calls, process.stack, first.bias() +% first.entry);
}

/// A program's segments, not where they are to run but for those that run anywhere. Addresses are as linked.
const Image = struct {
    /// From the first segment to the last one, in whole pages.
    linked: Range,
    /// Where these pages are.
    region: usize,
    /// Whether it must run where it is linked.
    fixed: bool,
    entry: usize,
    /// The program headers, as the program finds them.
    headers: usize,
    header_count: usize,
    /// The segments, in whole pages.
    loads: [loads_max]Range,
    load_count: usize,
    /// Path of the dynamic linker, in the file.
    interpreter: ?[:0]const u8,

    fn load(file: File, failure: *system.Errno) Error!Image {
        // Of what is wrong in the headers.
        failure.* = .NOEXEC;
        const segments = try readSegments(file);
        var image = try readImage(file, segments);
        image.region = try check(system.reserve(null, image.linked.size()), failure);
        for (segments) |*segment| {
            if (segment.p_type != elf.PT_LOAD) continue;
            const pages = image.inRegion(.pagesOf(segment.p_vaddr, segment.p_memsz));
            _ = try check(system.protect(pages.start, pages.size(), .{ .READ = true, .WRITE = true }), failure);
            const contents = file[@intCast(segment.p_offset)..][0..@intCast(segment.p_filesz)];
            const place = segment.p_vaddr - image.linked.start + image.region;
            @memcpy(@as([*]u8, @ptrFromInt(place))[0..contents.len], contents);
            _ = try check(system.protect(pages.start, pages.size(), .{
                .READ = segment.p_flags & elf.PF_R != 0,
                .WRITE = segment.p_flags & elf.PF_W != 0,
                .EXEC = segment.p_flags & elf.PF_X != 0,
            }), failure);
        }
        return image;
    }

    fn bias(image: *const Image) usize {
        return if (image.fixed) 0 else image.region -% image.linked.start;
    }

    fn inRegion(image: *const Image, linked: Range) Range {
        const distance = image.region -% image.linked.start;
        return .{ .start = linked.start +% distance, .end = linked.end +% distance };
    }
};

pub fn readSegments(file: File) Error![]const elf.Elf64_Phdr {
    if (file.len < @sizeOf(elf.Elf64_Ehdr)) return error.Closed;
    const header: *const elf.Elf64_Ehdr = @ptrCast(file.ptr);
    const size = header.e_phnum * @as(usize, @sizeOf(elf.Elf64_Phdr));
    if (header.e_phentsize != @sizeOf(elf.Elf64_Phdr) or header.e_phoff % @alignOf(elf.Elf64_Phdr) != 0) return error.Closed;
    if (!fits(header.e_phoff, size, file.len)) return error.Closed;
    return @ptrCast(@alignCast(file[@intCast(header.e_phoff)..][0..size]));
}

/// All but the region. An image that is read is safe to load: segments ascend, and share no page.
pub fn readImage(file: File, segments: []const elf.Elf64_Phdr) Error!Image {
    const header: *const elf.Elf64_Ehdr = @ptrCast(file.ptr);
    var image: Image = .{
        .linked = .{ .start = 0, .end = 0 },
        .region = 0,
        .fixed = header.e_type == .EXEC,
        .entry = header.e_entry,
        .headers = 0,
        .header_count = segments.len,
        .loads = undefined,
        .load_count = 0,
        .interpreter = null,
    };
    for (segments) |*segment| switch (segment.p_type) {
        elf.PT_LOAD => {
            if (segment.p_filesz > segment.p_memsz or segment.p_memsz == 0 or image.load_count == loads_max) return error.Closed;
            if (!fits(segment.p_offset, segment.p_filesz, file.len) or !fits(segment.p_vaddr, segment.p_memsz, address_max)) return error.Closed;
            const pages: Range = .pagesOf(segment.p_vaddr, segment.p_memsz);
            if (image.load_count == 0) image.linked.start = pages.start else if (pages.start < image.linked.end) return error.Closed;
            image.linked.end = pages.end;
            image.loads[image.load_count] = pages;
            image.load_count += 1;
            const distance = header.e_phoff -% segment.p_offset;
            if (image.headers == 0 and distance < segment.p_filesz) image.headers = segment.p_vaddr + distance;
        },
        elf.PT_INTERP => {
            if (!fits(segment.p_offset, segment.p_filesz, file.len)) return error.Closed;
            const path = file[@intCast(segment.p_offset)..][0..@intCast(segment.p_filesz)];
            if (path.len == 0 or path[path.len - 1] != 0) return error.Closed;
            image.interpreter = path[0 .. path.len - 1 :0];
        },
        // Only the kernel makes a stack that can be executed.
        elf.PT_GNU_STACK => if (segment.p_flags & elf.PF_X != 0) return error.Closed,
        else => {},
    };
    return if (image.load_count == 0 or image.headers == 0) error.Closed else image;
}

/// The dynamic linker.
fn loadFile(path: [:0]const u8, fallback: *const Fallback, failure: *system.Errno) Error!Image {
    const opened = system.open(path);
    if (opened == .failed and opened.failed == .NOENT) exec.refuseInterpreter(path, fallback);
    const descriptor: system.Descriptor = @intCast(try check(opened, failure));
    defer system.close(descriptor);
    const size: usize = @intCast(system.fileSize(descriptor));
    const mapped: [*]align(page_size) const u8 = @ptrFromInt(try check(system.mapFile(descriptor, size), failure));
    defer system.unmap(mapped[0..size]);
    return .load(mapped[0..size], failure);
}

/// That nothing is in these addresses but the bundle itself. From here on nothing else gets there.
fn expectFree(place: Range, own: Range, failure: *system.Errno) Error!void {
    const start = if (place.start >= own.start and place.start < own.end) own.end else place.start;
    if (start < place.end) _ = try check(system.reserve(start, place.end - start), failure);
}

/// Addresses, in bytes; `end` is behind the last one.
const Range = struct {
    start: usize,
    end: usize,

    fn pagesOf(start: usize, length: usize) Range {
        return .{
            .start = std.mem.alignBackward(usize, start, page_size),
            .end = std.mem.alignForward(usize, start + length, page_size),
        };
    }

    fn size(range: Range) usize {
        return range.end - range.start;
    }
};

fn fits(start: u64, size: u64, limit: u64) bool {
    return start <= limit and size <= limit - start;
}

/// A system call for the stage.
const Call = extern struct {
    /// 0, which no program needs here, ends a list.
    number: usize,
    arguments: [5]usize = @splat(0),

    fn unmap(range: Range) Call {
        return .{ .number = @intFromEnum(linux.SYS.munmap), .arguments = .{ range.start, range.size(), 0, 0, 0 } };
    }

    /// Over whatever is there.
    fn move(range: Range, to: usize) Call {
        const flags: u32 = @bitCast(linux.MREMAP{ .MAYMOVE = true, .FIXED = true });
        return .{ .number = @intFromEnum(linux.SYS.mremap), .arguments = .{ range.start, range.size(), range.size(), flags, to } };
    }
};

/// Of start.S: makes the calls, and enters the program.
const Stage = fn (calls: [*]const Call, stack: [*]usize, address: usize) callconv(.c) noreturn;

/// In a page that is no part of the bundle, so that the bundle can go.
fn copyStage(failure: *system.Errno) Error!*const Stage {
    const code = @intFromPtr(@extern(*const u8, .{ .name = "launcher_stage", .visibility = .hidden }));
    const end = @intFromPtr(@extern(*const u8, .{ .name = "launcher_stage_end", .visibility = .hidden }));
    const page = try check(system.reserve(null, page_size), failure);
    _ = try check(system.protect(page, page_size, .{ .READ = true, .WRITE = true }), failure);
    @memcpy(@as([*]u8, @ptrFromInt(page)), @as([*]const u8, @ptrFromInt(code))[0 .. end - code]);
    _ = try check(system.protect(page, page_size, .{ .READ = true, .EXEC = true }), failure);
    return @ptrFromInt(page);
}

noinline fn check(result: system.Result, failure: *system.Errno) Error!usize {
    switch (result) {
        .ok => |value| return value,
        .failed => |number| {
            failure.* = number;
            return error.Closed;
        },
    }
}

const TestFile = extern struct {
    header: elf.Elf64_Ehdr,
    segments: [5]elf.Elf64_Phdr,
    path: [8]u8,

    /// Code with the headers, data with zeros behind, a dynamic linker, a stack.
    fn init() TestFile {
        var file = std.mem.zeroes(TestFile);
        file.header.e_type = .EXEC;
        file.header.e_entry = 0x401234;
        file.header.e_phoff = @offsetOf(TestFile, "segments");
        file.header.e_phentsize = @sizeOf(elf.Elf64_Phdr);
        file.header.e_phnum = file.segments.len;
        file.path = "/ld.so\x00\x00".*;
        for (&file.segments, [_]u32{ elf.PT_LOAD, elf.PT_LOAD, elf.PT_INTERP, elf.PT_GNU_STACK, elf.PT_NOTE }) |*segment, kind| {
            segment.p_type = kind;
            segment.p_filesz = @sizeOf(TestFile);
            segment.p_memsz = segment.p_filesz;
        }
        file.segments[0].p_vaddr = 0x400000;
        file.segments[1].p_vaddr = 0x402010;
        file.segments[1].p_memsz = 0x1ff0;
        file.segments[2].p_offset = @offsetOf(TestFile, "path");
        file.segments[2].p_filesz = 7;
        return file;
    }

    fn read(file: *const TestFile, size: usize) Error!Image {
        var bytes: [page_size]u8 align(page_size) = @splat(0);
        @memcpy(bytes[0..@sizeOf(TestFile)], std.mem.asBytes(file));
        const contents: File = bytes[0..size];
        var image = try readImage(contents, try readSegments(contents));
        // Its bytes are gone.
        if (image.interpreter) |path| {
            std.debug.assert(std.mem.eql(u8, path, "/ld.so"));
            image.interpreter = null;
        }
        return image;
    }
};

test "an image is the pages of the segments" {
    const image = try TestFile.init().read(@sizeOf(TestFile));
    try std.testing.expectEqual(Range{ .start = 0x400000, .end = 0x404000 }, image.linked);
    try std.testing.expectEqual(2, image.load_count);
    try std.testing.expectEqual(Range{ .start = 0x400000, .end = 0x401000 }, image.loads[0]);
    try std.testing.expectEqual(Range{ .start = 0x402000, .end = 0x404000 }, image.loads[1]);
    try std.testing.expectEqual(0x400000 + @offsetOf(TestFile, "segments"), image.headers);
    try std.testing.expect(image.fixed);
    try std.testing.expectEqual(0, image.bias());
}

test "a file that is cut short or whose headers are not what they should be has no image" {
    const whole: TestFile = .init();
    for (0..@sizeOf(TestFile)) |size| try std.testing.expectError(error.Closed, whole.read(size));
    const max = std.math.maxInt(u64);
    inline for (.{
        .{ 0, "p_offset", @as(u64, 1) },
        .{ 0, "p_offset", max },
        .{ 0, "p_filesz", max },
        .{ 0, "p_vaddr", max },
        .{ 0, "p_vaddr", address_max },
        .{ 0, "p_memsz", @as(u64, 0) },
        .{ 0, "p_memsz", max },
        .{ 0, "p_memsz", @as(u64, 0x2001) },
        .{ 1, "p_vaddr", @as(u64, 0x3ff000) },
        .{ 1, "p_memsz", @as(u64, 1) },
        .{ 2, "p_filesz", @as(u64, 0) },
        .{ 2, "p_filesz", @as(u64, 6) },
        .{ 2, "p_filesz", max },
        .{ 2, "p_offset", max },
        .{ 3, "p_flags", @as(u32, elf.PF_X) },
    }) |change| {
        var file = whole;
        @field(file.segments[change[0]], change[1]) = change[2];
        try std.testing.expectError(error.Closed, file.read(@sizeOf(TestFile)));
    }
    inline for (.{
        .{ "e_phoff", max },
        .{ "e_phoff", @offsetOf(TestFile, "segments") + 1 },
        .{ "e_phnum", 0 },
        .{ "e_phnum", 0xffff },
        .{ "e_phentsize", 0 },
    }) |change| {
        var file = whole;
        @field(file.header, change[0]) = change[1];
        try std.testing.expectError(error.Closed, file.read(@sizeOf(TestFile)));
    }
}
