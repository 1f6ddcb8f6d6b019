//! The WebAssembly module that mgo encodes and decodes variants with.
const std = @import("std");
const checksum = @import("checksum");
const deflate = @import("deflate");
const filter = @import("filter");
const predict = @import("predict");
const literals = @import("encoder/literals.zig");
const planner = @import("encoder/planner.zig");
const request = @import("format/wire.zig");
const speed = @import("encoder/speed.zig");

const gpa = std.heap.wasm_allocator;

/// Gives memory, or 0.
export fn allocate(size: usize) usize {
    // Nothing would have no place in memory.
    const memory = gpa.alignedAlloc(u8, .@"16", @max(size, 1)) catch return 0;
    return @intFromPtr(memory.ptr);
}

/// Takes back what `allocate` gave.
export fn release(address: usize, size: usize) void {
    const memory: [*]align(16) u8 = @ptrFromInt(address);
    gpa.free(memory[0..@max(size, 1)]);
}

var result: []const u8 = &.{};

export fn resultAddress() usize {
    return @intFromPtr(result.ptr);
}

/// Makes a plan; gives its size in bytes, 0 where there is no memory. It is valid until the next call.
export fn makePlan(base: [*]const u8, base_size: usize, variant: [*]const u8, variant_size: usize, asked: *const request.Request) usize {
    const pairs_start: [*]const request.Pair = @ptrCast(@as([*]const request.Request, @ptrCast(asked)) + 1);
    var arena: std.heap.ArenaAllocator = .init(gpa);
    defer arena.deinit();
    gpa.free(result);
    result = &.{};
    const plan = planner.makePlan(
        arena.allocator(),
        base[0..base_size],
        variant[0..variant_size],
        asked.*,
        pairs_start[0..asked.pair_count],
    ) catch return 0;
    result = gpa.dupe(u8, plan) catch return 0;
    return result.len;
}

const Opened = struct { recipe: predict.Recipe, memory: []align(8) u8 };

/// Reads a plan, which must stay in place as the base must; gives 0 if it is damaged or there is no memory.
export fn openPlan(plan: [*]const u8, plan_size: usize, base: [*]const u8, image_size: usize, base_size: usize) usize {
    const bytes = plan[0..plan_size];
    const size = predict.Recipe.memorySize(bytes) catch return 0;
    const memory = gpa.alignedAlloc(u8, .@"8", size) catch return 0;
    const opened = gpa.create(Opened) catch {
        gpa.free(memory);
        return 0;
    };
    const parts: predict.Base = .{ .image = base[0..image_size], .stored = base[image_size..base_size] };
    opened.* = .{ .memory = memory, .recipe = predict.Recipe.parse(bytes, parts, memory) catch {
        gpa.free(memory);
        gpa.destroy(opened);
        return 0;
    } };
    return @intFromPtr(opened);
}

export fn closePlan(opened: *Opened) void {
    gpa.free(opened.memory);
    gpa.destroy(opened);
}

export fn predictRange(opened: *const Opened, offset: u64, out: [*]u8, size: usize) void {
    predict.predict(.amd64, &opened.recipe, offset, out[0..size]);
}

/// Applies the filter for code to bytes at that position of a file of that size, or takes it off again.
export fn filterCode(bytes: [*]u8, size: usize, position: u64, file_size: u64, forward: bool) void {
    const bits = filter.bitsFor(file_size);
    if (forward) {
        filter.code(.forward, .amd64, bytes[0..size], position, bits);
    } else {
        filter.code(.backward, .amd64, bytes[0..size], position, bits);
    }
}

var deflate_workspace: deflate.Workspace = undefined;

/// Deflates as the launcher does. Gives the size in bytes of the zlib stream at `output`, or -1 if it is larger
/// than `output_size`.
export fn deflateRange(input: [*]const u8, input_size: usize, output: [*]u8, output_size: usize) isize {
    const size = deflate.compress(&deflate_workspace, input[0..input_size], output[0..output_size]) orelse return -1;
    return @intCast(size);
}

var literals_workspace: literals.Workspace = undefined;

/// Writes a frame whose literals have Huffman codes where these save `price` bytes for each microsecond of
/// decoding. Gives its size in bytes, 0 where it does not fit or the frame is of a kind that is not known.
export fn simplifyFrame(frame: [*]const u8, size: usize, decoded_size: usize, price: u32, output: [*]u8, output_size: usize) usize {
    const simplified = output[0..output_size];
    return literals.simplify(&literals_workspace, frame[0..size], decoded_size, price, simplified) catch 0;
}

/// What decoding a frame takes at each start, in nanoseconds; negative if it is of a kind that is not known.
export fn decodingTime(frame: [*]const u8, size: usize, decoded_size: usize) f64 {
    return @floatFromInt(speed.decodingTime(frame[0..size], decoded_size) catch return -1);
}

var hashed: checksum.Stream = undefined;

/// Begins a checksum, of pieces that follow.
export fn hashStart() void {
    hashed = .init();
}

export fn hashPiece(bytes: [*]const u8, size: usize) void {
    hashed.add(bytes[0..size]) catch |err| switch (err) {};
}

/// XXH64 of all pieces, in their order.
export fn hashValue() u64 {
    return hashed.value();
}
