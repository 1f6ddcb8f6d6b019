//! What the kernel hands to a new program: the stack that start.S passes on, and the mapping of the
//! file itself.
const std = @import("std");
const elf = std.elf;
const format = @import("format.zig");
const system = @import("system.zig");

/// The dispositions and the mask that start.S has replaced, in its frame on the stack.
pub const SavedSignals = extern struct {
    bus: system.SignalAction,
    segv: system.SignalAction,
    mask: system.SignalMask,

    /// Undoes what start.S did: a SIGBUS that was ignored stays so in the program.
    pub fn restore(saved: *const SavedSignals) void {
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

pub const Process = struct {
    arguments: system.Strings,
    environment: system.Strings,
    /// The path that the kernel was asked to execute; may be relative.
    executed_path: ?[*:0]const u8 = null,
    /// The kernel has raised this process's privileges.
    secure: bool = false,
    signals: *const SavedSignals,
};

/// `stack` is what the kernel laid out (System V ABI for x86-64, "Initial Stack"): the number of
/// arguments, their pointers, null, those of the environment, null, and the auxiliary vector.
pub fn readStack(stack: [*]const usize, signals: *const SavedSignals) Process {
    const environment_index = 1 + stack[0] + 1;
    var index = environment_index;
    while (stack[index] != 0) index += 1;
    var process: Process = .{
        .arguments = @ptrCast(stack + 1),
        .environment = @ptrCast(stack + environment_index),
        .signals = signals,
    };
    index += 1;
    while (stack[index] != elf.AT_NULL) : (index += 2) {
        const value = stack[index + 1];
        switch (stack[index]) {
            elf.AT_EXECFN => process.executed_path = @ptrFromInt(value),
            elf.AT_SECURE => process.secure = value != 0,
            else => {},
        }
    }
    return process;
}

/// From the payload's first byte to the end of its segment, as the kernel has mapped it.
pub fn mappedPayload() []align(format.payload_align) const u8 {
    const header = @extern(*const elf.Elf64_Ehdr, .{ .name = "__ehdr_start", .visibility = .hidden });
    const payload = @extern([*]align(format.payload_align) const u8, .{ .name = "launcher_payload", .visibility = .hidden });
    const program_headers: [*]const elf.Elf64_Phdr = @ptrCast(@as([*]align(8) const u8, @ptrCast(header)) + @sizeOf(elf.Elf64_Ehdr));
    const segment = &program_headers[payload_segment];
    // The code is linked for address 0, so the header's address is what the kernel added.
    const end = @intFromPtr(header) +% segment.p_vaddr +% segment.p_memsz;
    return payload[0..end -| @intFromPtr(payload)];
}

/// Index of the program header of the segment that the bundle writer fills; also in start.S.
const payload_segment = 2;

test "the stack gives arguments, environment and auxiliary vector" {
    const name: [*:0]const u8 = "./program";
    const variable: [*:0]const u8 = "A=b";
    const arguments = [_]usize{ 2, @intFromPtr(name), @intFromPtr(name), 0 };
    const environment = [_]usize{ @intFromPtr(variable), 0 };
    const auxiliary = [_]usize{ elf.AT_EXECFN, @intFromPtr(name), elf.AT_UID, 7, elf.AT_SECURE, 1, elf.AT_NULL, 0 };
    const stack = arguments ++ environment ++ auxiliary;
    const signals = std.mem.zeroes(SavedSignals);
    const process = readStack(&stack, &signals);
    try std.testing.expectEqual(name, process.arguments[1].?);
    try std.testing.expectEqual(null, process.arguments[2]);
    try std.testing.expectEqual(variable, process.environment[0].?);
    try std.testing.expectEqual(null, process.environment[1]);
    try std.testing.expectEqual(name, process.executed_path.?);
    try std.testing.expect(process.secure);
}

test "no arguments, no environment" {
    const stack = [_]usize{ 0, 0, 0, elf.AT_SECURE, 0, elf.AT_NULL };
    const signals = std.mem.zeroes(SavedSignals);
    const process = readStack(&stack, &signals);
    try std.testing.expectEqual(null, process.arguments[0]);
    try std.testing.expectEqual(null, process.environment[0]);
    try std.testing.expectEqual(null, process.executed_path);
    try std.testing.expect(!process.secure);
}
