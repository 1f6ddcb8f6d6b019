//! The root of the engine's tests.
comptime {
    _ = @import("bundle/bundle_test.zig");
    _ = @import("bundle/fields_test.zig");
    _ = @import("encoder/go_names.zig");
    _ = @import("encoder/kinds.zig");
    _ = @import("encoder/relocations.zig");
    _ = @import("encoder/runs_test.zig");
    _ = @import("deflate/deflate_test.zig");
    _ = @import("format/levels_test.zig");
    _ = @import("filter/filter_test.zig");
    _ = @import("predict/functions_test.zig");
    _ = @import("predict/predict_test.zig");
    _ = @import("zstd/zstd_test.zig");
}
