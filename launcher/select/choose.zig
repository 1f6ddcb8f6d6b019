//! Chooses the level to start, with the lines that the user is to see.
const Bundle = @import("bundle").Bundle;
const Environment = @import("environment.zig").Environment;
const fatal = @import("../fatal.zig");
const levels = @import("levels.zig");
const InPlace = @import("select.zig").InPlace;
const select = @import("select.zig").select;

/// Returns the level of the variant to start. `base_level` is null in the packed layout. Ends the process if no variant
/// fits the CPU.
pub fn chooseLevel(bundle: *const Bundle, cpu: levels.Levels, asked: *const Environment, base_level: ?u8) u8 {
    const log = asked.debug.log;
    if (log) if (asked.debug_unknown) |word| {
        fatal.line(.{ "MGODEBUG=", word, " ignored: unknown" });
    };
    const supports = if (cpu.bits == 0) ", this CPU lacks features of " else ", this CPU supports ";
    const supported = levels.nameOf(cpu.highest() orelse 1);
    if (base_level) |base| if (asked.debug.base) {
        if (cpu.contains(base)) return base;
        if (log) fatal.line(.{ "MGODEBUG=base ignored: the base is ", levels.nameOf(base), supports, supported });
    };
    const present = bundle.levels();
    const in_place: ?InPlace = if (base_level) |base| .{
        .base = base,
        .policy = bundle.startPolicy(),
        .alike = bundle.levelsLikeBase(),
    } else null;
    const selection = select(present, cpu, asked.level, in_place) orelse fatal.exit(.no_variant, .{
        "no variant fits this CPU: the bundle begins with ",
        levels.nameOf(present.lowest().?),
        supports,
        supported,
    });
    if (selection.override_refused) {
        fatal.line(.{
            levels.variable ++ "=",         levels.nameOf(asked.level.?),
            " ignored: this CPU supports ", supported,
            "; " ++ starting,               levels.nameOf(selection.level),
        });
    }
    if (log) {
        if (asked.level_unknown) |value| {
            fatal.line(.{ levels.variable ++ "=", value, " ignored: not " ++ levels.list });
        }
        if (selection.weighed) |best| explain(bundle, best, base_level.?);
    }
    return selection.level;
}

/// Says why the base starts in place of the best level that the CPU can run, or does not.
fn explain(bundle: *const Bundle, best: u8, base: u8) void {
    const changes = &bundle.variantOf(best).changes;
    const gain = if (changes.is_known == 0)
        " may change more of it than Go's runtime"
    else if (changes.concernProgram())
        " changes more of it than Go's runtime"
    else
        " changes nothing of it outside of Go's runtime";
    const policy = switch (bundle.startPolicy()) {
        .best => ", and the bundle was made to start the best",
        .base => ", and the bundle was made to start its base",
        .auto => "",
    };
    fatal.line(.{ "in place is ", levels.nameOf(base), ": ", levels.nameOf(best), gain, policy });
}

const starting = "starting variant " ++ levels.variable ++ "=";
