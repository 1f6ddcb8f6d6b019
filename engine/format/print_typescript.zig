//! `print-format OUTPUT`: writes the bundle format as TypeScript, from the definition in
//! engine/format/format.zig.
const std = @import("std");
const format = @import("format");
const Writer = std.Io.Writer;

pub fn main(init: std.process.Init) !void {
    const arguments = try init.minimal.args.toSlice(init.arena.allocator());
    var text: Writer.Allocating = .init(init.arena.allocator());
    try print(&text.writer);
    try std.Io.Dir.cwd().writeFile(init.io, .{ .sub_path = arguments[1], .data = text.written() });
}

fn print(writer: *Writer) Writer.Error!void {
    try writer.writeAll("// Written by `zig build format` from engine/format/format.zig. Do not edit.\n\n");
    const declarations = @typeInfo(format).@"struct".decls;
    inline for (declarations) |declaration| {
        const value = @field(format, declaration.name);
        if (@TypeOf(value) != type) try printConstant(writer, declaration.name, value);
    }
    inline for (declarations) |declaration| {
        const value = @field(format, declaration.name);
        if (@TypeOf(value) == type) {
            try writer.writeByte('\n');
            switch (@typeInfo(value)) {
                .@"enum" => try printEnum(writer, declaration.name, value),
                .@"struct" => try printStruct(writer, declaration.name, value),
                else => @compileError("a declaration of the format that has no TypeScript: " ++ declaration.name),
            }
        }
    }
}

fn printConstant(writer: *Writer, comptime name: []const u8, value: anytype) Writer.Error!void {
    switch (@typeInfo(@TypeOf(value))) {
        .@"fn" => {},
        .int, .comptime_int => try writer.print("export const {s} = {d};\n", .{ constantName(name), value }),
        .pointer => try writer.print("export const {s} = \"{s}\";\n", .{ constantName(name), value }),
        .array => {
            try writer.print("export const {s} = [", .{constantName(name)});
            for (value, 0..) |byte, index| {
                try writer.print("{s}0x{x:0>2}", .{ if (index == 0) "" else ", ", byte });
            }
            try writer.writeAll("] as const;\n");
        },
        else => @compileError("a constant of the format that has no TypeScript: " ++ name),
    }
}

fn printEnum(writer: *Writer, comptime name: []const u8, comptime T: type) Writer.Error!void {
    try writer.print("export const {s} = {{\n", .{constantName(name)});
    inline for (@typeInfo(T).@"enum".fields) |field| {
        try writer.print("  {s}: {d},\n", .{ field.name, field.value });
    }
    try writer.writeAll("} as const;\n");
}

fn printStruct(writer: *Writer, comptime name: []const u8, comptime T: type) Writer.Error!void {
    try writer.print("export const {s} = {{\n  size: {d},\n  fields: {{\n", .{ constantName(name), @sizeOf(T) });
    inline for (@typeInfo(T).@"struct".fields) |field| {
        const kind = switch (@typeInfo(field.type)) {
            .int => @typeName(field.type),
            .array => "bytes",
            else => @compileError("a field of the format that has no TypeScript: " ++ field.name),
        };
        try writer.print(
            "    {s}: {{ offset: {d}, size: {d}, type: \"{s}\" }},\n",
            .{ field.name, @offsetOf(T, field.name), @sizeOf(field.type), kind },
        );
    }
    try writer.writeAll("  },\n} as const;\n");
}

/// `frame_size_max` and `StartPolicy` as TypeScript's constants are called: FRAME_SIZE_MAX, START_POLICY.
fn constantName(comptime name: []const u8) []const u8 {
    return comptime upper: {
        var upper: []const u8 = "";
        for (name, 0..) |byte, index| {
            if (index > 0 and std.ascii.isUpper(byte)) upper = upper ++ "_";
            upper = upper ++ .{std.ascii.toUpper(byte)};
        }
        break :upper upper;
    };
}

test "src/engine/format.ts is what engine/format/format.zig defines (else run `zig build format`)" {
    var text: Writer.Allocating = .init(std.testing.allocator);
    defer text.deinit();
    try print(&text.writer);
    try std.testing.expectEqualStrings(@embedFile("format.ts"), text.written());
}
