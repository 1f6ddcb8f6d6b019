//! The root of the launcher's tests: all modules but those that need the entry of start.S.
comptime {
    _ = @import("capabilities.zig");
    _ = @import("arch/amd64/cpu.zig");
    _ = @import("decode/decode_test.zig");
    _ = @import("launch/in_place.zig");
    _ = @import("fuzz/guarded.zig");
    _ = @import("decode/golden_test.zig");
    _ = @import("select/environment.zig");
    _ = @import("launch/exec.zig");
    _ = @import("fatal.zig");
    _ = @import("launch/mapping.zig");
    _ = @import("arch/amd64/memory_test.zig");
    _ = @import("launch/name.zig");
    _ = @import("launch/padding_test.zig");
    _ = @import("launch/sections.zig");
    _ = @import("select/select.zig");
    _ = @import("start.zig");
    _ = @import("system.zig");
    _ = @import("decode/threads.zig");
}
