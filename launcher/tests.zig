//! The root of the launcher's tests: all modules but those that need its entry.
comptime {
    _ = @import("decode/decoding_test.zig");
    _ = @import("decode/golden_test.zig");
    _ = @import("decode/threads.zig");
    _ = @import("fatal.zig");
    _ = @import("fuzz/guarded.zig");
    _ = @import("launch/execute.zig");
    _ = @import("launch/interpreter.zig");
    _ = @import("launch/memfd.zig");
    _ = @import("launch/name.zig");
    _ = @import("launch/padding_test.zig");
    _ = @import("launch/program_test.zig");
    _ = @import("launch/sections.zig");
    _ = @import("select/environment.zig");
    _ = @import("select/select.zig");
    _ = @import("self/capabilities.zig");
    _ = @import("self/image.zig");
    _ = @import("self/process.zig");
    _ = @import("system/memory.zig");
}
