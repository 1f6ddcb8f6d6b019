//! An ELF program in memory: what of its file is loaded, and where.
const std = @import("std");
const elf = std.elf;
const arch = @import("arch");
const system = @import("../system.zig");

pub const File = []align(std.heap.page_size_min) const u8;

/// Go's linker makes three or four segments to load, others up to six.
pub const loads_max = 16;

pub const Error = error{
    /// The error number is in the argument `failure`.
    Closed,
};

/// A program whose segments are loaded, not yet at the addresses where one that is `fixed` must run. Addresses are as
/// linked unless said.
pub const Program = struct {
    /// From the first segment to the last, in whole pages.
    linked: Range,
    /// The address where these pages are loaded.
    region: usize,
    /// Whether it must run where it is linked.
    fixed: bool,
    entry: usize,
    /// Its program headers.
    headers: usize,
    header_count: usize,
    /// The segments, in whole pages.
    loads: [loads_max]Range,
    load_count: usize,
    /// Path of the dynamic linker, in the file.
    interpreter: ?[:0]const u8,

    /// Pages become executable last: then the kernel makes the caches for instructions and data agree.
    pub fn load(file: File, page_size: usize, failure: *system.Errno) Error!Program {
        // For headers that are wrong.
        failure.* = .NOEXEC;
        const segments = try readSegments(file);
        var program = try read(file, segments, page_size);
        program.region = try check(system.memory.reserve(null, program.linked.size()), failure);
        for (segments) |*segment| {
            if (segment.p_type != elf.PT_LOAD) continue;
            const pages = program.inRegion(.pagesOf(segment.p_vaddr, segment.p_memsz, page_size));
            _ = try check(system.memory.protect(pages.start, pages.size(), .{ .READ = true, .WRITE = true }), failure);
            const contents = file[@intCast(segment.p_offset)..][0..@intCast(segment.p_filesz)];
            const address = segment.p_vaddr - program.linked.start + program.region;
            @memcpy(@as([*]u8, @ptrFromInt(address))[0..contents.len], contents);
            _ = try check(system.memory.protect(pages.start, pages.size(), .{
                .READ = segment.p_flags & elf.PF_R != 0,
                .WRITE = segment.p_flags & elf.PF_W != 0,
                .EXEC = segment.p_flags & elf.PF_X != 0,
            }), failure);
        }
        return program;
    }

    /// Returns how far a program that is entered in its region was moved from where it is linked.
    pub fn bias(program: *const Program) usize {
        return if (program.fixed) 0 else program.region -% program.linked.start;
    }

    /// Returns the pages where those that are linked at `linked` are loaded.
    pub fn inRegion(program: *const Program, linked: Range) Range {
        const distance = program.region -% program.linked.start;
        return .{ .start = linked.start +% distance, .end = linked.end +% distance };
    }
};

/// Returns the program headers.
pub fn readSegments(file: File) Error![]const elf.Phdr {
    if (file.len < @sizeOf(elf.Ehdr)) return error.Closed;
    const header: *const elf.Ehdr = @ptrCast(file.ptr);
    const size = header.e_phnum * @as(usize, @sizeOf(elf.Phdr));
    if (header.e_phentsize != @sizeOf(elf.Phdr) or header.e_phoff % @alignOf(elf.Phdr) != 0) return error.Closed;
    if (!fits(header.e_phoff, size, file.len)) return error.Closed;
    return @ptrCast(@alignCast(file[@intCast(header.e_phoff)..][0..size]));
}

/// Reads a program that is safe to load: its segments ascend, lie in the file and share no page. `region` is left 0.
pub fn read(file: File, segments: []const elf.Phdr, page_size: usize) Error!Program {
    const header: *const elf.Ehdr = @ptrCast(file.ptr);
    var program: Program = .{
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
            if (program.load_count == loads_max) return error.Closed;
            if (segment.p_filesz > segment.p_memsz or segment.p_memsz == 0) return error.Closed;
            if (!fits(segment.p_offset, segment.p_filesz, file.len)) return error.Closed;
            if (!fits(segment.p_vaddr, segment.p_memsz, arch.address_max)) return error.Closed;
            const pages: Range = .pagesOf(segment.p_vaddr, segment.p_memsz, page_size);
            if (program.load_count == 0) program.linked = .{ .start = pages.start, .end = pages.start };
            if (pages.start < program.linked.end) return error.Closed;
            program.linked.end = pages.end;
            program.loads[program.load_count] = pages;
            program.load_count += 1;
            const distance = header.e_phoff -% segment.p_offset;
            if (program.headers == 0 and distance < segment.p_filesz) program.headers = segment.p_vaddr + distance;
        },
        elf.PT_INTERP => {
            if (!fits(segment.p_offset, segment.p_filesz, file.len)) return error.Closed;
            const path = file[@intCast(segment.p_offset)..][0..@intCast(segment.p_filesz)];
            if (path.len == 0 or path[path.len - 1] != 0) return error.Closed;
            program.interpreter = path[0 .. path.len - 1 :0];
        },
        // Only the kernel can make the stack executable.
        elf.PT_GNU_STACK => if (segment.p_flags & elf.PF_X != 0) return error.Closed,
        else => {},
    };
    return if (program.load_count == 0 or program.headers == 0) error.Closed else program;
}

/// Addresses in bytes, without `end`.
pub const Range = struct {
    start: usize,
    end: usize,

    pub fn pagesOf(start: usize, length: usize, page_size: usize) Range {
        return .{
            .start = std.mem.alignBackward(usize, start, page_size),
            .end = std.mem.alignForward(usize, start + length, page_size),
        };
    }

    pub fn size(range: Range) usize {
        return range.end - range.start;
    }
};

fn fits(start: u64, size: u64, limit: u64) bool {
    return start <= limit and size <= limit - start;
}

pub noinline fn check(result: system.Result, failure: *system.Errno) Error!usize {
    switch (result) {
        .ok => |value| return value,
        .failed => |number| {
            failure.* = number;
            return error.Closed;
        },
    }
}
