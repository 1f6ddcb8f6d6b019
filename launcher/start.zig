//! What the kernel hands to a new program: the stack that start.S passes on, and the mapping of the
//! file itself.
const std = @import("std");
const elf = std.elf;
const format = @import("format");
const system = @import("system.zig");

/// The dispositions and the mask that `guard` has replaced.
pub const SavedSignals = extern struct {
    bus: system.SignalAction,
    segv: system.SignalAction,
    mask: system.SignalMask,

    /// Undoes what `guard` did: a SIGBUS that was ignored stays so in the program.
    pub noinline fn restore(saved: *const SavedSignals) void {
        system.setSignalAction(.BUS, &saved.bus);
        system.setSignalAction(.SEGV, &saved.segv);
        system.setSignalMask(&saved.mask);
    }

    comptime {
        // As start.S has it.
        std.debug.assert(@offsetOf(SavedSignals, "segv") == 32);
        std.debug.assert(@offsetOf(SavedSignals, "mask") == 64);
        std.debug.assert(@sizeOf(SavedSignals) == 72);
    }
};

/// From here on a fault in the launcher ends in a line and a status instead of a signal.
pub fn guard(saved: *SavedSignals) void {
    launcher_guard(saved);
}

extern fn launcher_guard(saved: *SavedSignals) callconv(.c) void;

pub const Process = struct {
    /// As the kernel or the dynamic linker has passed it on.
    stack: [*]usize,
    arguments: system.Strings,
    environment: system.Strings,
    /// The path that the kernel was asked to execute; may be relative.
    executed_path: ?[*:0]const u8 = null,
    /// The kernel has raised this process's privileges.
    secure: bool = false,
    /// Of the bundle, as loaded.
    program_headers: []const elf.Elf64_Phdr = &.{},
    /// The auxiliary vector: keys and values in turn, up to AT_NULL.
    auxiliary: [*]usize,
    /// Set by those who have called `guard`.
    signals: ?*SavedSignals = null,

    /// What `guard` has changed, as it was.
    pub fn restoreSignals(process: *const Process) void {
        if (process.signals) |signals| signals.restore();
    }

    /// Again, after `restoreSignals`.
    pub fn guardSignals(process: *const Process) void {
        if (process.signals) |signals| guard(signals);
    }

    /// The value of a key of the auxiliary vector, where the program will read it; null if it has no such key.
    pub noinline fn auxiliaryValue(process: *const Process, key: usize) ?*usize {
        var entry = process.auxiliary;
        while (entry[0] != elf.AT_NULL) : (entry += 2) {
            if (entry[0] == key) return &entry[1];
        }
        return null;
    }
};

/// `stack` is what the kernel laid out (System V ABI for x86-64, "Initial Stack"): the number of
/// arguments, their pointers, null, those of the environment, null, and the auxiliary vector.
pub fn readStack(stack: [*]usize) Process {
    const environment_index = 1 + stack[0] + 1;
    var index = environment_index;
    while (stack[index] != 0) index += 1;
    // Where privileges were raised, glibc's dynamic linker takes variables such as LD_PRELOAD out of
    // the environment: those behind move up, and more than one null is left in front of the vector.
    // No entry of that has type zero but the last, and the kernel never leaves it empty.
    while (stack[index] == 0) index += 1;
    var process: Process = .{
        .stack = stack,
        .arguments = @ptrCast(stack + 1),
        .environment = @ptrCast(stack + environment_index),
        .auxiliary = stack + index,
    };
    var program_headers: usize = 0;
    while (stack[index] != elf.AT_NULL) : (index += 2) {
        const value = stack[index + 1];
        switch (stack[index]) {
            elf.AT_EXECFN => process.executed_path = @ptrFromInt(value),
            elf.AT_SECURE => process.secure = value != 0,
            elf.AT_PHDR => program_headers = value,
            elf.AT_PHNUM => process.program_headers.len = value,
            else => {},
        }
    }
    if (program_headers % @alignOf(elf.Elf64_Phdr) == 0 and program_headers != 0) {
        process.program_headers.ptr = @ptrFromInt(program_headers);
    } else {
        process.program_headers = &.{};
    }
    return process;
}

pub const Mapped = []align(format.payload_align) const u8;

/// Where the payload starts, in each layout.
pub fn payloadStart() [*]align(format.payload_align) const u8 {
    return @extern([*]align(format.payload_align) const u8, .{ .name = "launcher_payload", .visibility = .hidden });
}

/// In the packed layout: from the payload's first byte to the end of its segment, as the kernel has
/// mapped it.
pub fn mappedPayload() Mapped {
    const header = packedBias();
    const payload = payloadStart();
    const program_headers: [*]const elf.Elf64_Phdr = @ptrFromInt(header + @sizeOf(elf.Elf64_Ehdr));
    const segment = &program_headers[payload_segment];
    const end = header +% segment.p_vaddr +% segment.p_memsz;
    return payload[0..end -| @intFromPtr(payload)];
}

/// What was added to all addresses of a bundle in the packed layout: its code is linked for address 0.
pub fn packedBias() usize {
    return @intFromPtr(@extern(*const elf.Elf64_Ehdr, .{ .name = "__ehdr_start", .visibility = .hidden }));
}

/// The bundle as it is loaded, from its first segment's first byte to its last one's end. Between segments there may
/// be nothing.
pub fn loaded(process: *const Process, bias: usize) []const u8 {
    var first: usize = std.math.maxInt(usize);
    var end: usize = 0;
    for (process.program_headers) |*segment| {
        if (segment.p_type != elf.PT_LOAD) continue;
        const address = bias +% segment.p_vaddr;
        first = @min(first, address);
        end = @max(end, address +% segment.p_memsz);
    }
    return if (end == 0) &.{} else @as([*]const u8, @ptrFromInt(first))[0 .. end - first];
}

/// Index of the program header of the segment that the bundle writer fills; also in start.S.
const payload_segment = 1;

test "the stack gives arguments, environment and auxiliary vector" {
    const name: [*:0]const u8 = "./program";
    const variable: [*:0]const u8 = "A=b";
    const arguments = [_]usize{ 2, @intFromPtr(name), @intFromPtr(name), 0 };
    const environment = [_]usize{ @intFromPtr(variable), 0 };
    const auxiliary = [_]usize{ elf.AT_EXECFN, @intFromPtr(name), elf.AT_UID, 7, elf.AT_SECURE, 1, elf.AT_NULL, 0 };
    var stack = arguments ++ environment ++ auxiliary;
    const process = readStack(&stack);
    try std.testing.expectEqual(name, process.arguments[1].?);
    try std.testing.expectEqual(null, process.arguments[2]);
    try std.testing.expectEqual(variable, process.environment[0].?);
    try std.testing.expectEqual(null, process.environment[1]);
    try std.testing.expectEqual(name, process.executed_path.?);
    try std.testing.expect(process.secure);
    process.auxiliaryValue(elf.AT_UID).?.* = 8;
    try std.testing.expectEqual(8, stack[stack.len - 5]);
    try std.testing.expectEqual(null, process.auxiliaryValue(elf.AT_GID));
}

test "no arguments, no environment" {
    var stack = [_]usize{ 0, 0, 0, elf.AT_SECURE, 0, elf.AT_NULL };
    const process = readStack(&stack);
    try std.testing.expectEqual(null, process.arguments[0]);
    try std.testing.expectEqual(null, process.environment[0]);
    try std.testing.expectEqual(null, process.executed_path);
    try std.testing.expect(!process.secure);
}

test "an environment that a dynamic linker has shortened" {
    const variable: [*:0]const u8 = "A=b";
    const program_headers = [_]elf.Elf64_Phdr{std.mem.zeroes(elf.Elf64_Phdr)} ** 3;
    var stack = [_]usize{ 0, 0, @intFromPtr(variable), 0, 0, 0, elf.AT_UID, 7 } ++
        [_]usize{ elf.AT_PHDR, @intFromPtr(&program_headers), elf.AT_PHNUM, 3 } ++
        [_]usize{ elf.AT_ENTRY, 17, elf.AT_SECURE, 1, elf.AT_NULL, 0 };
    const process = readStack(&stack);
    try std.testing.expectEqual(variable, process.environment[0].?);
    try std.testing.expect(process.secure);
    try std.testing.expectEqual(17, process.auxiliaryValue(elf.AT_ENTRY).?.*);
    try std.testing.expectEqual(&program_headers, process.program_headers.ptr);
    try std.testing.expectEqual(3, process.program_headers.len);
}
