//! Builds and tests the launcher and the engine that mgo encodes with, from Zig and zstd's C sources:
//!
//!     zig build          zig-out/bin/mgo-launcher, checked, and zig-out/bin/mgo-engine.wasm
//!     zig build test     all Zig tests
//!     zig build format   writes the generated TypeScript of src/engine from engine/format
//!     zig build fuzz     zig-out/bin/mgo-fuzz, which `npm run fuzz` runs; takes clang
const std = @import("std");
const builtin = @import("builtin");
const arch = @import("launcher/arch/arch.zig");
const engine = @import("engine/build/engine.zig");
const fuzzer = @import("launcher/build/fuzzer.zig");
const launcher = @import("launcher/build/launcher.zig");
const Options = @import("engine/build/modules.zig").Options;
const tests = @import("launcher/build/tests.zig");

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
        .format_check = b.step("format-check", "Fail if that TypeScript differs from engine/format"),
        .fuzz = b.step("fuzz", "Build the fuzzer, with clang and its sanitizers"),
    };
    b.getInstallStep().dependOn(steps.launcher);
    b.getInstallStep().dependOn(steps.engine);

    const options = readOptions(b);
    const clang = b.option([]const u8, "clang", "clang with libFuzzer (default: " ++ clang_default ++ ")");
    for (launchers) |architecture| {
        const name = b.fmt("launcher-{t}", .{architecture});
        const file = launcher.build(b, optionsFor(b, architecture, options.zstd));
        const step = b.step(name, b.fmt("Build and check the launcher for {t}", .{architecture}));
        step.dependOn(&b.addInstallBinFile(file, b.fmt("mgo-{s}", .{name})).step);
        steps.@"test".dependOn(launcher.analyze(b, optionsFor(b, architecture, options.zstd)));
    }
    const install = b.addInstallBinFile(launcher.build(b, options), "mgo-launcher");
    steps.launcher.dependOn(&install.step);
    steps.engine.dependOn(&b.addInstallBinFile(engine.build(b, options), "mgo-engine.wasm").step);
    steps.fuzz.dependOn(&b.addInstallBinFile(fuzzer.build(b, options, clang orelse clang_default), "mgo-fuzz").step);

    const format_tests = b.addRunArtifact(engine.buildFormatTests(b));
    steps.format_check.dependOn(&format_tests.step);
    steps.format.dependOn(engine.writeFormat(b));

    steps.@"test".dependOn(&b.addRunArtifact(engine.buildTests(b, options)).step);
    steps.@"test".dependOn(&format_tests.step);
    // The check of the launcher is one of its tests. Tests of the engine do not compile its functions for WebAssembly.
    steps.@"test".dependOn(&install.step);
    steps.@"test".dependOn(steps.engine);
    tests.addTo(b, steps.@"test", options);
}

/// Architectures other than amd64.
const launchers = [_]arch.Architecture{ .arm, .arm64, .riscv64, .ppc64le };

const zstd_default = "node_modules/zstd-napi/deps/zstd/lib";

/// Debian 12 has this one, and it reads the bitcode of Zig 0.16.
const clang_default = "clang-19";

fn readOptions(b: *std.Build) Options {
    const asked = b.option([]const u8, "zstd", "zstd's lib folder (default: " ++ zstd_default ++ ")");
    const zstd = asked orelse zstd_default;
    return optionsFor(b, .amd64, if (std.fs.path.isAbsolute(zstd)) .{ .cwd_relative = zstd } else b.path(zstd));
}

fn optionsFor(b: *std.Build, architecture: arch.Architecture, zstd: std.Build.LazyPath) Options {
    const target = arch.target(architecture);
    return .{
        .architecture = architecture,
        .target = b.resolveTargetQuery(.{
            .cpu_arch = target.cpu,
            .cpu_model = if (target.model) |model| .{ .explicit = model } else .baseline,
            .cpu_features_add = target.features_added,
            .cpu_features_sub = target.features_removed,
            .os_tag = .linux,
            .abi = target.abi,
        }),
        .zstd = zstd,
    };
}
