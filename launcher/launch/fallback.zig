//! What was tried to start a variant, and what becomes of a start that cannot be: the base in the direct layout,
//! where the CPU can run it, or the end of the process with a line and a status.
const Base = @import("in_place.zig").Base;
const Layout = @import("format").Layout;
const fatal = @import("../fatal.zig");
const Process = @import("../start.zig").Process;
const system = @import("../system.zig");

pub const Fallback = struct {
    process: *const Process,
    layout: Layout,
    /// Runs instead. Null where there is none, or none that this CPU can run.
    base: ?*const Base = null,
    /// Say each step.
    log: bool,
    /// Of the end, if it comes to that: whether something held the program that could not be executed.
    status: fatal.Status = .no_memory,
    /// How often a way was found to be closed.
    closed_count: usize = 0,
    /// What was tried, and why each failed.
    tried: fatal.Text = undefined,

    /// A way that is closed: what was tried, in two parts, and the kernel's answer.
    pub noinline fn closed(fallback: *Fallback, what: []const u8, where: []const u8, step: []const u8, number: system.Errno) void {
        // Raised by the write, and blocked: it is not for whoever comes next.
        if (number == .FBIG) system.discardSignal(.XFSZ);
        if (fallback.log) fatal.line(.{ what, where, step, number });
        const text = &fallback.tried;
        if (fallback.closed_count == 0) {
            text.start();
            text.add("variant not started: ");
        } else {
            text.add(", ");
        }
        fallback.closed_count += 1;
        inline for (.{ what, where, step, number }) |part| text.add(part);
    }

    /// The same, of a program that the kernel would not execute.
    pub fn notExecuted(fallback: *Fallback, what: []const u8, where: []const u8, step: []const u8, number: system.Errno) void {
        fallback.status = .not_executed;
        fallback.closed(what, where, step, number);
    }

    /// Descriptors and memory were given back before, where there is a base.
    pub noinline fn enterBase(fallback: *const Fallback) void {
        const base = fallback.base orelse return;
        if (fallback.log) fatal.line(.{ "starting variant GOAMD64=v", base.level, " in place instead" });
        fallback.process.restoreSignals();
        base.enter();
    }

    /// When all ways are closed.
    pub fn giveUp(fallback: *Fallback) noreturn {
        fallback.enterBase();
        if (fallback.layout != .direct) fallback.tried.add("; a bundle built with -mgo.layout=direct needs none of these for its base");
        fallback.tried.write();
        system.exit(@intFromEnum(fallback.status));
    }

    /// For what no other way can mend. `parts` say it, as for `fatal.line`.
    pub fn stop(fallback: *const Fallback, status: fatal.Status, parts: anytype) noreturn {
        if (fallback.base != null and fallback.log) fatal.line(parts);
        fallback.enterBase();
        fatal.exit(status, parts);
    }
};
