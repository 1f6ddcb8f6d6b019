//! Starts a variant that is not in place, by the first way that is open. What closes a way (a kernel or a sandbox
//! without the call, a limit, a mount option) leads to the next one.
//!
//! In a process with more privileges than its caller (AT_SECURE), memfd and mapping are safe: nobody else reaches a
//! memfd or the process; who may mount another /proc may do anything; the kernel sets AT_SECURE in the new program,
//! and without an exec it stays set. A private file is not: the environment names its folder, and everybody may write
//! in the fixed ones.
const format = @import("format");
const Attempts = @import("attempts.zig").Attempts;
const Process = @import("../self/process.zig").Process;
const Source = @import("../decode/decoding.zig").Source;
const system = @import("../system.zig");

/// The ways, in order. Each has `start(*const Launch) void`, which returns if the way is closed.
const ways = .{
    @import("memfd.zig"),
    @import("in_place.zig"),
    @import("private_file.zig"),
    @import("mapping.zig"),
};
/// The same for programs that look for libraries from their own file.
const origin_ways = .{
    @import("mapping.zig"),
    @import("in_place.zig"),
    @import("memfd.zig"),
    @import("private_file.zig"),
};

/// A variant to start.
pub const Launch = struct {
    process: *const Process,
    source: *const Source,
    /// Whether files get the detached ranges, too.
    symbols: bool,
    attempts: *Attempts,

    /// Becomes the variant or the base, or ends the process.
    pub fn run(launch: *const Launch) noreturn {
        system.signal.block(.XFSZ);
        if (launch.source.bundle.usesOrigin()) {
            inline for (origin_ways) |way| way.start(launch);
        } else {
            inline for (ways) |way| way.start(launch);
        }
        launch.attempts.giveUp();
    }

    /// Makes the signals as they were before the first way. A limit on file sizes (`ulimit -f`) holds for memfds, too:
    /// with SIGXFSZ blocked, a write beyond it fails with EFBIG instead of ending the process without a line.
    pub noinline fn resetSignals(launch: *const Launch) void {
        launch.process.restoreSignals();
        launch.process.guardAgain();
        system.signal.block(.XFSZ);
    }
};
