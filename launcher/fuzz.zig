//! The launcher's code as libFuzzer calls it (https://llvm.org/docs/LibFuzzer.html). MGO_FUZZ_TARGET names the
//! target; `npm run fuzz` sets it.
const std = @import("std");
const mutator = @import("fuzz/mutate.zig");
const Target = @import("fuzz/targets.zig").Target;

pub const panic = std.debug.FullPanic(abort);

/// Crashes, so that libFuzzer and the sanitizers report the stack and the input.
fn abort(message: []const u8, _: ?usize) noreturn {
    std.debug.print("panic: {s}\n", .{message});
    std.c.abort();
}

var target: Target = undefined;

export fn LLVMFuzzerInitialize(_: *c_int, _: *[*][*:0]u8) c_int {
    const name = std.mem.span(std.c.getenv("MGO_FUZZ_TARGET") orelse @panic("MGO_FUZZ_TARGET is not set"));
    target = std.meta.stringToEnum(Target, name) orelse @panic("MGO_FUZZ_TARGET names no target");
    return 0;
}

export fn LLVMFuzzerTestOneInput(bytes: [*]const u8, size: usize) c_int {
    target.run(bytes[0..size]);
    return 0;
}

export fn LLVMFuzzerCustomMutator(bytes: [*]u8, size: usize, size_max: usize, seed: c_uint) usize {
    if (!target.takesPayload()) return LLVMFuzzerMutate(bytes, size, size_max);
    return mutator.mutate(bytes[0..size_max], size, seed);
}

extern fn LLVMFuzzerMutate(bytes: [*]u8, size: usize, size_max: usize) callconv(.c) usize;
