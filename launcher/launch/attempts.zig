//! A record of what was tried to start a variant, and the end when nothing works: the base in the direct layout, or
//! else a line and a status.
const Base = @import("in_place.zig").Base;
const fatal = @import("../fatal.zig");
const Layout = @import("format").Layout;
const levels = @import("../select/levels.zig");
const Process = @import("../self/process.zig").Process;
const system = @import("../system.zig");

pub const Attempts = struct {
    process: *const Process,
    layout: Layout,
    /// Runs instead. Null if there is none or this CPU cannot run it.
    base: ?*const Base = null,
    /// Whether to print each step.
    log: bool,
    /// Exit status if nothing works: whether something held the program that could not be executed.
    status: fatal.Status = .no_memory,
    count: usize = 0,
    /// The line that lists what was tried and why it failed.
    text: fatal.Text = undefined,

    /// Records that a way is closed: what was tried, in two parts, the step that failed, and the kernel's answer.
    pub noinline fn fail(
        attempts: *Attempts,
        what: []const u8,
        where: []const u8,
        step: []const u8,
        number: system.Errno,
    ) void {
        // The write raised the signal too, and it is blocked: the program must not get it.
        if (number == .FBIG) system.signal.discard(.XFSZ);
        if (attempts.log) fatal.line(.{ what, where, step, number });
        const text = &attempts.text;
        if (attempts.count == 0) {
            text.start();
            text.add("variant not started: ");
        } else {
            text.add(", ");
        }
        attempts.count += 1;
        inline for (.{ what, where, step, number }) |part| text.add(part);
    }

    /// As `fail`, for a program that the kernel would not execute.
    pub fn failExecution(
        attempts: *Attempts,
        what: []const u8,
        where: []const u8,
        step: []const u8,
        number: system.Errno,
    ) void {
        attempts.status = .not_executed;
        attempts.fail(what, where, step, number);
    }

    /// Enters the base, if there is one. The caller has closed its descriptors and unmapped its memory.
    pub noinline fn enterBase(attempts: *const Attempts) void {
        const base = attempts.base orelse return;
        if (attempts.log) {
            const name = levels.nameOf(base.level);
            fatal.line(.{ "starting variant " ++ levels.variable ++ "=", name, " in place instead" });
        }
        attempts.process.restoreSignals();
        base.enter(attempts.process);
    }

    /// Ends the process, or enters the base, after the last way.
    pub fn giveUp(attempts: *Attempts) noreturn {
        attempts.enterBase();
        if (attempts.layout != .direct) {
            attempts.text.add("; built with -mgo.layout=direct, its base needs none of these");
        }
        attempts.text.write();
        system.process.exit(@intFromEnum(attempts.status));
    }

    /// Ends the process, or enters the base, for a reason that no other way can mend. `parts` as for `fatal.line`.
    pub fn stop(attempts: *const Attempts, status: fatal.Status, parts: anytype) noreturn {
        if (attempts.base != null and attempts.log) fatal.line(parts);
        attempts.enterBase();
        fatal.exit(status, parts);
    }
};
