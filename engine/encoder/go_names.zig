//! Names of functions in Go's table: which package a function belongs to, and which packages are Go's own runtime.
const std = @import("std");

/// Packages that every Go program links and none calls by itself: scheduler, memory, maps, and the look at the CPU at
/// start. Packages that programs reach through others of the standard library, such as internal/bytealg, are none of
/// them: a program gains where they do (docs/decisions/level-changes.md).
const packages = [_][]const u8{ "runtime", "internal/cpu" };
const folders = [_][]const u8{ "internal/runtime/", "runtime/internal/" };

/// Whether a function is of Go's own runtime. One whose name tells no package is not.
pub fn isRuntime(name: []const u8) bool {
    const package = packageOf(name);
    for (packages) |one| if (std.mem.eql(u8, package, one)) return true;
    for (folders) |folder| if (std.mem.startsWith(u8, package, folder)) return true;
    return false;
}

/// Returns the import path that a function's name begins with, as the linker spells it: `a/b` of `a/b.(*T).Method`.
/// Empty where there is none.
pub fn packageOf(name: []const u8) []const u8 {
    // Type arguments have paths of their own.
    const plain = name[0 .. std.mem.indexOfScalar(u8, name, '[') orelse name.len];
    const element = if (std.mem.lastIndexOfScalar(u8, plain, '/')) |slash| slash + 1 else 0;
    const dot = std.mem.indexOfScalarPos(u8, plain, element, '.') orelse return "";
    return plain[0..dot];
}

/// Returns the name of the function that a trampoline jumps to, as the linker names it where a call does not reach its
/// target; null for other functions.
pub fn trampolineTarget(name: []const u8) ?[]const u8 {
    const end = std.mem.lastIndexOf(u8, name, "-tramp") orelse return null;
    // An offset in the target may stand between the two.
    const target = std.mem.trimEnd(u8, name[0..end], "0123456789abcdef");
    const has_offset = std.mem.endsWith(u8, target, "+") or std.mem.endsWith(u8, target, "-");
    return if (has_offset) target[0 .. target.len - 1] else name[0..end];
}

test "trampolines" {
    try std.testing.expectEqualStrings("runtime.memequal", trampolineTarget("runtime.memequal-tramp0").?);
    try std.testing.expectEqualStrings("os.Executable", trampolineTarget("os.Executable+0-tramp12").?);
    try std.testing.expectEqualStrings("runtime.duffzero", trampolineTarget("runtime.duffzero+1c-tramp0").?);
    try std.testing.expectEqual(null, trampolineTarget("main.tramp0"));
}

test "a function's package" {
    const expectEqualStrings = std.testing.expectEqualStrings;
    try expectEqualStrings("runtime", packageOf("runtime.mapaccess1_fast64"));
    try expectEqualStrings("internal/runtime/maps", packageOf("internal/runtime/maps.(*Iter).Next"));
    try expectEqualStrings("example.com/a/b", packageOf("example.com/a/b.F.func1"));
    try expectEqualStrings("slices", packageOf("slices.SortFunc[go.shape.[]example.com/a.T]"));
    try expectEqualStrings("gopkg.in/yaml%2ev3", packageOf("gopkg.in/yaml%2ev3.(*Node).Decode"));
    try expectEqualStrings("", packageOf("x_cgo_init"));
    try expectEqualStrings("", packageOf(""));
}

test "Go's own runtime, and what only looks like it" {
    for ([_][]const u8{
        "runtime.rt0_go",
        "runtime.(*mheap).alloc.func1",
        "internal/runtime/maps.(*Map).getWithKeySmall",
        "runtime/internal/atomic.Cas",
        "internal/cpu.getGOAMD64level",
    }) |name| try std.testing.expect(isRuntime(name));
    for ([_][]const u8{
        "",
        "main.main",
        "runtime/cgo.x_cgo_init",
        "runtime/pprof.StartCPUProfile",
        "internal/bytealg.Count",
        "example.com/runtime.F",
        "example.com/internal/runtime/maps.F",
        "type:.eq.runtime.mOS",
        "type:.eq.internal/runtime/maps.table",
        "x_cgo_init",
        "slices.Sort[go.shape.runtime.x]",
    }) |name| try std.testing.expect(!isRuntime(name));
}
