//! `print-format FOLDER`: writes the bundle format, the wire and the levels as TypeScript, a file for each of
//! `modules`.
const std = @import("std");
const errors = @import("errors");
const format = @import("format");
const Writer = std.Io.Writer;

const modules = .{
    .{ .name = "format.ts", .namespace = format },
    .{ .name = "wire.ts", .namespace = format.wire },
    .{ .name = "levels.ts", .namespace = format.levels.architectures },
};

pub fn main(init: std.process.Init) !void {
    const gpa = init.arena.allocator();
    const words = try init.minimal.args.toSlice(gpa);
    inline for (modules) |module| {
        var text: Writer.Allocating = .init(gpa);
        try print(&text.writer, module.namespace);
        const path = try std.fs.path.join(gpa, &.{ words[1], module.name });
        try std.Io.Dir.cwd().writeFile(init.io, .{ .sub_path = path, .data = text.written() });
    }
}

fn print(writer: *Writer, comptime Namespace: type) Writer.Error!void {
    try writer.writeAll("// Written by `zig build format` from engine/format. Do not edit.\n");
    const declarations = @typeInfo(Namespace).@"struct".decls;
    if (Namespace == format.levels.architectures) return printArchitectures(writer, Namespace);
    var separator: []const u8 = "\n";
    inline for (declarations) |declaration| {
        const value = @field(Namespace, declaration.name);
        if (@TypeOf(value) == type or @typeInfo(@TypeOf(value)) == .@"fn") continue;
        try writer.writeAll(separator);
        separator = "";
        try printConstant(writer, declaration.name, value);
    }
    inline for (declarations) |declaration| {
        const value = @field(Namespace, declaration.name);
        if (@TypeOf(value) == type) try printType(writer, declaration.name, value);
    }
    if (Namespace == format.wire) try printErrors(writer);
}

fn printType(writer: *Writer, comptime name: []const u8, comptime T: type) Writer.Error!void {
    switch (@typeInfo(T)) {
        .@"enum" => try printEnum(writer, name, T),
        .@"struct" => |info| if (T == format.wire.exports) {
            try printExports(writer, T);
        } else if (info.layout == .@"extern") {
            const start = "\nexport const {s} = {{\n  size: {d},\n  fields: {{\n";
            try writer.print(start, .{ constantName(name), @sizeOf(T) });
            try printFields(writer, T, "", 0);
            try writer.writeAll("  },\n} as const;\n");
        },
        else => @compileError("a declaration of the format that has no TypeScript: " ++ name),
    }
}

fn printConstant(writer: *Writer, comptime name: []const u8, value: anytype) Writer.Error!void {
    switch (@typeInfo(@TypeOf(value))) {
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
    try writer.print("\nexport const {s} = {{\n", .{constantName(name)});
    inline for (@typeInfo(T).@"enum".fields) |field| {
        try writer.print("  {s}: {d},\n", .{ field.name, field.value });
    }
    try writer.writeAll("} as const;\n");
}

/// Fields of a struct within a field `base` are called `base_…`.
fn printFields(
    writer: *Writer,
    comptime T: type,
    comptime prefix: []const u8,
    comptime start: usize,
) Writer.Error!void {
    inline for (@typeInfo(T).@"struct".fields) |field| {
        const name = prefix ++ field.name;
        const offset = start + @offsetOf(T, field.name);
        const kind = switch (@typeInfo(field.type)) {
            .int => @typeName(field.type),
            .@"enum" => |info| @typeName(info.tag_type),
            .array => "bytes",
            .@"struct" => {
                try printFields(writer, field.type, name ++ "_", offset);
                continue;
            },
            else => @compileError("a field of the format that has no TypeScript: " ++ name),
        };
        try writer.print(
            "    {s}: {{ offset: {d}, size: {d}, type: \"{s}\" }},\n",
            .{ name, offset, @sizeOf(field.type), kind },
        );
    }
}

/// Prints the errors that `parseDirectory` returns the numbers of, from 1.
fn printErrors(writer: *Writer) Writer.Error!void {
    try writer.writeAll("\nexport const PARSE_ERRORS = [\n");
    for (errors.names) |name| try writer.print("  \"{s}\",\n", .{name});
    try writer.writeAll("] as const;\n");
}

/// Prints the signatures, and for each function how many arguments it takes.
fn printExports(writer: *Writer, comptime Exports: type) Writer.Error!void {
    const declarations = @typeInfo(Exports).@"struct".decls;
    try writer.writeAll("\nexport type Exports = {\n");
    inline for (declarations) |declaration| {
        var buffer: [512]u8 = undefined;
        var line: Writer = .fixed(&buffer);
        try printSignature(&line, Exports, declaration.name, .{ .between = ", " });
        // As Biome formats it.
        if (line.end <= line_width + 1) {
            try writer.writeAll(line.buffered());
        } else {
            const lines: Spaces = .{ .before = "\n    ", .between = ",", .end = ",\n  " };
            try printSignature(writer, Exports, declaration.name, lines);
        }
    }
    try writer.writeAll("};\n\nexport const EXPORTS: { readonly [K in keyof Exports]: number } = {\n");
    inline for (declarations) |declaration| {
        const count = @typeInfo(@field(Exports, declaration.name).Arguments).@"struct".fields.len;
        try writer.print("  {s}: {d},\n", .{ declaration.name, count });
    }
    try writer.writeAll("};\n");
}

/// `lineWidth` of biome.json.
const line_width = 110;

/// Stands before, between and after arguments.
const Spaces = struct { before: []const u8 = "", between: []const u8, end: []const u8 = "" };

fn printSignature(
    writer: *Writer,
    comptime Exports: type,
    comptime name: []const u8,
    spaces: Spaces,
) Writer.Error!void {
    const function = @field(Exports, name);
    try writer.writeAll("  readonly " ++ name ++ ": (");
    inline for (@typeInfo(function.Arguments).@"struct".fields, 0..) |field, index| {
        if (index > 0) try writer.writeAll(spaces.between);
        try writer.writeAll(spaces.before);
        try printCamelCase(writer, field.name);
        try writer.writeAll(": " ++ comptime typeName(field.type));
    }
    try writer.print("{s}) => {s};\n", .{ spaces.end, comptime typeName(function.Result) });
}

fn printArchitectures(writer: *Writer, comptime Architectures: type) Writer.Error!void {
    try writer.writeAll("\nexport const ARCHITECTURES = {\n");
    inline for (@typeInfo(Architectures).@"struct".decls) |declaration| {
        const architecture: format.levels.Architecture = @field(Architectures, declaration.name);
        try writer.writeAll("  " ++ declaration.name ++ ": {\n");
        try writer.print("    number: {d},\n", .{@intFromEnum(@field(format.Architecture, declaration.name))});
        try writer.print("    elfMachine: {d},\n", .{architecture.elf_machine});
        try writer.print("    elfClass: {d},\n", .{architecture.elf_class});
        try writer.print("    variable: \"{s}\",\n", .{architecture.variable});
        try writer.writeAll("    levels: ");
        var names: [architecture.levels.len][]const u8 = undefined;
        for (&names, architecture.levels) |*name, level| name.* = level.name;
        try printList(writer, &names, "    ", "levels: ".len);
        try writer.print(",\n    cOption: \"{s}\",\n", .{architecture.c_option});
        try printLevelFields(writer, architecture.levels);
        try writer.writeAll("    defaultLevels: ");
        try printList(writer, architecture.default_levels, "    ", "defaultLevels: ".len);
        try writer.print(",\n    defaultBase: \"{s}\",\n  }},\n", .{architecture.default_base});
    }
    try writer.writeAll("} as const;\n");
}

/// Prints an object for each field of the levels.
fn printLevelFields(writer: *Writer, levels: []const format.levels.Level) Writer.Error!void {
    try writer.writeAll("    march: {\n");
    for (levels) |level| {
        try printKey(writer, level.name);
        try writer.print("\"{s}\",\n", .{level.march});
    }
    try writer.writeAll("    },\n    aliases: {");
    var separator: []const u8 = "\n";
    for (levels) |level| for (level.aliases) |alias| {
        try writer.writeAll(separator);
        separator = "";
        try printKey(writer, alias);
        try writer.print("\"{s}\",\n", .{level.name});
    };
    try writer.print("{s}}},\n    over: {{\n", .{if (separator.len == 0) "    " else ""});
    for (levels) |level| if (level.over) |name| {
        try printKey(writer, level.name);
        try writer.print("\"{s}\",\n", .{name});
    };
    try writer.writeAll("    },\n    features: {\n");
    for (levels) |level| {
        try printKey(writer, level.name);
        try printList(writer, level.features, "      ", level.name.len + 4);
        try writer.writeAll(",\n");
    }
    try writer.writeAll("    },\n");
}

/// Prints the name of a property as Biome formats it.
fn printKey(writer: *Writer, key: []const u8) Writer.Error!void {
    const plain = std.mem.indexOfAny(u8, key, ".,") == null;
    const quote = if (plain) "" else "\"";
    try writer.print("      {s}{s}{s}: ", .{ quote, key, quote });
}

/// Prints strings behind `column` characters as Biome formats them: in one line if that is not too long.
fn printList(writer: *Writer, items: []const []const u8, indent: []const u8, column: usize) Writer.Error!void {
    var width = indent.len + column + "[],".len;
    for (items) |item| width += item.len + "\"\", ".len;
    const fits = width - ", ".len <= line_width;
    try writer.writeAll("[");
    for (items, 0..) |item, index| {
        if (fits) {
            try writer.print("{s}\"{s}\"", .{ if (index == 0) "" else ", ", item });
        } else {
            try writer.print("\n{s}  \"{s}\",", .{ indent, item });
        }
    }
    if (!fits) try writer.print("\n{s}", .{indent});
    try writer.writeAll("]");
}

/// A type of WebAssembly's as JavaScript passes it. Addresses and sizes have 32 bits there, and come back with a sign.
fn typeName(comptime T: type) []const u8 {
    return switch (@typeInfo(T)) {
        .void => "void",
        .bool => "boolean",
        .pointer, .float => "number",
        .int => if (T == u64) "bigint" else "number",
        else => @compileError("a type of the wire that has no TypeScript: " ++ @typeName(T)),
    };
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

/// `base_size` as TypeScript's variables are called: baseSize.
fn printCamelCase(writer: *Writer, name: []const u8) Writer.Error!void {
    for (name, 0..) |byte, index| {
        if (byte == '_') continue;
        const is_first = index > 0 and name[index - 1] == '_';
        try writer.writeByte(if (is_first) std.ascii.toUpper(byte) else byte);
    }
}

test "the TypeScript side reads what engine/format defines (else run `zig build format`)" {
    inline for (modules) |module| {
        var text: Writer.Allocating = .init(std.testing.allocator);
        defer text.deinit();
        try print(&text.writer, module.namespace);
        try std.testing.expectEqualStrings(@embedFile(module.name), text.written());
    }
}
