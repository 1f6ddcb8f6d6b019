//! The launcher, once it is what the bundle writer expects.
const std = @import("std");
const arch = @import("../arch/arch.zig");
const addSupport = @import("../../engine/build/modules.zig").addSupport;
const assembly = @import("../../engine/build/modules.zig").assembly;
const formatModule = @import("../../engine/build/engine.zig").formatModule;
const importForLauncher = @import("../../engine/build/modules.zig").importForLauncher;
const LazyPath = std.Build.LazyPath;
const Options = @import("../../engine/build/modules.zig").Options;

pub fn build(b: *std.Build, options: Options) LazyPath {
    const check = b.addRunArtifact(b.addExecutable(.{
        .name = "check-launcher",
        .root_module = formatModule(b, "launcher/build/check_launcher.zig"),
    }));
    check.addFileArg(link(b, options));
    check.addArg(@tagName(options.architecture));
    check.addArg(b.fmt("{d}", .{arch.target(options.architecture).page_size}));
    return check.addOutputFileArg("mgo-launcher");
}

/// Returns a step that fails if the launcher does not compile, without the time that generating its code takes.
pub fn analyze(b: *std.Build, options: Options) *std.Build.Step {
    return &compile(b, options).step;
}

fn link(b: *std.Build, options: Options) LazyPath {
    return compile(b, options).getEmittedBin();
}

fn compile(b: *std.Build, options: Options) *std.Build.Step.Compile {
    const target = arch.target(options.architecture);
    const story = createModule(b, options, "launcher.zig", .ReleaseSmall);
    importForLauncher(b, story, options, createModule);
    const root = createModule(b, options, "launcher/root.zig", .ReleaseFast);
    root.addImport("launcher", story);
    for (target.entry) |name| root.addAssemblyFile(assembly(b, name));
    root.addAssemblyFile(assembly(b, target.stub));
    addSupport(b, root, options);
    root.addAssemblyFile(b.path("launcher/payload.S"));

    const launcher = b.addExecutable(.{
        .name = "mgo-launcher",
        .root_module = root,
        // LLD is the linker here that takes a script.
        .use_llvm = true,
        .use_lld = true,
    });
    launcher.setLinkerScript(b.path(target.linker_script));
    launcher.pie = true;
    launcher.link_gc_sections = true;
    launcher.link_z_relro = false;
    launcher.link_z_max_page_size = target.page_size;
    launcher.link_z_common_page_size = target.page_size;
    launcher.build_id = .none;
    return launcher;
}

fn createModule(b: *std.Build, options: Options, root: []const u8, mode: std.builtin.OptimizeMode) *std.Build.Module {
    return b.createModule(.{
        .root_source_file = b.path(root),
        .target = options.target,
        .optimize = mode,
        .code_model = arch.target(options.architecture).code_model,
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
