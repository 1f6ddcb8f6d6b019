//! The direct layout: the bundle is the base, which the kernel, or a dynamic linker, has made ready
//! to run. The launcher is one more segment of it and can go on to its entry at any time.
const std = @import("std");
const elf = std.elf;
const Bundle = @import("bundle").Bundle;
const format = @import("format");
const start = @import("../start.zig");
const system = @import("../system.zig");

/// From the payload's first byte to the end of its segment; empty if the payload does not tell where
/// it is linked. Of its header nothing else is believed, and it was found to be there in start.S.
pub fn mappedPayload(process: *const start.Process) start.Mapped {
    const payload = start.payloadStart();
    const header: *const format.Header = @ptrCast(payload);
    const address = @intFromPtr(payload);
    const segment = find(process.program_headers, loadBias(address, header), address) orelse return payload[0..0];
    return payload[0 .. loadBias(address, header) +% segment.p_vaddr +% segment.p_memsz -% address];
}

/// Whether the file goes on to the end of the directory. `mapped` starts with the payload's header.
pub fn hasDirectory(mapped: start.Mapped) bool {
    if (mapped.len < @sizeOf(format.Header)) return true;
    const header: *const format.Header = @ptrCast(mapped.ptr);
    const size = format.directorySize(header.variant_count, header.frame_count, header.detached_count);
    // A longer one is refused without a look at it.
    if (size > mapped.len) return true;
    return system.isReadable(mapped[@as(usize, @intCast(size)) - 8 ..][0..8]);
}

/// The base as it is loaded, from its first segment to the payload's; empty in a packed bundle. Between
/// segments there may be nothing: a plan names what lies within them.
pub fn image(process: *const start.Process, bundle: *const Bundle) []const u8 {
    if (bundle.layout != .direct) return &.{};
    const own = loaded(process, bundle);
    return own[0 .. @intFromPtr(bundle.payload.ptr) - @intFromPtr(own.ptr)];
}

/// All of the bundle: the base and the launcher.
pub fn loaded(process: *const start.Process, bundle: *const Bundle) []const u8 {
    return start.loaded(process, loadBias(@intFromPtr(bundle.payload.ptr), bundle.header()));
}

/// The base, ready to run.
pub const Base = struct {
    level: u8,
    process: *const start.Process,
    /// Where it starts.
    address: usize,

    /// Null if its entry is none: no code of the base.
    pub fn find(process: *const start.Process, bundle: *const Bundle) ?Base {
        const payload = @intFromPtr(bundle.payload.ptr);
        const header = bundle.header();
        return .{
            .level = bundle.inPlace().?.level,
            .process = process,
            .address = findEntry(process.program_headers, loadBias(payload, header), payload, header.entry) orelse return null,
        };
    }

    /// Becomes the base. What the launcher has changed was put back before.
    pub fn enter(base: *const Base) noreturn {
        if (base.process.auxiliaryValue(elf.AT_ENTRY)) |entry| entry.* = base.address;
        launcher_enter(base.process.stack, base.address);
    }
};

extern fn launcher_enter(stack: [*]usize, address: usize) callconv(.c) noreturn;

/// What was added to all addresses that the bundle was linked with.
fn loadBias(payload: usize, header: *const format.Header) usize {
    return payload -% header.address;
}

/// The loaded segment that holds an address.
fn find(program_headers: []const elf.Elf64_Phdr, bias: usize, address: usize) ?*const elf.Elf64_Phdr {
    for (program_headers) |*segment| {
        if (segment.p_type == elf.PT_LOAD and address -% bias -% segment.p_vaddr < segment.p_memsz) return segment;
    }
    return null;
}

/// `entry` as it is loaded, if there is code of another segment than the payload's.
fn findEntry(program_headers: []const elf.Elf64_Phdr, bias: usize, payload: usize, entry: u64) ?usize {
    const address = bias +% entry;
    const segment = find(program_headers, bias, address) orelse return null;
    const own = find(program_headers, bias, payload) orelse return null;
    return if (segment != own and segment.p_flags & elf.PF_X != 0) address else null;
}

test "addresses are found in the segments as they were loaded" {
    const code: elf.Elf64_Phdr = .{
        .p_type = elf.PT_LOAD,
        .p_flags = elf.PF_R | elf.PF_X,
        .p_offset = 0,
        .p_vaddr = 0x1000,
        .p_paddr = 0,
        .p_filesz = 0x500,
        .p_memsz = 0x500,
        .p_align = 0x1000,
    };
    var data = code;
    data.p_flags = elf.PF_R | elf.PF_W;
    data.p_vaddr = 0x2000;
    var own = code;
    own.p_vaddr = 0x3000;
    var note = code;
    note.p_type = elf.PT_NOTE;
    note.p_vaddr = 0x8000;
    const segments = [_]elf.Elf64_Phdr{ note, code, data, own };
    for ([_]usize{ 0, 0x7000_0000_0000, @as(usize, 0) -% 0x1000 }) |bias| {
        const payload = bias +% 0x3040;
        try std.testing.expectEqual(&segments[3], find(&segments, bias, payload).?);
        try std.testing.expectEqual(bias +% 0x1000, findEntry(&segments, bias, payload, 0x1000).?);
        try std.testing.expectEqual(bias +% 0x14ff, findEntry(&segments, bias, payload, 0x14ff).?);
        // Behind the code, before it, data, the launcher itself, nothing, what is not loaded.
        for ([_]u64{ 0x1500, 0xfff, 0x2000, 0x3000, 0x4000, 0, std.math.maxInt(u64), 0x8000 }) |entry| {
            try std.testing.expectEqual(null, findEntry(&segments, bias, payload, entry));
        }
    }
}
