//! The WebAssembly module that mgo encodes and decodes with, its tests, and the generated TypeScript.
const std = @import("std");
const importAll = @import("modules.zig").importAll;
const Options = @import("modules.zig").Options;

/// The module's input is untrusted, so it keeps its checks.
pub fn build(b: *std.Build, options: Options) std.Build.LazyPath {
    const module = b.createModule(.{
        .root_source_file = b.path("engine/engine.zig"),
        .target = b.resolveTargetQuery(.{
            .cpu_arch = .wasm32,
            .os_tag = .freestanding,
            // Node 16 and Bun have them.
            .cpu_features_add = std.Target.wasm.featureSet(&.{ .simd128, .bulk_memory }),
        }),
        .optimize = .ReleaseSafe,
        .strip = true,
        .sanitize_c = .off,
    });
    importAll(b, module, options);
    const engine = b.addExecutable(.{ .name = "mgo-engine", .root_module = module });
    engine.entry = .disabled;
    engine.rdynamic = true;
    return engine.getEmittedBin();
}

pub fn buildTests(b: *std.Build, options: Options) *std.Build.Step.Compile {
    const module = b.createModule(.{
        .root_source_file = b.path("engine/tests.zig"),
        .target = options.target,
        .optimize = .Debug,
        .sanitize_c = .off,
    });
    importAll(b, module, options);
    return b.addTest(.{ .name = "engine", .root_module = module, .use_llvm = true });
}

/// Files that engine/format/print_typescript.zig writes.
const typescript = [_][]const u8{ "format.ts", "wire.ts", "levels.ts" };
const typescript_folder = "src/engine";

pub fn writeFormat(b: *std.Build) *std.Build.Step {
    const print = b.addRunArtifact(b.addExecutable(.{
        .name = "print-format",
        .root_module = printModule(b),
    }));
    const folder = print.addOutputDirectoryArg("typescript");
    const update = b.addUpdateSourceFiles();
    for (typescript) |name| {
        update.addCopyFileToSource(folder.path(b, name), b.fmt(typescript_folder ++ "/{s}", .{name}));
    }
    return &update.step;
}

pub fn buildFormatTests(b: *std.Build) *std.Build.Step.Compile {
    const module = printModule(b);
    for (typescript) |name| {
        const path = b.fmt(typescript_folder ++ "/{s}", .{name});
        module.addAnonymousImport(name, .{ .root_source_file = b.path(path) });
    }
    return b.addTest(.{ .name = "format", .root_module = module });
}

fn printModule(b: *std.Build) *std.Build.Module {
    const module = formatModule(b, "engine/format/print_typescript.zig");
    module.addAnonymousImport("errors", .{ .root_source_file = b.path("engine/bundle/errors.zig") });
    return module;
}

/// Returns the root of a program that runs while others are built, and that knows the format.
pub fn formatModule(b: *std.Build, source: []const u8) *std.Build.Module {
    const module = b.createModule(.{ .root_source_file = b.path(source), .target = b.graph.host, .optimize = .Debug });
    importFormat(b, module);
    return module;
}

pub fn importFormat(b: *std.Build, module: *std.Build.Module) void {
    module.addAnonymousImport("format", .{ .root_source_file = b.path("engine/format/format.zig") });
}
