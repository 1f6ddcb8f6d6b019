//! The fuzz targets. Each takes any bytes and must neither crash nor hang. tests/corpus/ has a folder for each.

pub const Target = enum {
    directory,
    decode,
    recipe,
    frame,
    operands,
    deflate,
    executable,
    segments,
    environment,

    /// Whether the inputs are payloads.
    pub fn takesPayload(target: Target) bool {
        return target == .directory or target == .decode;
    }

    pub fn run(target: Target, input: []const u8) void {
        switch (target) {
            .directory => @import("directory.zig").run(input),
            .decode => @import("decode.zig").run(input),
            .recipe => @import("recipe.zig").run(input),
            .frame => @import("frame.zig").run(input),
            .operands => @import("operands.zig").run(input),
            .deflate => @import("deflate.zig").run(input),
            .executable => @import("executable.zig").run(input),
            .segments => @import("segments.zig").run(input),
            .environment => @import("environment.zig").run(input),
        }
    }
};
