//! Builds and tests the launcher: `zig build`, `zig build test`.
const std = @import("std");
const builtin = @import("builtin");

const zig_version = "0.16";

comptime {
    if (builtin.zig_version.major != 0 or builtin.zig_version.minor != 16) {
        @compileError("mgo is built with Zig " ++ zig_version ++ ".x, found " ++ builtin.zig_version_string);
    }
}

pub fn build(b: *std.Build) void {
    const zstd_dir = b.option([]const u8, "zstd", "zstd's lib folder") orelse "node_modules/zstd-napi/deps/zstd/lib";
    const target = b.resolveTargetQuery(.{ .cpu_arch = .x86_64, .os_tag = .linux, .abi = .none, .cpu_model = .baseline });
    const module = b.createModule(.{
        .root_source_file = b.path("launcher.zig"),
        .target = target,
        .optimize = .ReleaseSmall,
        .strip = true,
        .pic = true,
        .single_threaded = true,
        .unwind_tables = .none,
        .stack_protector = false,
        .stack_check = false,
        .sanitize_c = .off,
        .omit_frame_pointer = true,
        .red_zone = true,
    });
    module.addAssemblyFile(b.path("launcher/start.S"));
    const root: std.Build.LazyPath = if (std.fs.path.isAbsolute(zstd_dir)) .{ .cwd_relative = zstd_dir } else b.path(zstd_dir);
    module.addIncludePath(b.path("launcher/zstd"));
    module.addCSourceFiles(.{
        .root = root,
        .files = &.{
            "common/debug.c",             "common/entropy_common.c",   "common/error_private.c",
            "common/fse_decompress.c",    "common/xxhash.c",           "common/zstd_common.c",
            "decompress/huf_decompress.c", "decompress/zstd_ddict.c",  "decompress/zstd_decompress.c",
            "decompress/zstd_decompress_block.c", "decompress/huf_decompress_amd64.S",
        },
        .flags = &.{
            "-std=c11", "-O3", "-ffreestanding", "-fvisibility=hidden", "-ffunction-sections", "-fdata-sections",
            "-include", b.pathFromRoot("launcher/zstd/shim.h"),
            "-DXXH_NO_STDLIB", "-DXXH_NO_XXH3", "-DZSTD_STRIP_ERROR_STRINGS", "-DZSTD_LEGACY_SUPPORT=0", "-DZSTD_TRACE=0", "-DDEBUGLEVEL=0",
        },
    });
    const exe = b.addExecutable(.{ .name = "mgo-launcher", .root_module = module, .use_llvm = true, .use_lld = true });
    exe.setLinkerScript(b.path("launcher/launcher.ld"));
    exe.pie = true;
    exe.link_gc_sections = true;
    exe.link_z_relro = false;
    exe.link_z_max_page_size = 4096;
    exe.link_z_common_page_size = 4096;
    exe.build_id = .none;
    b.installArtifact(exe);
}
