//! Zig's side of fault.S.
const std = @import("std");

/// Handler, flags, restorer and mask; they go back to the kernel as they came.
pub const SignalAction = extern struct { words: [4]u64 };

/// Offsets as in fault.S.
pub const SavedSignals = extern struct {
    bus: SignalAction,
    segv: SignalAction,
    mask: u64,

    comptime {
        std.debug.assert(@offsetOf(SavedSignals, "segv") == 32);
        std.debug.assert(@offsetOf(SavedSignals, "mask") == 64);
        std.debug.assert(@sizeOf(SavedSignals) == 72);
    }
};

pub fn guard(saved: *SavedSignals) void {
    launcher_guard(saved);
}

extern fn launcher_guard(saved: *SavedSignals) callconv(.c) void;
