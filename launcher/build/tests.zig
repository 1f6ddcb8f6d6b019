//! The launcher's tests: its modules with Zig's safety checks on, its architecture, the check of the linked launcher,
//! and one test for each recording of a CPU and each input of the fuzzer's corpus: adding one is adding a file.
const std = @import("std");
const arch = @import("../arch/arch.zig");
const engine = @import("../../engine/build/engine.zig");
const modules = @import("../../engine/build/modules.zig");
const Options = modules.Options;
const Compile = std.Build.Step.Compile;

pub fn addTo(b: *std.Build, step: *std.Build.Step, options: Options) void {
    step.dependOn(&b.addRunArtifact(buildLauncherTests(b, options)).step);
    step.dependOn(&b.addRunArtifact(buildArchTests(b, options)).step);
    step.dependOn(&b.addRunArtifact(buildExpectationTests(b)).step);
    // These folders need not be there if the launcher is only built.
    step.dependOn(if (buildCpuTests(b, options)) |tests|
        &b.addRunArtifact(tests).step
    else |err|
        &b.addFail(b.fmt("no recordings of CPUs: {t}", .{err})).step);
    step.dependOn(if (buildCorpusTests(b, options)) |tests|
        &b.addRunArtifact(tests).step
    else |err|
        &b.addFail(b.fmt("no corpus in " ++ corpus_folder ++ ": {t}", .{err})).step);
}

fn buildLauncherTests(b: *std.Build, options: Options) *Compile {
    const module = createModule(b, options, "launcher/tests.zig", .off);
    modules.importAll(b, module, options);
    for ([_][]const u8{ "payload.mgo", "v1.bin", "v3.bin" }) |name| {
        module.addAnonymousImport(name, .{ .root_source_file = b.path(b.fmt("tests/launcher/payload/{s}", .{name})) });
    }
    module.addAnonymousImport("golden.bin", .{ .root_source_file = b.path("tests/golden/payload-v2.bin") });
    return b.addTest(.{ .name = "launcher", .root_module = module, .use_llvm = true });
}

fn buildArchTests(b: *std.Build, options: Options) *Compile {
    const module = createModule(b, options, "launcher/arch/tests.zig", .off);
    engine.importFormat(b, module);
    return b.addTest(.{ .name = "arch", .root_module = module, .use_llvm = true });
}

fn buildExpectationTests(b: *std.Build) *Compile {
    const module = engine.formatModule(b, "launcher/build/expectations.zig");
    return b.addTest(.{ .name = "expectations", .root_module = module });
}

fn createModule(b: *std.Build, options: Options, root: []const u8, sanitize_c: std.zig.SanitizeC) *std.Build.Module {
    const module = b.createModule(.{
        .root_source_file = b.path(root),
        .target = options.target,
        .optimize = .Debug,
        .sanitize_c = sanitize_c,
    });
    module.addAssemblyFile(modules.assembly(b, arch.target(options.architecture).stub));
    modules.addSupport(b, module, options);
    return module;
}

fn buildCpuTests(b: *std.Build, options: Options) !*Compile {
    const path = b.fmt("tests/launcher/arch/{t}/cpu", .{options.architecture});
    var folder = try b.build_root.handle.openDir(b.graph.io, path, .{ .iterate = true });
    defer folder.close(b.graph.io);
    const generated = b.addWriteFiles();
    var source: std.Io.Writer.Allocating = .init(b.allocator);
    try source.writer.writeAll("const checkCpu = @import(\"arch_tests\").checkCpu;\n");
    for (try sortedNames(b, folder, .file)) |name| {
        _ = generated.addCopyFile(b.path(b.pathJoin(&.{ path, name })), name);
        try source.writer.print(
            \\test "{[name]s}" {{
            \\    try checkCpu(@import("{[name]s}"));
            \\}}
            \\
        , .{ .name = name });
    }
    const module = b.createModule(.{
        .root_source_file = generated.add("recordings.zig", source.written()),
        .target = b.graph.host,
        .optimize = .Debug,
    });
    module.addImport("arch_tests", engine.formatModule(b, "launcher/arch/tests.zig"));
    return b.addTest(.{ .name = "cpu", .root_module = module });
}

const corpus_folder = "tests/corpus";

/// Clang's undefined behavior sanitizer checks zstd in these.
fn buildCorpusTests(b: *std.Build, options: Options) !*Compile {
    const io = b.graph.io;
    const generated = b.addWriteFiles();
    var source: std.Io.Writer.Allocating = .init(b.allocator);
    try source.writer.writeAll("const Target = @import(\"targets\").Target;\n");
    var corpus = try b.build_root.handle.openDir(io, corpus_folder, .{ .iterate = true });
    defer corpus.close(io);
    for (try sortedNames(b, corpus, .directory)) |target| {
        var inputs = try corpus.openDir(io, target, .{ .iterate = true });
        defer inputs.close(io);
        for (try sortedNames(b, inputs, .file)) |name| {
            const path = b.pathJoin(&.{ target, name });
            _ = generated.addCopyFile(b.path(b.pathJoin(&.{ corpus_folder, path })), path);
            try source.writer.print(
                \\test "corpus {[path]s}" {{
                \\    Target.run(.{[target]s}, @embedFile("{[path]s}"));
                \\}}
                \\
            , .{ .target = target, .path = path });
        }
    }
    const targets = createModule(b, options, "launcher/fuzz_targets.zig", .full);
    modules.importAll(b, targets, options);
    const module = b.createModule(.{
        .root_source_file = generated.add("corpus.zig", source.written()),
        .target = options.target,
        .optimize = .Debug,
    });
    module.addImport("targets", targets);
    return b.addTest(.{ .name = "corpus", .root_module = module, .use_llvm = true });
}

fn sortedNames(b: *std.Build, folder: std.Io.Dir, kind: std.Io.File.Kind) ![]const []const u8 {
    var names: std.ArrayList([]const u8) = .empty;
    var entries = folder.iterate();
    while (try entries.next(b.graph.io)) |entry| {
        if (entry.kind == kind) try names.append(b.allocator, b.dupe(entry.name));
    }
    std.mem.sort([]const u8, names.items, {}, lessThan);
    return names.items;
}

fn lessThan(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}
