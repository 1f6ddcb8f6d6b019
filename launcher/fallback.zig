//! What becomes of a start that cannot be: the end of the process with a line and a status, or, in
//! the direct layout where the CPU can run it, the base.
const Base = @import("direct.zig").Base;
const Layout = @import("format").Layout;
const fatal = @import("fatal.zig");
const Process = @import("start.zig").Process;
const system = @import("system.zig");

pub const Fallback = struct {
    process: *const Process,
    layout: Layout,
    /// Runs instead. Null where there is none, or none that this CPU can run.
    base: ?*const Base = null,
    /// Say so.
    log: bool,

    /// Behind the reason why there is no memory for a variant.
    pub fn hint(fallback: *const Fallback) []const u8 {
        if (fallback.layout == .direct) return "";
        return "; a bundle built with -mgo.layout=direct needs no memory for its base";
    }

    /// `parts` say what could not be done and why, as for `fatal.line`. Descriptors and memory were
    /// given back before, where there is a base.
    pub fn giveUp(fallback: *const Fallback, status: fatal.Status, parts: anytype) noreturn {
        const base = fallback.base orelse fatal.exit(status, parts);
        if (fallback.log) {
            fatal.line(parts);
            fatal.line(.{ "starting variant GOAMD64=v", base.level, " in place instead" });
        }
        // exec.createMemory has blocked it, and a write may have raised it.
        system.discardSignal(.XFSZ);
        fallback.process.restoreSignals();
        base.enter();
    }
};
