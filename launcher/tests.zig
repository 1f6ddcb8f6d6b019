//! The root of the launcher's tests: all modules but those that need the entry of start.S.
comptime {
    _ = @import("bundle.zig");
    _ = @import("bundle_test.zig");
    _ = @import("capabilities.zig");
    _ = @import("checksum.zig");
    _ = @import("cpu.zig");
    _ = @import("decode_test.zig");
    _ = @import("deflate_test.zig");
    _ = @import("direct.zig");
    _ = @import("fuzz/guarded.zig");
    _ = @import("golden_test.zig");
    _ = @import("environment.zig");
    _ = @import("exec.zig");
    _ = @import("fatal.zig");
    _ = @import("filter_test.zig");
    _ = @import("mapping.zig");
    _ = @import("memory_test.zig");
    _ = @import("name.zig");
    _ = @import("room_test.zig");
    _ = @import("predict_test.zig");
    _ = @import("sections.zig");
    _ = @import("select.zig");
    _ = @import("start.zig");
    _ = @import("system.zig");
    _ = @import("threads.zig");
}
