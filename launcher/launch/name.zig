//! Keeps the process name (/proc/PID/comm, which ps, pgrep and killall show). At exec the kernel
//! names the process after the file, and a memfd's name is not the program's: it begins with
//! "memfd:", and before Linux 6.14 it was the number of the descriptor.
//!
//! So the memfd, and it alone, gets a few instructions more, stub.S, in bytes of the variant that
//! nobody uses, and its entry points to them.
const std = @import("std");
const elf = std.elf;
const fatal = @import("../fatal.zig");
const room = @import("padding.zig");
const system = @import("../system.zig");
const Process = @import("../start.zig").Process;

/// In bytes; the path that AT_EXECFN shall point to follows, with a final zero.
const stub_size = name_start + system.process_name_size;

/// Where stub.S has the displacement of its jump, which counts from the jump's end, and the name.
const jump_start = 101;
const name_start = jump_start + @sizeOf(i32);

/// With a path of PATH_MAX bytes, which includes its final zero.
const stub_size_max = stub_size + 4096;

const code: u32 = elf.PF_R | elf.PF_X;
const data: u32 = elf.PF_R;

/// Makes the program in `descriptor`, an ELF file of `size` bytes, start under the launcher's name.
/// Where that cannot be, it starts under the name that the kernel finds.
pub fn keep(process: *const Process, descriptor: system.Descriptor, size: u64, log: bool) void {
    const path = std.mem.span(process.executed_path orelse "");
    const kept = addStub(.{ .descriptor = descriptor, .size = size }, path);
    if (log and !kept) fatal.line(.{"process name not kept: no room in the variant for the code that sets it"});
}

fn addStub(file: File, path: []const u8) bool {
    var headers: room.Headers = undefined;
    headers.size = file.size;
    if (!headers.read(file)) return false;

    var stored_path = path;
    const found = file.findRoom(&headers, code, stubSize(path)) orelse without_path: {
        stored_path = "";
        // Where code fills its segment up to the last page, as it does in one of thirty programs,
        // there is room in a segment that is only read and can be made executable. The first one
        // has the headers, which Go's own linker puts into one segment with the code anyway.
        break :without_path file.findRoom(&headers, code, stubSize("")) orelse
            file.findRoom(&headers, data, stubSize("")) orelse return false;
    };

    var stub: [stub_size_max]u8 = undefined;
    const size = stubSize(stored_path);
    const distance: i64 = @bitCast(headers.file.e_entry -% (found.address + name_start));
    @memcpy(stub[0..stub_size], @extern(*const [stub_size]u8, .{ .name = "launcher_stub", .visibility = .hidden }));
    stub[jump_start..name_start].* = std.mem.toBytes(std.math.cast(i32, distance) orelse return false);
    if (system.processName(stub[name_start..stub_size]) == .failed) return false;
    @memcpy(stub[stub_size .. size - 1], stored_path);
    stub[size - 1] = 0;

    const flags_offset = headers.file.e_phoff + found.segment * @sizeOf(elf.Elf64_Phdr) + @offsetOf(elf.Elf64_Phdr, "p_flags");
    // The entry comes last: until then the file runs as if nothing had been added.
    return file.write(stub[0..size], found.offset) and
        file.write(std.mem.asBytes(&code), flags_offset) and
        file.write(std.mem.asBytes(&found.address), @offsetOf(elf.Elf64_Ehdr, "e_entry"));
}

fn stubSize(path: []const u8) usize {
    return stub_size + path.len + 1;
}

const File = struct {
    descriptor: system.Descriptor,
    /// In bytes.
    size: u64,

    /// Whatever the headers say, bytes that are not zero are used.
    noinline fn findRoom(file: File, headers: *const room.Headers, flags: u32, size: usize) ?room.Room {
        var buffer: [stub_size_max]u8 = undefined;
        if (size > buffer.len) return null;
        const found = room.find(headers, flags, size) orelse return null;
        const bytes = buffer[0..size];
        return if (file.read(bytes, found.offset) and std.mem.allEqual(u8, bytes, 0)) found else null;
    }

    pub fn read(file: File, buffer: []u8, offset: u64) bool {
        return system.readAllAt(file.descriptor, buffer, offset);
    }

    fn write(file: File, bytes: []const u8, offset: u64) bool {
        return system.writeAt(file.descriptor, bytes, offset) == .ok;
    }
};

const TestFile = extern struct {
    header: elf.Elf64_Ehdr,
    segments: [3]elf.Elf64_Phdr,
    sections: [3]elf.Elf64_Shdr,
    rest: [0x3000 - 64 - 3 * 56 - 3 * 64]u8,

    /// Segments that are read, executed and written; a section fills each but for its last page.
    fn init(slack: [2]u64) TestFile {
        var file = std.mem.zeroes(TestFile);
        file.header.e_entry = 0x401234;
        file.header.e_phoff = @offsetOf(TestFile, "segments");
        file.header.e_phentsize = @sizeOf(elf.Elf64_Phdr);
        file.header.e_phnum = file.segments.len;
        file.header.e_shoff = @offsetOf(TestFile, "sections");
        file.header.e_shentsize = @sizeOf(elf.Elf64_Shdr);
        file.header.e_shnum = file.sections.len;
        for (&file.segments, &file.sections, [_]u32{ data, code, elf.PF_R | elf.PF_W }, 0..) |*segment, *section, flags, index| {
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

    /// What `addStub` makes of it; null if it makes nothing.
    fn patch(file: *const TestFile, path: []const u8) !?TestFile {
        const descriptor: system.Descriptor = switch (system.memfdCreate("test")) {
            .ok => |descriptor| @intCast(descriptor),
            .failed => return error.SkipZigTest,
        };
        defer _ = std.os.linux.close(@intCast(descriptor));
        _ = system.write(descriptor, std.mem.asBytes(file));
        const added = addStub(.{ .descriptor = descriptor, .size = @sizeOf(TestFile) }, path);
        var patched: TestFile = undefined;
        try std.testing.expect(system.readAllAt(descriptor, std.mem.asBytes(&patched), 0));
        var more: [1]u8 = undefined;
        try std.testing.expect(!system.readAllAt(descriptor, &more, @sizeOf(TestFile)));
        if (!added) try std.testing.expectEqualSlices(u8, std.mem.asBytes(file), std.mem.asBytes(&patched));
        return if (added) patched else null;
    }
};

/// Patches `file`, and expects the stub at `offset` in segment `segment` and no other change.
fn expectStub(file: *const TestFile, path: []const u8, stored: []const u8, offset: usize, segment: usize) !void {
    var patched = (try file.patch(path)).?;
    const bytes = std.mem.asBytes(&patched);
    const stub = bytes[offset..][0 .. stub_size + stored.len + 1];
    // endbr64 first, a jump last.
    try std.testing.expectEqualSlices(u8, &.{ 0xf3, 0x0f, 0x1e, 0xfa }, stub[0..4]);
    try std.testing.expectEqual(0xe9, stub[jump_start - 1]);
    const jump = std.mem.bytesToValue(i32, stub[jump_start..name_start]);
    try std.testing.expectEqual(file.header.e_entry, 0x400000 + offset + name_start +% @as(u64, @bitCast(@as(i64, jump))));
    var own: [system.process_name_size]u8 = undefined;
    _ = system.processName(&own);
    try std.testing.expectEqualSlices(u8, &own, stub[name_start..stub_size]);
    try std.testing.expectEqualStrings(stored, stub[stub_size .. stub.len - 1]);
    try std.testing.expectEqual(0, stub[stub.len - 1]);
    try std.testing.expectEqual(0x400000 + offset, patched.header.e_entry);
    try std.testing.expectEqual(code, patched.segments[segment].p_flags);

    @memset(stub, 0);
    patched.header.e_entry = file.header.e_entry;
    patched.segments[segment].p_flags = file.segments[segment].p_flags;
    try std.testing.expectEqualSlices(u8, std.mem.asBytes(file), bytes);
}

test "the stub goes behind the code, with the path where both fit" {
    const file: TestFile = .init(.{ 0x800, 0x100 });
    try expectStub(&file, "/a/path", "/a/path", 0x1f00, 1);
    try expectStub(&file, "", "", 0x1f00, 1);
    const fits = "x" ** (0x100 - stub_size - 1);
    try expectStub(&file, fits, fits, 0x1f00, 1);
    try expectStub(&file, fits ++ "x", "", 0x1f00, 1);
}

test "the stub goes behind what is only read where the code leaves no room" {
    try expectStub(&.init(.{ 0x800, stub_size }), "/a/path", "", 0x800, 0);
    try std.testing.expectEqual(null, try TestFile.patch(&.init(.{ stub_size, stub_size }), "/a/path"));
}

test "a file stays as it was where the room is used all the same" {
    var file: TestFile = .init(.{ 0x200, 0x100 });
    const bytes = std.mem.asBytes(&file);
    bytes[0x1f00 + stub_size + 1] = 1;
    try expectStub(&file, "/a", "", 0x1f00, 1);
    bytes[0x1f00] = 1;
    try expectStub(&file, "/a", "", 0xe00, 0);
    bytes[0xe00 + stub_size] = 1;
    try std.testing.expectEqual(null, try file.patch("/a"));
}

test "a file stays as it was where its headers are not what they should be" {
    inline for (.{
        .{ "e_entry", 1 << 40 },
        .{ "e_entry", std.math.maxInt(u64) - (1 << 40) },
        .{ "e_phoff", @sizeOf(TestFile) - 1 },
        .{ "e_phoff", std.math.maxInt(u64) },
        .{ "e_shoff", @sizeOf(TestFile) - 1 },
        .{ "e_shoff", std.math.maxInt(u64) },
        .{ "e_phnum", 0 },
        .{ "e_phnum", room.segments_max + 1 },
        .{ "e_shnum", 0 },
        .{ "e_shnum", room.sections_max + 1 },
        .{ "e_phentsize", 0 },
        .{ "e_shentsize", 65 },
    }) |change| {
        var file: TestFile = .init(.{ 0x800, 0x100 });
        @field(file.header, change[0]) = change[1];
        try std.testing.expectEqual(null, try file.patch("/a"));
    }
}
