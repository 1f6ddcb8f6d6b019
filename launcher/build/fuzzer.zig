//! The launcher's code under libFuzzer. Zig gives clang its bitcode, so that libFuzzer sees coverage and comparisons in
//! all of it, and keeps its safety checks; zstd has the address and undefined behavior sanitizers.
const std = @import("std");
const arch = @import("../arch/arch.zig");
const modules = @import("../../engine/build/modules.zig");

pub fn build(b: *std.Build, options: modules.Options, clang: []const u8) std.Build.LazyPath {
    const target = arch.target(options.architecture);
    const module = b.createModule(.{
        .root_source_file = b.path("launcher/fuzz.zig"),
        .target = b.resolveTargetQuery(.{
            .cpu_arch = target.cpu,
            .cpu_model = .baseline,
            .os_tag = .linux,
            .abi = .gnu,
        }),
        .optimize = .ReleaseSafe,
        .link_libc = true,
        .pic = true,
        .stack_check = false,
        .stack_protector = false,
    });
    modules.importAll(b, module, options);
    const object = b.addObject(.{ .name = "fuzz", .root_module = module, .use_llvm = true });

    const link = b.addSystemCommand(&.{
        clang,
        "-O1",
        "-g",
        "-fsanitize=fuzzer,address,undefined",
        "-fno-sanitize-recover=undefined",
        // Zig's bitcode names features of CPUs that clang does not know yet.
        "-w",
    });
    link.addArg("-o");
    const fuzzer = link.addOutputFileArg("mgo-fuzz");
    link.addFileArg(object.getEmittedLlvmBc());
    link.addFileArg(modules.assembly(b, target.stub));
    if (target.sequences) |name| link.addFileArg(modules.assembly(b, name));
    link.addPrefixedDirectoryArg("-I", b.path(modules.zstd_include));
    link.addArgs(modules.zstdFlags(b));
    for (modules.zstd_sources) |source| link.addFileArg(options.zstd.path(b, source));
    return fuzzer;
}
