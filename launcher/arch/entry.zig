//! Entries of a bundle, one for each layout, behind an architecture's start.S.
//!
//! A page of the mapping that lies past the end of the file raises SIGBUS when touched. So that a file that is cut
//! short still gets its error line, this code and fault.zig need nothing else of the launcher, and the linker puts them
//! first.
const std = @import("std");
const elf = std.elf;
const fault = @import("fault.zig");
const format = @import("format");

const section = ".text.start";

extern fn launcher_start(stack: [*]usize, signals: *fault.SavedSignals) callconv(.c) noreturn;
extern fn launcher_start_direct(stack: [*]usize) callconv(.c) noreturn;

comptime {
    @export(&enterPacked, .{ .name = "launcher_enter_packed", .visibility = .hidden });
    @export(&enterDirect, .{ .name = "launcher_enter_direct", .visibility = .hidden });
}

/// Index of the program header of the segment that the bundle writer fills in the packed layout; also in image.zig.
const payload_segment = 1;

/// If the kernel can read the last bytes of the last segment, the file is whole, and the launcher may trust its mapping
/// from here on. Under qemu-user, which does not answer `require`, the load behind it faults instead: the handler is in
/// place.
fn enterPacked(stack: [*]usize) linksection(section) callconv(.c) noreturn {
    var saved: fault.SavedSignals = undefined;
    fault.guard(&saved);
    const header = @intFromPtr(@extern(*const elf.Ehdr, .{ .name = "__ehdr_start", .visibility = .hidden }));
    const segments: [*]const elf.Phdr = @ptrFromInt(header + @sizeOf(elf.Ehdr));
    const segment = &segments[payload_segment];
    const end = header + @as(usize, @intCast(segment.p_vaddr + segment.p_filesz));
    fault.require(end - 8);
    _ = @as(*const volatile u8, @ptrFromInt(end - 1)).*;
    launcher_start(stack, &saved);
}

/// Most starts go on to the base, which must find everything as the kernel or the dynamic linker left it, so no handler
/// is set up yet. If the kernel can read the end of the payload's header, the whole launcher is there, unless the file
/// ends in that same page: the kernel fills the page with zeros, and no payload begins with one.
fn enterDirect(stack: [*]usize) linksection(section) callconv(.c) noreturn {
    const payload = @extern(*const volatile [@sizeOf(format.Header)]u8, .{
        .name = "launcher_payload",
        .visibility = .hidden,
    });
    fault.require(@intFromPtr(payload) + @sizeOf(format.Header) - 8);
    if (payload[0] == 0) fault.exitCutShort();
    launcher_start_direct(stack);
}
