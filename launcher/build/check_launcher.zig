//! `check-launcher LINKED GOARCH PAGE_SIZE OUTPUT`: copies the linked launcher if it is as expected.
const std = @import("std");
const expectations = @import("expectations.zig");
const format = @import("format");

pub fn main(init: std.process.Init) !void {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    const cwd = std.Io.Dir.cwd();
    const file = try cwd.readFileAlloc(init.io, arguments[1], init.arena.allocator(), .limited(16 << 20));
    var report: expectations.Report = .{};
    const architecture = std.meta.stringToEnum(format.Architecture, arguments[2]).?;
    const page_size = try std.fmt.parseInt(u32, arguments[3], 10);
    expectations.check(file, architecture, page_size, &report) catch {
        std.debug.print("error: the launcher is not as expected: {s}\n", .{report.text});
        std.process.exit(1);
    };
    try cwd.writeFile(init.io, .{
        .sub_path = arguments[4],
        .data = file,
        .flags = .{ .permissions = .executable_file },
    });
}
