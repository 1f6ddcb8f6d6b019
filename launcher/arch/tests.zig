//! The root of the tests of the architecture that they are compiled for.
const arch = @import("arch.zig");

comptime {
    switch (arch.native.?) {
        .amd64 => {
            _ = @import("amd64/cpu.zig");
            _ = @import("amd64/memory_test.zig");
            _ = @import("amd64/stub.zig");
        },
    }
}
