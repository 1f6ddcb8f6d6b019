//! Keeps the process name (/proc/PID/comm, which ps, pgrep and killall show). At exec the kernel names a process after
//! its file: a memfd's name begins with "memfd:", and before Linux 6.14 it was the number of the descriptor.
//!
//! So the file that is executed gets a few instructions more, in padding of the variant: a stub, to which its entry
//! points and which sets the name. The program may copy its file, or start it again by /proc/self/exe: then the stub
//! leaves the name that the kernel gives.
const std = @import("std");
const elf = std.elf;
const fatal = @import("../fatal.zig");
const memory_file = @import("../memory_file.zig");
const padding = @import("padding.zig");
const Process = @import("../self/process.zig").Process;
const stub = @import("arch").stub;
const system = @import("../system.zig");

/// Size of a stub with a path of PATH_MAX bytes, which includes its final zero.
const size_max = stub.size + 4096;

const code: u32 = elf.PF_R | elf.PF_X;
const data: u32 = elf.PF_R;

/// Makes the program in `descriptor`, an ELF file of `size` bytes, start under the launcher's name. A program without
/// padding starts under the name that the kernel gives it.
pub fn keep(process: *const Process, descriptor: system.Descriptor, size: u64, log: bool) void {
    const path = std.mem.span(process.executed_path orelse "");
    const kept = addStub(.{ .descriptor = descriptor, .size = size }, path);
    if (log and !kept) fatal.line(.{"process name not kept: no padding in the variant"});
}

fn addStub(file: File, path: []const u8) bool {
    var headers: padding.Headers = undefined;
    headers.size = file.size;
    if (!headers.read(file)) return false;

    var stored_path = path;
    var found = file.findPadding(&headers, code, sizeWith(path));
    if (found == null) {
        stored_path = "";
        found = file.findPadding(&headers, code, sizeWith(""));
    }
    if (found == null) {
        // In one of thirty programs code fills its last page. Then a segment that is only read is made executable: the
        // first one holds the headers, which Go's own linker puts into one segment with the code anyway.
        stored_path = path;
        found = file.findPadding(&headers, data, sizeWith(path));
    }
    const place = found orelse return false;

    var bytes: [size_max]u8 = undefined;
    const size = sizeWith(stored_path);
    if (!stub.write(bytes[0..stub.size], system.process.id(), place.address, headers.file.e_entry)) return false;
    if (system.process.name(bytes[stub.name_offset..stub.size]) == .failed) return false;
    @memcpy(bytes[stub.size .. size - 1], stored_path);
    bytes[size - 1] = 0;

    const flags_offset = headers.file.e_phoff + place.segment * @sizeOf(elf.Phdr) + @offsetOf(elf.Phdr, "p_flags");
    const entry: @FieldType(elf.Ehdr, "e_entry") = @intCast(place.address);
    // The entry comes last: until then the file runs as if nothing had been added.
    return file.write(bytes[0..size], place.offset) and
        file.write(std.mem.asBytes(&code), flags_offset) and
        file.write(std.mem.asBytes(&entry), @offsetOf(elf.Ehdr, "e_entry"));
}

/// Returns the size of a stub with that path and its final zero, in bytes.
fn sizeWith(path: []const u8) usize {
    return stub.size + path.len + 1;
}

const File = struct {
    descriptor: system.Descriptor,
    /// In bytes.
    size: u64,

    /// Bytes that are not zero are no padding, whatever the headers say.
    noinline fn findPadding(file: File, headers: *const padding.Headers, flags: u32, size: usize) ?padding.Padding {
        var buffer: [size_max]u8 = undefined;
        if (size > buffer.len) return null;
        const found = padding.find(headers, flags, size) orelse return null;
        const bytes = buffer[0..size];
        return if (file.read(bytes, found.offset) and std.mem.allEqual(u8, bytes, 0)) found else null;
    }

    pub fn read(file: File, buffer: []u8, offset: u64) bool {
        return system.file.readAllAt(file.descriptor, buffer, offset);
    }

    fn write(file: File, bytes: []const u8, offset: u64) bool {
        return system.file.writeAt(file.descriptor, bytes, offset) == .ok;
    }
};

const TestFile = extern struct {
    header: elf.Ehdr,
    segments: [3]elf.Phdr,
    sections: [3]elf.Shdr,
    rest: [0x3000 - @sizeOf(elf.Ehdr) - 3 * @sizeOf(elf.Phdr) - 3 * @sizeOf(elf.Shdr)]u8,

    /// Segments that are read, executed and written, each filled by a section up to the padding of its last page.
    fn init(slack: [2]u64) TestFile {
        var file = std.mem.zeroes(TestFile);
        file.header.e_entry = 0x401234;
        file.header.e_phoff = @offsetOf(TestFile, "segments");
        file.header.e_phentsize = @sizeOf(elf.Phdr);
        file.header.e_phnum = file.segments.len;
        file.header.e_shoff = @offsetOf(TestFile, "sections");
        file.header.e_shentsize = @sizeOf(elf.Shdr);
        file.header.e_shnum = file.sections.len;
        const all_flags = [_]u32{ data, code, elf.PF_R | elf.PF_W };
        for (&file.segments, &file.sections, all_flags, 0..) |*segment, *section, flags, index| {
            segment.p_type = elf.PT_LOAD;
            segment.p_flags = flags;
            segment.p_offset = 0x1000 * index;
            segment.p_vaddr = 0x400000 + segment.p_offset;
            segment.p_filesz = 0x1000 - if (index < slack.len) slack[index] else 0;
            segment.p_memsz = segment.p_filesz;
            section.sh_type = elf.SHT_PROGBITS;
            section.sh_offset = segment.p_offset;
            section.sh_size = segment.p_filesz;
        }
        return file;
    }

    /// Returns the file with a stub, or null if `addStub` leaves it as it is.
    fn patch(file: *const TestFile, path: []const u8) !?TestFile {
        const descriptor = memory_file.create();
        defer memory_file.close(descriptor);
        memory_file.fill(descriptor, std.mem.asBytes(file));
        const added = addStub(.{ .descriptor = descriptor, .size = @sizeOf(TestFile) }, path);
        var patched: TestFile = undefined;
        try std.testing.expectEqual(@sizeOf(TestFile), memory_file.sizeOf(descriptor));
        try std.testing.expect(memory_file.read(descriptor, std.mem.asBytes(&patched)));
        if (!added) try std.testing.expectEqualSlices(u8, std.mem.asBytes(file), std.mem.asBytes(&patched));
        return if (added) patched else null;
    }
};

/// Expects that patching adds a stub at `offset` in segment `segment` and changes nothing else.
fn expectStub(file: *const TestFile, path: []const u8, stored: []const u8, offset: usize, segment: usize) !void {
    var patched = (try file.patch(path)).?;
    const bytes = std.mem.asBytes(&patched);
    const added = bytes[offset..][0..sizeWith(stored)];
    try std.testing.expectEqual(file.header.e_entry, stub.entryOf(added[0..stub.size], 0x400000 + offset));
    var own: [system.process.name_size]u8 = undefined;
    _ = system.process.name(&own);
    try std.testing.expectEqualSlices(u8, &own, added[stub.name_offset..stub.size]);
    try std.testing.expectEqualStrings(stored, added[stub.size .. added.len - 1]);
    try std.testing.expectEqual(0, added[added.len - 1]);
    try std.testing.expectEqual(0x400000 + offset, patched.header.e_entry);
    try std.testing.expectEqual(code, patched.segments[segment].p_flags);

    @memset(added, 0);
    patched.header.e_entry = file.header.e_entry;
    patched.segments[segment].p_flags = file.segments[segment].p_flags;
    try std.testing.expectEqualSlices(u8, std.mem.asBytes(file), bytes);
}

test "the stub goes behind the code, with the path if both fit" {
    const file: TestFile = .init(.{ 0x800, 0x100 });
    try expectStub(&file, "/a/path", "/a/path", 0x1f00, 1);
    try expectStub(&file, "", "", 0x1f00, 1);
    const fits = "x" ** (0x100 - stub.size - 1);
    try expectStub(&file, fits, fits, 0x1f00, 1);
    try expectStub(&file, fits ++ "x", "", 0x1f00, 1);
}

test "the stub goes behind read-only data if the code has no padding" {
    try expectStub(&.init(.{ 0x800, stub.size }), "/a/path", "/a/path", 0x800, 0);
    try std.testing.expectEqual(null, try TestFile.patch(&.init(.{ stub.size, stub.size }), "/a/path"));
}

test "bytes that are not zero are not overwritten" {
    var file: TestFile = .init(.{ 0x200, 0x100 });
    const bytes = std.mem.asBytes(&file);
    bytes[0x1f00 + stub.size + 1] = 1;
    try expectStub(&file, "/a", "", 0x1f00, 1);
    bytes[0x1f00] = 1;
    try expectStub(&file, "/a", "/a", 0xe00, 0);
    bytes[0xe00 + stub.size] = 1;
    try std.testing.expectEqual(null, try file.patch("/a"));
}

test "a file with damaged headers stays as it was" {
    inline for (.{
        .{ "e_phoff", @sizeOf(TestFile) - 1 },
        .{ "e_phoff", std.math.maxInt(usize) },
        .{ "e_shoff", @sizeOf(TestFile) - 1 },
        .{ "e_shoff", std.math.maxInt(usize) },
        .{ "e_phnum", 0 },
        .{ "e_phnum", padding.segments_max + 1 },
        .{ "e_shnum", 0 },
        .{ "e_shnum", padding.sections_max + 1 },
        .{ "e_phentsize", 0 },
        .{ "e_shentsize", 65 },
    }) |change| {
        var file: TestFile = .init(.{ 0x800, 0x100 });
        @field(file.header, change[0]) = change[1];
        try std.testing.expectEqual(null, try file.patch("/a"));
    }
}
