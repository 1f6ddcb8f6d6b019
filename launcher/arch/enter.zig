//! Zig's side of an architecture's enter.S.

pub fn enter(stack: [*]usize, address: usize) noreturn {
    launcher_enter(stack, address);
}

pub fn stage() []const u8 {
    const start = @extern([*]const u8, .{ .name = "launcher_stage", .visibility = .hidden });
    const end = @extern([*]const u8, .{ .name = "launcher_stage_end", .visibility = .hidden });
    return start[0 .. @intFromPtr(end) - @intFromPtr(start)];
}

extern fn launcher_enter(stack: [*]usize, address: usize) callconv(.c) noreturn;
