//! A recipe, its predictions and patches of them, without the frames around them.
const std = @import("std");
const arch = @import("arch");
const predict = @import("predict");
const Guarded = @import("guarded.zig").Guarded;

/// Precedes the recipe, the image and the stored bytes.
const Head = extern struct {
    recipe_size: u16,
    image_size: u16,
    /// Start of a prediction in the middle of the stream, in bytes.
    offset: u32,
    size: u16,
};

pub fn run(input: []const u8) void {
    if (input.len < @sizeOf(Head)) return;
    const head = std.mem.bytesToValue(Head, input[0..@sizeOf(Head)]);
    var rest = input[@sizeOf(Head)..];
    const recipe_bytes = takeGuarded(&rest, head.recipe_size);
    defer recipe_bytes.deinit();
    const image = takeGuarded(&rest, head.image_size);
    defer image.deinit();
    const stored = takeGuarded(&rest, rest.len);
    defer stored.deinit();

    const memory_size = predict.Recipe.memorySize(recipe_bytes.bytes) catch return;
    const memory: Guarded(@alignOf(u64)) = .init(memory_size);
    defer memory.deinit();
    const recipe = predict.Recipe.parse(recipe_bytes.bytes, memory.bytes) catch return;
    inline for (@typeInfo(arch.Architecture).@"enum".fields) |field| {
        const architecture: arch.Architecture = @enumFromInt(field.value);
        const again_image: Guarded(1) = .copy(image.bytes);
        defer again_image.deinit();
        const again_stored: Guarded(1) = .copy(stored.bytes);
        defer again_stored.deinit();
        runAs(architecture, &recipe, &head, recipe_bytes.bytes, again_image.bytes, again_stored.bytes);
    }
}

fn runAs(
    comptime architecture: arch.Architecture,
    recipe: *const predict.Recipe,
    head: *const Head,
    recipe_bytes: []const u8,
    image: []u8,
    stored: []u8,
) void {
    const bases = [_]predict.Base{
        .inPlace(recipe, image, stored),
        .ofFrame(architecture, recipe, image, head.offset, null),
        .ofFrame(architecture, recipe, stored, head.offset, 25),
        .ofFrame(architecture, recipe, stored, 0, 32),
    };
    const size = @max(head.size, 1);
    for (&bases) |*base| for ([_]u64{ 0, size, head.offset }) |offset| {
        const out: Guarded(1) = .init(size);
        defer out.deinit();
        predict.predict(architecture, recipe, base, offset, out.bytes);
        predict.patches.apply(out.bytes, recipe_bytes) catch {};
        predict.patches.apply(out.bytes, stored) catch {};
    };
}

fn takeGuarded(rest: *[]const u8, size: usize) Guarded(1) {
    const taken = rest.*[0..@min(size, rest.len)];
    rest.* = rest.*[taken.len..];
    return .copy(taken);
}
