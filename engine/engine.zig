//! The WebAssembly module that mgo encodes and decodes variants with: what engine/format/wire.zig declares.
//!
//! Addresses are those of the module's memory.
const std = @import("std");
const arch = @import("arch");
const bundle = @import("bundle");
const checksum = @import("checksum");
const deflate = @import("deflate");
const filter = @import("filter");
const format = @import("format");
const predict = @import("predict");
const changes = @import("encoder/changes.zig");
const literals = @import("encoder/literals.zig");
const own_file = @import("encoder/own_file.zig");
const Opened = @import("encoder/opened.zig").Opened;
const patches = @import("encoder/patches.zig");
const encoder = @import("encoder/recipe.zig");
const speed = @import("encoder/speed.zig");

comptime {
    format.wire.expectExports(@This());
}

const gpa = std.heap.wasm_allocator;

/// Enough for all that is read in place.
const alignment: std.mem.Alignment = .fromByteUnits(format.payload_align);

/// Returns the address of so many bytes of memory, or 0 if there are none.
pub export fn allocate(size: usize) usize {
    // An empty piece has an address, too.
    const memory = gpa.alignedAlloc(u8, alignment, @max(size, 1)) catch return 0;
    return @intFromPtr(memory.ptr);
}

/// Takes back what `allocate` gave.
pub export fn release(address: usize, size: usize) void {
    const memory: [*]align(format.payload_align) u8 = @ptrFromInt(address);
    gpa.free(memory[0..@max(size, 1)]);
}

/// Returns how many of the first bytes of a payload `parseDirectory` needs, as far as the `size` bytes at `start` tell;
/// never more than there are.
pub export fn directorySize(start: [*]align(format.payload_align) const u8, size: usize, payload_size: u64) usize {
    return std.math.lossyCast(usize, bundle.startSize(start[0..size], payload_size));
}

/// Parses the directory that the first bytes of a payload of `payload_size` bytes hold. Returns 0, or the number of an
/// error: then only its detail is written.
pub export fn parseDirectory(
    start: [*]align(format.payload_align) const u8,
    size: usize,
    payload_size: u64,
    parsed: *format.wire.ParsedDirectory,
) u32 {
    const opened = bundle.parseStart(start[0..size], payload_size, &parsed.detail) catch |err| {
        return bundle.errors.numberOf(err);
    };
    parsed.base = @intCast(opened.base() - opened.variants.ptr);
    for (opened.variants, parsed.variants[0..opened.variants.len]) |*variant, *out| {
        if (variant.size > number_max) return bundle.errors.numberOf(error.VariantSize);
        const in_place = variant == opened.inPlace();
        out.* = .{
            .skeleton_size = opened.skeletonSizeOf(variant),
            .stream_size = opened.streamSizeOf(variant),
            .detached_first = @intCast(opened.detachedFirst(variant)),
            .skeleton_frame_count = if (in_place) 0 else @intCast(opened.skeletonFramesOf(variant).len),
        };
    }
    return 0;
}

/// JavaScript's numbers are exact up to here (Number.MAX_SAFE_INTEGER).
const number_max = (1 << 53) - 1;

var result: []const u8 = &.{};

/// Returns where the recipe is that `makeRecipe` made, or what `makePatches` did.
pub export fn resultAddress() usize {
    return @intFromPtr(result.ptr);
}

/// Makes a recipe, which is valid until the next call. Returns its size in bytes, or 0 if there is no memory.
pub export fn makeRecipe(
    base: [*]const u8,
    base_size: usize,
    variant: [*]const u8,
    variant_size: usize,
    request: *const format.wire.Request,
) usize {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    const files = .{ base[0..base_size], variant[0..variant_size] };
    const pairs = pairsOf(request);
    const frames = framesOf(request);
    return keep(encoder.makeRecipe(arena.allocator(), files[0], files[1], request.*, pairs, frames) catch null);
}

/// Measures what a variant changes of its base, both whole executables; the result is valid as a recipe is. Returns its
/// size in bytes, or 0 if it cannot be told or there is no memory.
pub export fn measureChanges(
    base: [*]const u8,
    base_size: usize,
    variant: [*]const u8,
    variant_size: usize,
    request: *const format.wire.Request,
) usize {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    const files = .{ base[0..base_size], variant[0..variant_size] };
    return keep(switch (@as(format.Architecture, @enumFromInt(request.architecture))) {
        inline else => |one| changes.measure(
            arch.relative(archOf(one)),
            arena.allocator(),
            files[0],
            files[1],
            request.*,
            pairsOf(request),
        ) catch null,
    });
}

/// Finds out which packages of an executable ask for its own file; the result is valid as a recipe is. Returns its size
/// in bytes, or 0 if it cannot be told or there is no memory.
pub export fn findOwnFile(file: [*]const u8, size: usize, request: *const format.wire.Request) usize {
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    return keep(switch (@as(format.Architecture, @enumFromInt(request.architecture))) {
        inline else => |one| own_file.find(
            arch.relative(archOf(one)),
            arena.allocator(),
            file[0..size],
            request.*,
            pairsOf(request),
        ) catch null,
    });
}

/// Makes a copy the result. Returns its size in bytes, 0 for none.
fn keep(bytes: ?[]const u8) usize {
    gpa.free(result);
    result = &.{};
    result = gpa.dupe(u8, bytes orelse return 0) catch return 0;
    return result.len;
}

fn pairsOf(request: *const format.wire.Request) []const format.wire.Pair {
    const pairs: [*]const format.wire.Pair = @ptrCast(@as([*]const format.wire.Request, @ptrCast(request)) + 1);
    return pairs[0..request.pair_count];
}

fn framesOf(request: *const format.wire.Request) []const u32 {
    const frames: [*]const u32 = @ptrCast(pairsOf(request).ptr + request.pair_count);
    return frames[0..request.frame_count];
}

/// Reads a recipe, which must stay where it is as the base must. The base's first `image_size` bytes are its image, if
/// it is `in_place`; else it is a stream.
/// Returns a handle, or 0 if the recipe is damaged or there is no memory.
pub export fn openRecipe(
    recipe: [*]const u8,
    recipe_size: usize,
    base: [*]const u8,
    base_size: usize,
    image_size: usize,
    in_place: bool,
) usize {
    const all = base[0..base_size];
    return @intFromPtr(Opened.open(gpa, recipe[0..recipe_size], all, image_size, in_place) catch return 0);
}

/// Gives back what `openRecipe` took.
pub export fn closeRecipe(opened: usize) void {
    @as(*Opened, @ptrFromInt(opened)).close(gpa);
}

/// Predicts bytes of the variant's stream from `offset` on, for a format.zig `Architecture`: from an image and what is
/// beside it, or else from a frame of the base. Unless `filter_size` is 0, that has the filter for code, in a file of
/// that size.
pub export fn predictRange(
    architecture: u32,
    opened: usize,
    frame_position: u64,
    frame_size: usize,
    filter_size: u64,
    offset: u64,
    output: [*]u8,
    size: usize,
) void {
    const handle: *Opened = @ptrFromInt(opened);
    const bits: ?u6 = if (filter_size > 0) filter.bitsFor(filter_size) else null;
    const frame: Opened.Frame = .{ .position = frame_position, .size = frame_size, .bits = bits };
    switch (@as(format.Architecture, @enumFromInt(architecture))) {
        inline else => |one| handle.predict(archOf(one), &frame, offset, output[0..size]),
    }
}

/// Returns the position in the variant's stream of what a position in the base's corresponds to, or of what does next.
pub export fn variantPosition(opened: usize, position: u64) u64 {
    const handle: *const Opened = @ptrFromInt(opened);
    return handle.recipe.variantPosition(position) orelse std.math.maxInt(u64);
}

/// Makes the patches that make a prediction right, or that replace `all` of it, which are valid until the next call.
/// Returns their size in bytes, or 0 if there is no memory.
pub export fn makePatches(prediction: [*]const u8, actual: [*]const u8, size: usize, all: bool) usize {
    const memory = gpa.alloc(u8, format.patchesSizeMax(size)) catch return 0;
    defer gpa.free(memory);
    return keep(patches.make(gpa, prediction[0..size], actual[0..size], all, memory) catch null);
}

/// Returns the most that patches of so many bytes take.
pub export fn patchesSizeMax(size: usize) usize {
    return format.patchesSizeMax(size);
}

/// Makes a prediction right. Returns false if the patches are damaged.
pub export fn applyPatches(prediction: [*]u8, size: usize, found: [*]const u8, found_size: usize) bool {
    predict.patches.apply(prediction[0..size], found[0..found_size]) catch return false;
    return true;
}

fn archOf(comptime architecture: format.Architecture) arch.Architecture {
    return @field(arch.Architecture, @tagName(architecture));
}

/// Applies the filter for code to bytes at that position of a file of that size, or takes it off again.
pub export fn filterCode(
    architecture: u32,
    bytes: [*]u8,
    size: usize,
    position: u64,
    file_size: u64,
    forward: bool,
) void {
    const bits = filter.bitsFor(file_size);
    switch (@as(format.Architecture, @enumFromInt(architecture))) {
        inline else => |one| if (forward) {
            filter.code(.forward, archOf(one), bytes[0..size], position, bits);
        } else {
            filter.code(.backward, archOf(one), bytes[0..size], position, bits);
        },
    }
}

var deflate_workspace: deflate.Workspace = undefined;

/// Deflates as the launcher does. Returns the size in bytes of the zlib stream at `output`, or -1 if it is larger
/// than `output_size`.
pub export fn deflateRange(input: [*]const u8, input_size: usize, output: [*]u8, output_size: usize) isize {
    const size = deflate.compress(&deflate_workspace, input[0..input_size], output[0..output_size]) orelse return -1;
    return @intCast(size);
}

var literals_workspace: literals.Workspace = undefined;

/// Writes a frame whose literals have Huffman codes where these save `price` bytes for each microsecond of
/// decoding. Returns its size in bytes, or 0 if it does not fit or the frame is of an unknown kind.
pub export fn simplifyFrame(
    frame: [*]const u8,
    size: usize,
    decoded_size: usize,
    price: u32,
    output: [*]u8,
    output_size: usize,
) usize {
    const simplified = output[0..output_size];
    return literals.simplify(&literals_workspace, frame[0..size], decoded_size, price, simplified) catch 0;
}

/// Returns how long decoding a frame takes at each start, in nanoseconds, or -1 if it is of an unknown kind.
pub export fn decodingTime(frame: [*]const u8, size: usize, decoded_size: usize) f64 {
    return @floatFromInt(speed.decodingTime(frame[0..size], decoded_size) catch return -1);
}

var hashed: checksum.Stream = undefined;

/// Begins a checksum of the pieces that follow.
pub export fn hashStart() void {
    hashed = .init();
}

/// Adds a piece to the checksum.
pub export fn hashPiece(bytes: [*]const u8, size: usize) void {
    hashed.add(bytes[0..size]) catch |err| switch (err) {};
}

/// Returns XXH64 of all pieces, in their order.
pub export fn hashValue() u64 {
    return hashed.value();
}
