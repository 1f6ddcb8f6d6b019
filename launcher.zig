//! The program inside every bundle. It finds out what the CPU can run and becomes the best variant: one that it decodes
//! and executes, or in the direct layout the one that the bundle itself is.
//!
//! It has no libc, no heap, no variables and no relocations, so that the bundle writer can fill it, or put it into
//! another program, without a linker. start.S of launcher/arch/GOARCH enters it.
const arch = @import("arch");
const Attempts = @import("launcher/launch/attempts.zig").Attempts;
const Base = @import("launcher/launch/in_place.zig").Base;
const Bundle = @import("bundle").Bundle;
const capabilities = @import("launcher/self/capabilities.zig");
const chooseLevel = @import("launcher/select/choose.zig").chooseLevel;
const environment = @import("launcher/select/environment.zig");
const extract = @import("launcher/decode/extract.zig").extract;
const fatal = @import("launcher/fatal.zig");
const image = @import("launcher/self/image.zig");
const Launch = @import("launcher/launch/launch.zig").Launch;
const levels = @import("launcher/select/levels.zig");
const open = @import("launcher/self/open.zig");
const Process = @import("launcher/self/process.zig").Process;
const Source = @import("launcher/decode/decoding.zig").Source;

pub const panic = fatal.panic;

/// Keeps Zig's own entry out: start.S has that symbol.
pub const _start = {};

comptime {
    // Analyzes what it exports.
    _ = arch.entry;
}

/// Called by start.S in the packed layout.
export fn launcher_start(stack: [*]usize, signals: *arch.SavedSignals) callconv(.c) noreturn {
    var process: Process = .read(stack);
    process.signals = signals;
    if (capabilities.areGiven(&process)) capabilities.refuse("; build with -mgo.layout=direct");
    const bundle = open.openPacked();
    start(&process, &bundle, null);
}

/// Called by start.S in the direct layout.
export fn launcher_start_direct(stack: [*]usize) callconv(.c) noreturn {
    var process: Process = .read(stack);
    const bundle = open.openDirect(&process);
    const base = Base.find(&process, &bundle) orelse fatal.exitDamaged("no code at the entry of its base");
    start(&process, &bundle, &base);
}

/// `base` is null in the packed layout.
fn start(process: *Process, bundle: *const Bundle, base: ?*const Base) noreturn {
    // A caller with fewer privileges than the program must not steer it.
    const asked: environment.Environment = if (process.secure) .{} else environment.parse(process.environment);
    const debug = &asked.debug;
    const cpu = arch.detectCpu(bundle.levels().highest().?, process.auxiliary);
    const level = chooseLevel(bundle, cpu.levels, &asked, if (base) |one| one.level else null);
    if (debug.log) {
        const verb = if (debug.extract) "extracting" else "starting";
        fatal.line(.{ verb, " variant " ++ levels.variable ++ "=", levels.nameOf(level) });
    }

    var attempts: Attempts = .{ .process = process, .layout = bundle.layout, .log = debug.log };
    var signals: arch.SavedSignals = undefined;
    if (base) |one| {
        if (one.level == level and !debug.extract) one.enter(process);
        if (cpu.levels.contains(one.level)) attempts.base = one;
        if (capabilities.areGiven(process)) {
            attempts.enterBase();
            capabilities.refuse("");
        }
        process.guard(&signals);
        open.requireWhole(bundle);
    }

    const source: Source = .{
        .bundle = bundle,
        .variant = bundle.variantOf(level),
        .base_image = image.baseImage(process, bundle),
        .process = process,
        .assembly = cpu.assembly,
    };
    if (debug.extract) extract(process, &source);
    const launch: Launch = .{ .process = process, .source = &source, .symbols = debug.symbols, .attempts = &attempts };
    launch.run();
}
