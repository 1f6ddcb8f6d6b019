//! The process, by the stack that the kernel or the dynamic linker hands to a new program.
const std = @import("std");
const elf = std.elf;
const arch = @import("arch");
const system = @import("../system.zig");

pub const Process = struct {
    stack: [*]usize,
    arguments: system.Strings,
    environment: system.Strings,
    /// The path that the kernel was asked to execute; may be relative.
    executed_path: ?[*:0]const u8 = null,
    /// Whether the kernel has raised this process's privileges (AT_SECURE).
    secure: bool = false,
    /// Program headers of the bundle, as loaded.
    program_headers: []const elf.Phdr = &.{},
    /// The auxiliary vector: keys and values in turn, up to AT_NULL.
    auxiliary: [*]usize,
    /// AT_PAGESZ.
    kernel_page_size: usize = std.heap.page_size_max,
    /// The signals as they were before `guard`; null before that call.
    signals: ?*arch.SavedSignals = null,

    /// Reads the initial stack of the System V ABI: the number of arguments, their pointers, null, the pointers of the
    /// environment, null, the auxiliary vector.
    pub fn read(stack: [*]usize) Process {
        const environment_index = 1 + stack[0] + 1;
        var index = environment_index;
        while (stack[index] != 0) index += 1;
        // In a process with raised privileges, glibc's dynamic linker removes variables such as LD_PRELOAD and moves
        // up those behind, so that several nulls precede the vector. Only its last entry has type zero, and the
        // kernel never leaves it empty.
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
                elf.AT_PAGESZ => process.kernel_page_size = value,
                elf.AT_PHNUM => process.program_headers.len = value,
                else => {},
            }
        }
        if (program_headers % @alignOf(elf.Phdr) == 0 and program_headers != 0) {
            process.program_headers.ptr = @ptrFromInt(program_headers);
        } else {
            process.program_headers = &.{};
        }
        return process;
    }

    /// Returns the size of pages in bytes: constant where kernels have one size only.
    pub inline fn pageSize(process: *const Process) usize {
        const min = std.heap.page_size_min;
        return if (min == std.heap.page_size_max) min else process.kernel_page_size;
    }

    /// From here on a fault in the launcher ends the process with a line and a status instead of a signal.
    pub fn guard(process: *Process, saved: *arch.SavedSignals) void {
        process.signals = saved;
        arch.guard(saved);
    }

    /// Undoes what `guard` did: a SIGBUS that was ignored stays ignored in the program.
    pub fn restoreSignals(process: *const Process) void {
        if (process.signals) |saved| restore(saved);
    }

    /// Repeats `guard` after `restoreSignals`.
    pub fn guardAgain(process: *const Process) void {
        if (process.signals) |saved| arch.guard(saved);
    }

    noinline fn restore(saved: *const arch.SavedSignals) void {
        system.signal.setAction(.BUS, &saved.bus);
        system.signal.setAction(.SEGV, &saved.segv);
        system.signal.setMask(&saved.mask);
    }

    /// Returns the value of a key of the auxiliary vector, in place, or null if the vector lacks the key.
    pub noinline fn auxiliaryValue(process: *const Process, key: usize) ?*usize {
        var entry = process.auxiliary;
        while (entry[0] != elf.AT_NULL) : (entry += 2) {
            if (entry[0] == key) return &entry[1];
        }
        return null;
    }
};

test "arguments, environment and auxiliary vector are read from the stack" {
    const name: [*:0]const u8 = "./program";
    const variable: [*:0]const u8 = "A=b";
    const arguments = [_]usize{ 2, @intFromPtr(name), @intFromPtr(name), 0 };
    const environment = [_]usize{ @intFromPtr(variable), 0 };
    const auxiliary = [_]usize{ elf.AT_EXECFN, @intFromPtr(name), elf.AT_UID, 7, elf.AT_SECURE, 1, elf.AT_NULL, 0 };
    var stack = arguments ++ environment ++ auxiliary;
    const process: Process = .read(&stack);
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

test "a stack may have no arguments and no environment" {
    var stack = [_]usize{ 0, 0, 0, elf.AT_SECURE, 0, elf.AT_NULL };
    const process: Process = .read(&stack);
    try std.testing.expectEqual(null, process.arguments[0]);
    try std.testing.expectEqual(null, process.environment[0]);
    try std.testing.expectEqual(null, process.executed_path);
    try std.testing.expect(!process.secure);
}

test "the auxiliary vector is found behind an environment that a dynamic linker has shortened" {
    const variable: [*:0]const u8 = "A=b";
    const program_headers = [_]elf.Phdr{std.mem.zeroes(elf.Phdr)} ** 3;
    var stack = [_]usize{ 0, 0, @intFromPtr(variable), 0, 0, 0, elf.AT_UID, 7 } ++
        [_]usize{ elf.AT_PHDR, @intFromPtr(&program_headers), elf.AT_PHNUM, 3 } ++
        [_]usize{ elf.AT_ENTRY, 17, elf.AT_SECURE, 1, elf.AT_NULL, 0 };
    const process: Process = .read(&stack);
    try std.testing.expectEqual(variable, process.environment[0].?);
    try std.testing.expect(process.secure);
    try std.testing.expectEqual(17, process.auxiliaryValue(elf.AT_ENTRY).?.*);
    try std.testing.expectEqual(&program_headers, process.program_headers.ptr);
    try std.testing.expectEqual(3, process.program_headers.len);
}
