//! The program inside every bundle: finds out what the CPU can run and becomes the best variant. It
//! decodes that into memory and executes it there, or, in the direct layout, it goes on to the one
//! that the bundle itself is.
//!
//! It has no libc, no heap, no variables and no relocations, so that the bundle writer can fill it,
//! or put it into another program, without a linker. It is entered in launcher/arch/amd64/start.S.
const std = @import("std");
const bundle = @import("bundle");
const capabilities = @import("launcher/capabilities.zig");
const cpu = @import("launcher/arch/amd64/cpu.zig");
const direct = @import("launcher/launch/in_place.zig");
const environment = @import("launcher/select/environment.zig");
const extract = @import("launcher/decode/extract.zig");
const Fallback = @import("launcher/launch/fallback.zig").Fallback;
const fatal = @import("launcher/fatal.zig");
const format = @import("format");
const select = @import("launcher/select/select.zig");
const start = @import("launcher/start.zig");
const system = @import("launcher/system.zig");
const ways = @import("launcher/launch/launch.zig");

pub const panic = fatal.panic;

/// Keeps Zig's own entry out: start.S has that symbol.
pub const _start = {};

/// Called by start.S in the packed layout.
export fn launcher_start(stack: [*]usize, signals: *start.SavedSignals) callconv(.c) noreturn {
    var process = start.readStack(stack);
    process.signals = signals;
    if (process.secure and capabilities.onOwnFile(&process)) refuseCapabilities("; build with -mgo.layout=direct");
    const opened = openBundle(start.mappedPayload(), .@"packed");
    launch(&process, &opened, null);
}

/// Called by start.S in the direct layout.
export fn launcher_start_direct(stack: [*]usize) callconv(.c) noreturn {
    var process = start.readStack(stack);
    const mapped = direct.mappedPayload(&process);
    if (!direct.hasDirectory(mapped)) fatal.exitDamaged("file is cut short");
    const opened = openBundle(mapped, .direct);
    const base = direct.Base.find(&process, &opened) orelse
        fatal.exitDamaged("the entry of its base is none");
    launch(&process, &opened, &base);
}

/// `base` is null in the packed layout.
fn launch(process: *start.Process, opened: *const bundle.Bundle, base: ?*const direct.Base) noreturn {
    // A caller that has fewer privileges than the program must not steer it.
    const asked: environment.Environment = if (process.secure) .{} else environment.parse(process.environment);
    const leaves = cpu.read(cpu.Hardware{}, opened.levels().highest());
    const level = selectLevel(opened, cpu.level(&leaves), &asked, base);
    const variant = opened.variantOf(level);
    if (asked.debug.log) fatal.line(.{ if (asked.debug.extract) "extracting" else "starting", " variant GOAMD64=v", level });

    var fallback: Fallback = .{ .process = process, .layout = opened.layout, .log = asked.debug.log };
    var signals: start.SavedSignals = undefined;
    if (base) |one| {
        if (one.level == level and !asked.debug.extract) one.enter();
        if (one.level <= cpu.level(&leaves)) fallback.base = one;
        if (process.secure and capabilities.onOwnFile(process)) {
            if (fallback.base != null) one.enter();
            refuseCapabilities("");
        }
        start.guard(&signals);
        process.signals = &signals;
        // If the last page is there, all of them are. Where nobody answers (qemu-user), reading it tells.
        const last = opened.payload[opened.payload.len - @sizeOf(system.SignalMask) ..][0..@sizeOf(system.SignalMask)];
        if (!system.isReadable(last)) fatal.exitDamaged("file is cut short");
        std.mem.doNotOptimizeAway(@as(*const volatile u8, &last[last.len - 1]).*);
    }
    const bit_manipulation = cpu.bitManipulation(&leaves);
    if (asked.debug.extract) extract.write(process, opened, variant, bit_manipulation);
    const starting: ways.Start = .{
        .process = process,
        .bundle = opened,
        .variant = variant,
        .bit_manipulation = bit_manipulation,
        .symbols = asked.debug.symbols,
        .fallback = &fallback,
    };
    starting.run();
}

/// The level of the variant to start.
fn selectLevel(
    opened: *const bundle.Bundle,
    cpu_level: u8,
    asked: *const environment.Environment,
    base: ?*const direct.Base,
) u8 {
    const present = opened.levels();
    if (base) |one| if (asked.debug.base or (opened.prefersBase() and asked.level == null)) {
        if (one.level <= cpu_level) return one.level;
        if (asked.debug.base and asked.debug.log) fatal.line(.{ "MGODEBUG=base ignored: the base is v", one.level, ", this CPU supports v", cpu_level });
    };
    const selection = select.select(present, cpu_level, asked.level) orelse fatal.exit(.no_variant, .{
        "no variant fits this CPU: the lowest in the bundle needs v",
        present.lowest(),
        if (cpu_level == 0) ", this CPU lacks features of v" else ", this CPU supports v",
        @max(cpu_level, 1),
    });
    if (selection.override_refused) {
        fatal.line(.{ "GOAMD64=v", asked.level.?, " ignored: this CPU supports v", cpu_level, "; starting variant GOAMD64=v", selection.level });
    }
    if (asked.debug.log) {
        if (asked.level_unknown) |value| fatal.line(.{ "GOAMD64=", value, " ignored: not v1, v2, v3 or v4" });
    }
    return selection.level;
}

fn openBundle(mapped: start.Mapped, layout: format.Layout) bundle.Bundle {
    var detail: bundle.Detail = 0;
    const opened = bundle.parse(mapped, &detail) catch |err| switch (err) {
        error.UnknownVersion => fatal.exit(.unknown_format, .{ "unknown bundle format: version ", detail }),
        error.UnknownLayout => fatal.exit(.unknown_format, .{ "unknown bundle format: layout ", detail }),
        error.UnknownCodec => fatal.exit(.unknown_format, .{ "unknown bundle format: codec ", detail }),
        error.NotABundle => fatal.exitDamaged("there is no payload"),
        error.DirectoryBounds => fatal.exitDamaged("the directory does not fit"),
        error.DirectoryChecksum => fatal.exitDamaged("the directory's checksum is wrong"),
        else => fatal.exitDamaged("the directory contradicts itself"),
    };
    if (opened.layout != layout) fatal.exitDamaged("it is entered as one of another layout");
    return opened;
}

fn refuseCapabilities(hint: []const u8) noreturn {
    fatal.exit(.capabilities, .{ "file capabilities refused: the program would lose them in this layout", hint });
}
