//! Builds and tests the launcher and the engine that mgo encodes with, from Zig and zstd's C sources:
//!
//!     zig build          zig-out/bin/mgo-launcher, checked, and zig-out/bin/mgo-engine.wasm
//!     zig build test     all Zig tests
//!     zig build format   writes the generated TypeScript of src/engine from engine/format
//!     zig build fuzz     zig-out/bin/mgo-fuzz, which `npm run fuzz` runs; takes clang
const std = @import("std");
const builtin = @import("builtin");
const arch = @import("launcher/arch/arch.zig");
const LazyPath = std.Build.LazyPath;

const zig_version_wanted = std.SemanticVersion{ .major = 0, .minor = 16, .patch = 0 };

comptime {
    // Any patch release: they do not change the language or the build system.
    const found = builtin.zig_version;
    if (found.major != zig_version_wanted.major or found.minor != zig_version_wanted.minor) {
        @compileError(std.fmt.comptimePrint(
            "mgo is built with Zig {d}.{d}.x, and this is Zig {f}",
            .{ zig_version_wanted.major, zig_version_wanted.minor, found },
        ));
    }
}

pub fn build(b: *std.Build) void {
    const steps = .{
        .launcher = b.step("launcher", "Build and check the launcher (default)"),
        .engine = b.step("engine", "Build the engine's WebAssembly module (default)"),
        .@"test" = b.step("test", "Run all Zig tests"),
        .format = b.step("format", "Write the generated TypeScript of src/engine from engine/format"),
        .format_check = b.step("format-check", "Fail if the generated TypeScript of src/engine differs from engine/format"),
        .fuzz = b.step("fuzz", "Build the fuzzer, with clang and its sanitizers"),
    };
    b.getInstallStep().dependOn(steps.launcher);
    b.getInstallStep().dependOn(steps.engine);

    const architecture: arch.Architecture = .amd64;
    const options: Options = .{
        .architecture = architecture,
        .zstd = resolveFolder(b, b.option(
            []const u8,
            "zstd",
            "zstd's lib folder (default: " ++ zstd_default ++ ")",
        ) orelse zstd_default),
        .target = b.resolveTargetQuery(.{
            .cpu_arch = arch.target(architecture).cpu,
            .cpu_model = .baseline,
            .os_tag = .linux,
            .abi = .none,
        }),
    };

    const launcher = checkLauncher(b, options, buildLauncher(b, options));
    const install = b.addInstallBinFile(launcher, "mgo-launcher");
    steps.launcher.dependOn(&install.step);

    steps.engine.dependOn(&b.addInstallBinFile(buildEngine(b, options), "mgo-engine.wasm").step);

    const format_tests = b.addRunArtifact(buildFormatTests(b));
    steps.format_check.dependOn(&format_tests.step);
    steps.format.dependOn(writeFormat(b));

    const clang = b.option([]const u8, "clang", "clang with libFuzzer (default: " ++ clang_default ++ ")") orelse clang_default;
    steps.fuzz.dependOn(&b.addInstallBinFile(buildFuzzer(b, options, clang), "mgo-fuzz").step);

    steps.@"test".dependOn(&b.addRunArtifact(buildEngineTests(b, options)).step);
    steps.@"test".dependOn(&b.addRunArtifact(buildLauncherTests(b, options)).step);
    steps.@"test".dependOn(&b.addRunArtifact(buildArchTests(b, options)).step);
    steps.@"test".dependOn(if (buildCpuTests(b, options)) |tests|
        &b.addRunArtifact(tests).step
    else |err|
        &b.addFail(b.fmt("no recordings of CPUs: {t}", .{err})).step);
    steps.@"test".dependOn(&b.addRunArtifact(buildExpectationTests(b)).step);
    steps.@"test".dependOn(&format_tests.step);
    steps.@"test".dependOn(if (buildCorpusTests(b, options)) |tests|
        &b.addRunArtifact(tests).step
    else |err|
        &b.addFail(b.fmt("no corpus in " ++ corpus_folder ++ ": {t}", .{err})).step);
    // The expectations for the launcher are part of what is tested.
    steps.@"test".dependOn(&install.step);
}

const Options = struct {
    /// What a bundle runs on.
    architecture: arch.Architecture,
    /// The folder with zstd's common/ and decompress/.
    zstd: LazyPath,
    /// The same for Zig. The launcher must not need more than any variant.
    target: std.Build.ResolvedTarget,
};

const zstd_default = "node_modules/zstd-napi/deps/zstd/lib";

fn resolveFolder(b: *std.Build, path: []const u8) LazyPath {
    return if (std.fs.path.isAbsolute(path)) .{ .cwd_relative = path } else b.path(path);
}

/// As linked, not checked.
fn buildLauncher(b: *std.Build, options: Options) LazyPath {
    const launcher_module = launcherModule(b, options, "launcher.zig", .ReleaseSmall);
    var modules: EngineModules = .{};
    for (engine_modules) |one| modules.add(one, launcherModule(b, options, one.root, one.launcher_mode));
    addZstd(b, modules.of("zstd"), options);
    modules.importAll(launcher_module);
    const module = launcherModule(b, options, "launcher/root.zig", .ReleaseFast);
    module.addImport("launcher", launcher_module);
    addAssembly(b, module, options.architecture, arch.target(options.architecture).entry_sources);
    addAssembly(b, module, options.architecture, arch.target(options.architecture).sources);
    module.addAssemblyFile(b.path("launcher/payload.S"));

    const launcher = b.addExecutable(.{
        .name = "mgo-launcher",
        .root_module = module,
        // LLD is the linker here that takes a script.
        .use_llvm = true,
        .use_lld = true,
    });
    launcher.setLinkerScript(b.path("launcher/launcher.ld"));
    launcher.pie = true;
    launcher.link_gc_sections = true;
    launcher.link_z_relro = false;
    launcher.link_z_max_page_size = arch.target(options.architecture).page_size;
    launcher.link_z_common_page_size = arch.target(options.architecture).page_size;
    launcher.build_id = .none;
    return launcher.getEmittedBin();
}

fn addAssembly(b: *std.Build, module: *std.Build.Module, architecture: arch.Architecture, sources: []const []const u8) void {
    for (sources) |source| module.addAssemblyFile(b.path(b.fmt("launcher/arch/{t}/{s}", .{ architecture, source })));
}

fn launcherModule(b: *std.Build, options: Options, source: []const u8, optimize: std.builtin.OptimizeMode) *std.Build.Module {
    return b.createModule(.{
        .root_source_file = b.path(source),
        .target = options.target,
        .optimize = optimize,
        .strip = true,
        .pic = true,
        .single_threaded = false,
        .unwind_tables = .none,
        .error_tracing = false,
        .stack_protector = false,
        .stack_check = false,
        .sanitize_c = .off,
        .omit_frame_pointer = true,
    });
}

/// The module that mgo encodes and decodes with. Its input is untrusted, so it keeps its checks.
fn buildEngine(b: *std.Build, options: Options) LazyPath {
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
    importEngine(b, module, options);
    const engine = b.addExecutable(.{ .name = "mgo-engine", .root_module = module });
    engine.entry = .disabled;
    engine.rdynamic = true;
    return engine.getEmittedBin();
}

/// A room of engine/ that others import by its name.
const EngineModule = struct {
    name: []const u8,
    root: []const u8,
    /// The rooms that it imports, which stand before it.
    imports: []const []const u8 = &.{},
    /// What the launcher has it compiled for. LLVM's passes are chosen by the root's mode, and what each function
    /// asks of them by its own module's. All for speed would take 20 KiB more, all for size 3 ms of a start of 11 MB.
    launcher_mode: std.builtin.OptimizeMode,
};

const engine_modules = [_]EngineModule{
    .{ .name = "arch", .root = "launcher/arch/arch.zig", .launcher_mode = .ReleaseFast },
    .{ .name = "format", .root = "engine/format/format.zig", .launcher_mode = .ReleaseSmall },
    .{ .name = "checksum", .root = "engine/zstd/checksum.zig", .launcher_mode = .ReleaseSmall },
    .{ .name = "zstd", .root = "engine/zstd/zstd.zig", .imports = &.{"arch"}, .launcher_mode = .ReleaseFast },
    .{ .name = "deflate", .root = "engine/deflate/deflate.zig", .launcher_mode = .ReleaseSmall },
    .{ .name = "filter", .root = "engine/filter/filter.zig", .imports = &.{"arch"}, .launcher_mode = .ReleaseFast },
    .{ .name = "predict", .root = "engine/predict/predict.zig", .imports = &.{ "arch", "format" }, .launcher_mode = .ReleaseFast },
    .{ .name = "bundle", .root = "engine/bundle/bundle.zig", .imports = &.{ "checksum", "format" }, .launcher_mode = .ReleaseSmall },
};

/// Compiled in one way, by name.
const EngineModules = struct {
    found: [engine_modules.len]*std.Build.Module = undefined,
    count: usize = 0,

    fn add(modules: *EngineModules, one: EngineModule, module: *std.Build.Module) void {
        for (one.imports) |name| module.addImport(name, modules.of(name));
        modules.found[modules.count] = module;
        modules.count += 1;
    }

    fn of(modules: *const EngineModules, name: []const u8) *std.Build.Module {
        for (engine_modules[0..modules.count], modules.found[0..modules.count]) |one, module| {
            if (std.mem.eql(u8, one.name, name)) return module;
        }
        unreachable;
    }

    fn importAll(modules: *const EngineModules, importer: *std.Build.Module) void {
        for (engine_modules, modules.found) |one, module| importer.addImport(one.name, module);
    }
};

/// All rooms of the engine, compiled as the module that imports them.
fn importEngine(b: *std.Build, importer: *std.Build.Module, options: Options) void {
    var modules: EngineModules = .{};
    for (engine_modules) |one| modules.add(one, b.createModule(.{ .root_source_file = b.path(one.root) }));
    modules.importAll(importer);
    addZstd(b, importer, options);
}

/// What engine/zstd takes: zstd's decoder of Huffman codes and its checksum, without
/// libc, which engine/zstd/shim.h stands in for, and assembly of our own.
fn addZstd(b: *std.Build, module: *std.Build.Module, options: Options) void {
    // For the <string.h> in there.
    module.addIncludePath(b.path("engine/zstd"));
    module.addCSourceFiles(.{ .root = options.zstd, .flags = zstdFlags(b), .files = &zstd_sources });
    // Those of the module, or of whoever imports it.
    const target = module.resolved_target orelse options.target;
    if (target.result.cpu.arch == .x86_64) module.addAssemblyFile(b.path(zstd_assembly));
}

const zstd_sources = [_][]const u8{
    "common/debug.c",
    "common/entropy_common.c",
    "common/error_private.c",
    "common/fse_decompress.c",
    "common/xxhash.c",
    "decompress/huf_decompress.c",
    "decompress/huf_decompress_amd64.S", // Empty for other CPUs.
};

const zstd_assembly = "launcher/arch/amd64/sequences.S";

fn zstdFlags(b: *std.Build) []const []const u8 {
    return b.allocator.dupe([]const u8, &.{
        "-std=c11",
        "-ffreestanding",
        "-fvisibility=hidden",
        "-ffunction-sections",
        "-fdata-sections",
        "-include",
        b.pathFromRoot("engine/zstd/shim.h"),
        // -O2 and -O3 unroll loops around the assembly that does the work, and are not faster.
        "-Os",
        // Leaves out the Huffman decoder that takes two symbols a step: it decodes the same, in the same time.
        "-DHUF_FORCE_DECOMPRESS_X1",
        "-DXXH_NO_STDLIB",
        "-DXXH_NO_XXH3",
        "-DZSTD_STRIP_ERROR_STRINGS",
        "-DZSTD_LEGACY_SUPPORT=0",
        "-DZSTD_TRACE=0",
        "-DDEBUGLEVEL=0",
    }) catch @panic("OOM");
}

/// The launcher, once it is what the bundle writer expects.
fn checkLauncher(b: *std.Build, options: Options, linked: LazyPath) LazyPath {
    const check = b.addRunArtifact(b.addExecutable(.{
        .name = "check-launcher",
        .root_module = formatModule(b, "launcher/build/check_launcher.zig"),
    }));
    check.addFileArg(linked);
    check.addArg(b.fmt("{d}", .{arch.target(options.architecture).page_size}));
    return check.addOutputFileArg("mgo-launcher");
}

/// What engine/format/print_typescript.zig writes.
const typescript = [_][]const u8{ "format.ts", "wire.ts", "levels.ts" };
const typescript_folder = "src/engine";

fn writeFormat(b: *std.Build) *std.Build.Step {
    const print = b.addRunArtifact(b.addExecutable(.{
        .name = "print-format",
        .root_module = formatModule(b, "engine/format/print_typescript.zig"),
    }));
    const folder = print.addOutputDirectoryArg("typescript");
    const update = b.addUpdateSourceFiles();
    for (typescript) |name| {
        update.addCopyFileToSource(folder.path(b, name), b.fmt(typescript_folder ++ "/{s}", .{name}));
    }
    return &update.step;
}

fn buildFormatTests(b: *std.Build) *std.Build.Step.Compile {
    const module = formatModule(b, "engine/format/print_typescript.zig");
    for (typescript) |name| {
        const path = b.fmt(typescript_folder ++ "/{s}", .{name});
        module.addAnonymousImport(name, .{ .root_source_file = b.path(path) });
    }
    return b.addTest(.{ .name = "format", .root_module = module });
}

/// For programs that run while the launcher is built.
fn formatModule(b: *std.Build, source: []const u8) *std.Build.Module {
    const module = b.createModule(.{ .root_source_file = b.path(source), .target = b.graph.host, .optimize = .Debug });
    module.addAnonymousImport("format", .{ .root_source_file = b.path("engine/format/format.zig") });
    return module;
}

fn buildExpectationTests(b: *std.Build) *std.Build.Step.Compile {
    return b.addTest(.{ .name = "expectations", .root_module = formatModule(b, "launcher/build/expectations.zig") });
}

fn buildEngineTests(b: *std.Build, options: Options) *std.Build.Step.Compile {
    const module = b.createModule(.{
        .root_source_file = b.path("engine/tests.zig"),
        .target = options.target,
        .optimize = .Debug,
        .sanitize_c = .off,
    });
    importEngine(b, module, options);
    return b.addTest(.{ .name = "engine", .root_module = module, .use_llvm = true });
}

/// The launcher's modules, with zstd as in the launcher and Zig's safety checks on.
fn buildLauncherTests(b: *std.Build, options: Options) *std.Build.Step.Compile {
    const module = b.createModule(.{
        .root_source_file = b.path("launcher/tests.zig"),
        .target = options.target,
        .optimize = .Debug,
        .sanitize_c = .off,
    });
    addAssembly(b, module, options.architecture, arch.target(options.architecture).sources);
    for ([_][]const u8{ "payload.mgo", "v1.bin", "v3.bin" }) |name| {
        module.addAnonymousImport(name, .{ .root_source_file = b.path(b.fmt("tests/launcher/payload/{s}", .{name})) });
    }
    importEngine(b, module, options);
    module.addAnonymousImport("golden.bin", .{ .root_source_file = b.path("tests/golden/payload-v1.bin") });
    return b.addTest(.{ .name = "launcher", .root_module = module, .use_llvm = true });
}

fn buildArchTests(b: *std.Build, options: Options) *std.Build.Step.Compile {
    const module = b.createModule(.{
        .root_source_file = b.path("launcher/arch/tests.zig"),
        .target = options.target,
        .optimize = .Debug,
    });
    addAssembly(b, module, options.architecture, arch.target(options.architecture).sources);
    return b.addTest(.{ .name = "arch", .root_module = module, .use_llvm = true });
}

const corpus_folder = "tests/corpus";

/// Runs every input of the corpus once, with Zig's safety checks on, and all that Clang's undefined behavior
/// sanitizer finds in zstd. One test for each: adding one is adding a file.
fn buildCorpusTests(b: *std.Build, options: Options) !*std.Build.Step.Compile {
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
    const targets = b.createModule(.{
        .root_source_file = b.path("launcher/fuzz_targets.zig"),
        .target = options.target,
        .optimize = .Debug,
        .sanitize_c = .full,
    });
    addAssembly(b, targets, options.architecture, arch.target(options.architecture).sources);
    importEngine(b, targets, options);
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

/// The one that reads the bitcode of Zig 0.16, and that Debian 12 has.
const clang_default = "clang-19";

/// The launcher's code under libFuzzer. Zig gives clang its bitcode, so that coverage and comparisons are seen in
/// all of it, and keeps its safety checks; zstd has the address and undefined behavior sanitizers.
fn buildFuzzer(b: *std.Build, options: Options, clang: []const u8) LazyPath {
    const module = b.createModule(.{
        .root_source_file = b.path("launcher/fuzz.zig"),
        .target = b.resolveTargetQuery(.{ .cpu_arch = arch.target(options.architecture).cpu, .cpu_model = .baseline, .os_tag = .linux, .abi = .gnu }),
        .optimize = .ReleaseSafe,
        .link_libc = true,
        .pic = true,
        .stack_check = false,
        .stack_protector = false,
    });
    importEngine(b, module, options);
    const object = b.addObject(.{ .name = "fuzz", .root_module = module, .use_llvm = true });

    const link = b.addSystemCommand(&.{
        clang,
        "-O1",
        "-g",
        "-fsanitize=fuzzer,address,undefined",
        "-fno-sanitize-recover=undefined",
        // Zig's bitcode names features of CPUs that clang has yet to learn.
        "-w",
    });
    link.addArg("-o");
    const fuzzer = link.addOutputFileArg("mgo-fuzz");
    link.addFileArg(object.getEmittedLlvmBc());
    link.addFileArg(b.path("launcher/arch/amd64/stub.S"));
    link.addPrefixedDirectoryArg("-I", b.path("engine/zstd"));
    link.addArgs(zstdFlags(b));
    link.addFileArg(b.path(zstd_assembly));
    for (zstd_sources) |source| link.addFileArg(options.zstd.path(b, source));
    return fuzzer;
}

/// One test for each recording of a CPU: adding one is adding a file. The folder need not be there where the
/// launcher is only built.
fn buildCpuTests(b: *std.Build, options: Options) !*std.Build.Step.Compile {
    const io = b.graph.io;
    const recordings_folder = b.fmt("tests/launcher/arch/{t}/cpu", .{options.architecture});
    var directory = try b.build_root.handle.openDir(io, recordings_folder, .{ .iterate = true });
    defer directory.close(io);

    const generated = b.addWriteFiles();
    var source: std.Io.Writer.Allocating = .init(b.allocator);
    try source.writer.writeAll("const checkCpu = @import(\"arch_tests\").checkCpu;\n");
    for (try sortedNames(b, directory, .file)) |name| {
        if (!std.mem.endsWith(u8, name, ".zon")) continue;
        _ = generated.addCopyFile(b.path(b.pathJoin(&.{ recordings_folder, name })), name);
        try source.writer.print(
            \\test "{s}" {{
            \\    try checkCpu(@import("{s}"));
            \\}}
            \\
        , .{ name, name });
    }
    const module = b.createModule(.{
        .root_source_file = generated.add("recordings.zig", source.written()),
        .target = b.graph.host,
        .optimize = .Debug,
    });
    module.addAnonymousImport("arch_tests", .{ .root_source_file = b.path("launcher/arch/tests.zig") });
    return b.addTest(.{ .name = "cpu", .root_module = module });
}

fn lessThan(_: void, a: []const u8, b: []const u8) bool {
    return std.mem.lessThan(u8, a, b);
}
