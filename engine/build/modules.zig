//! The rooms of engine/ as modules, for the launcher, the WebAssembly module and tests.
const std = @import("std");
const arch = @import("../../launcher/arch/arch.zig");
const LazyPath = std.Build.LazyPath;
const Module = std.Build.Module;
const OptimizeMode = std.builtin.OptimizeMode;

pub const Options = struct {
    /// The architecture that bundles run on.
    architecture: arch.Architecture,
    /// The same for Zig. The launcher must not need more than any variant.
    target: std.Build.ResolvedTarget,
    /// The folder with zstd's common/ and decompress/.
    zstd: LazyPath,
};

/// A room that others import by its name.
const Room = struct {
    name: []const u8,
    root: []const u8,
    /// The rooms that it imports, which precede it.
    imports: []const []const u8 = &.{},
    /// Optimization in the launcher. The root of a compilation chooses LLVM's passes, and each module chooses what its
    /// functions ask of them. The launcher would take 20 KiB more with all rooms `fast`, and 3 ms more to start a
    /// program of 11 MB with all of them `small`.
    mode: OptimizeMode,
};

const fast: OptimizeMode = .ReleaseFast;
const small: OptimizeMode = .ReleaseSmall;

const rooms = [_]Room{
    .{ .name = "format", .root = "engine/format/format.zig", .mode = small },
    .{ .name = "arch", .root = "launcher/arch/arch.zig", .mode = fast, .imports = &.{"format"} },
    .{ .name = "checksum", .root = "engine/zstd/checksum.zig", .mode = small },
    .{ .name = "zstd", .root = "engine/zstd/zstd.zig", .mode = fast, .imports = &.{"arch"} },
    .{ .name = "deflate", .root = "engine/deflate/deflate.zig", .mode = small },
    .{ .name = "filter", .root = "engine/filter/filter.zig", .mode = fast, .imports = &.{"arch"} },
    .{
        .name = "predict",
        .root = "engine/predict/predict.zig",
        .mode = fast,
        .imports = &.{ "arch", "filter", "format" },
    },
    .{ .name = "bundle", .root = "engine/bundle/bundle.zig", .mode = small, .imports = &.{ "checksum", "format" } },
};

/// Adds all rooms to a module, compiled as the module is.
pub fn importAll(b: *std.Build, importer: *Module, options: Options) void {
    var modules: Modules = .{};
    for (rooms) |room| modules.add(room, b.createModule(.{ .root_source_file = b.path(room.root) }));
    modules.addTo(importer);
    addZstd(b, importer, options);
}

/// Adds all rooms to the launcher, each a module of `create(b, options, root, mode)`.
pub fn importForLauncher(
    b: *std.Build,
    importer: *Module,
    options: Options,
    comptime create: fn (*std.Build, Options, []const u8, OptimizeMode) *Module,
) void {
    var modules: Modules = .{};
    for (rooms) |room| modules.add(room, create(b, options, room.root, room.mode));
    addZstd(b, modules.of("zstd"), options);
    modules.addTo(importer);
}

const Modules = struct {
    found: [rooms.len]*Module = undefined,
    count: usize = 0,

    fn add(modules: *Modules, room: Room, module: *Module) void {
        for (room.imports) |name| module.addImport(name, modules.of(name));
        modules.found[modules.count] = module;
        modules.count += 1;
    }

    fn of(modules: *const Modules, name: []const u8) *Module {
        for (rooms[0..modules.count], modules.found[0..modules.count]) |room, module| {
            if (std.mem.eql(u8, room.name, name)) return module;
        }
        unreachable;
    }

    fn addTo(modules: *const Modules, importer: *Module) void {
        for (rooms, modules.found) |room, module| importer.addImport(room.name, module);
    }
};

/// Adds what engine/zstd links: zstd's decoder of Huffman codes and its checksum, without libc, for which
/// engine/zstd/shim.h stands in, and assembly of our own.
fn addZstd(b: *std.Build, module: *Module, options: Options) void {
    // The include path has a <string.h>.
    module.addIncludePath(b.path(zstd_include));
    module.addCSourceFiles(.{ .root = options.zstd, .flags = zstdFlags(b), .files = &zstd_sources });
    // A module without a target has that of its importer.
    const target = module.resolved_target orelse options.target;
    const architecture = arch.of(target.result.cpu.arch) orelse return;
    if (arch.target(architecture).sequences) |name| module.addAssemblyFile(assembly(b, name));
}

/// Returns the path of an assembly file of an architecture.
pub fn assembly(b: *std.Build, name: []const u8) LazyPath {
    return b.path(b.fmt("launcher/arch/{s}", .{name}));
}

/// Adds the functions of an architecture that compilers call.
pub fn addSupport(b: *std.Build, module: *Module, options: Options) void {
    for (arch.target(options.architecture).support) |name| module.addAssemblyFile(assembly(b, name));
    if (arch.target(options.architecture).memory) |name| return module.addAssemblyFile(assembly(b, name));
    module.addObject(b.addObject(.{
        .name = "memory",
        .use_llvm = true,
        .root_module = b.createModule(.{
            .root_source_file = b.path("launcher/arch/memory.zig"),
            .target = options.target,
            .optimize = .ReleaseFast,
            .code_model = arch.target(options.architecture).code_model,
            .strip = true,
            .pic = true,
            .unwind_tables = .none,
            .stack_protector = false,
            .stack_check = false,
            .omit_frame_pointer = true,
            .no_builtin = true,
        }),
    }));
}

pub const zstd_include = "engine/zstd";

pub const zstd_sources = [_][]const u8{
    "common/debug.c",
    "common/entropy_common.c",
    "common/error_private.c",
    "common/fse_decompress.c",
    "common/xxhash.c",
    "decompress/huf_decompress.c",
    "decompress/huf_decompress_amd64.S", // Empty for other CPUs.
};

pub fn zstdFlags(b: *std.Build) []const []const u8 {
    return b.allocator.dupe([]const u8, &.{
        "-std=c11",
        "-ffreestanding",
        "-fvisibility=hidden",
        "-ffunction-sections",
        "-fdata-sections",
        "-include",
        b.pathFromRoot(zstd_include ++ "/shim.h"),
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
