//! Chooses the level to start, with the lines that the user is to see.
const Bundle = @import("bundle").Bundle;
const Environment = @import("environment.zig").Environment;
const fatal = @import("../fatal.zig");
const select = @import("select.zig").select;

/// Returns the level of the variant to start. `base_level` is null in the packed layout. Ends the process if no variant
/// fits the CPU.
pub fn chooseLevel(bundle: *const Bundle, cpu_level: u8, asked: *const Environment, base_level: ?u8) u8 {
    const log = asked.debug.log;
    if (base_level) |base| if (asked.debug.base or (bundle.prefersBase() and asked.level == null)) {
        if (base <= cpu_level) return base;
        if (asked.debug.base and log) {
            fatal.line(.{ "MGODEBUG=base ignored: the base is v", base, ", this CPU supports v", cpu_level });
        }
    };
    const present = bundle.levels();
    const selection = select(present, cpu_level, asked.level) orelse fatal.exit(.no_variant, .{
        "no variant fits this CPU: the lowest in the bundle needs v",
        present.lowest(),
        if (cpu_level == 0) ", this CPU lacks features of v" else ", this CPU supports v",
        @max(cpu_level, 1),
    });
    if (selection.override_refused) {
        fatal.line(.{
            "GOAMD64=v",                     asked.level.?,
            " ignored: this CPU supports v", cpu_level,
            "; starting variant GOAMD64=v",  selection.level,
        });
    }
    if (log) {
        if (asked.level_unknown) |value| fatal.line(.{ "GOAMD64=", value, " ignored: not v1, v2, v3 or v4" });
    }
    return selection.level;
}
