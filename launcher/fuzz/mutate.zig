//! Changes payloads part by part, and mends all offsets behind a part that grows or shrinks. A mutator that knows only
//! bytes moves everything behind what it inserts, and makes payloads that are refused at once.
//!
//! It changes what frames decode to as well, recipes and contents of executables, and stores it in raw zstd blocks.
const std = @import("std");
const forge = @import("forge.zig");
const format = @import("format");
const zstd = @import("zstd");
const Tables = forge.Tables;

/// Changes the first `size` bytes, uses up to `size_max` of them and returns how many it uses.
extern fn LLVMFuzzerMutate(bytes: [*]u8, size: usize, size_max: usize) callconv(.c) usize;

/// Limit of decoded bytes that are changed.
const decoded_size_max = 64 << 10;
/// RFC 8878, section 3.1.1: the magic number, a descriptor for a single segment and a size of 4 bytes, the size.
const zstd_magic = 0xfd2fb528;
const zstd_descriptor = 0b10_1_00000;
const zstd_head_size = 4 + 1 + 4;
/// RFC 8878, section 3.1.1.2: Last_Block, Block_Type Raw_Block, Block_Size.
const zstd_block_head_size = 3;

var scratch: struct {
    input: [1 << 20]u8 align(format.payload_align),
    stored: [decoded_size_max + 1024]u8,
    decoded: [decoded_size_max]u8,
    decoder: zstd.Decoder,
} = undefined;

/// Returns the new size.
pub fn mutate(bytes: []u8, size: usize, seed: u32) usize {
    var generator = std.Random.DefaultPrng.init(seed);
    const random = generator.random();
    const copy: forge.Payload = scratch.input[0..size];
    if (size <= scratch.input.len) {
        @memcpy(copy, bytes[0..size]);
        if (Tables.of(copy)) |tables| if (tables.frames.len > 0) switch (random.uintLessThan(u8, 8)) {
            0, 1 => return mutateTable(bytes, size, &tables, random),
            2, 3, 4 => if (mutateStored(bytes, copy, &tables, random)) |changed| return changed,
            5, 6 => if (mutateDecoded(bytes, copy, &tables, random)) |changed| return changed,
            else => {},
        };
    }
    return LLVMFuzzerMutate(bytes.ptr, size, bytes.len);
}

/// Changes one entry of one table, or the header.
fn mutateTable(bytes: []u8, size: usize, tables: *const Tables, random: std.Random) usize {
    const header_size = @sizeOf(format.Header);
    const variants_size = tables.variants.len * @sizeOf(format.Variant);
    const frames_size = tables.frames.len * @sizeOf(format.Frame);
    const Table = struct { start: usize, width: usize, count: usize };
    const table: Table = switch (random.uintLessThan(u8, 4)) {
        0 => .{ .start = 0, .width = header_size, .count = 1 },
        1 => .{ .start = header_size, .width = @sizeOf(format.Variant), .count = tables.variants.len },
        2 => .{ .start = header_size + variants_size, .width = @sizeOf(format.Frame), .count = tables.frames.len },
        else => .{
            .start = header_size + variants_size + frames_size,
            .width = @sizeOf(format.Detached),
            .count = tables.detached.len,
        },
    };
    if (table.count == 0) return LLVMFuzzerMutate(bytes.ptr, size, bytes.len);
    const entry = bytes[table.start + random.uintLessThan(usize, table.count) * table.width ..][0..table.width];
    // An entry keeps its size: if the result is shorter, the rest stays as it was.
    _ = LLVMFuzzerMutate(entry.ptr, entry.len, entry.len);
    return size;
}

fn mutateStored(bytes: []u8, copy: forge.Payload, tables: *const Tables, random: std.Random) ?usize {
    const index = random.uintLessThan(usize, tables.frames.len);
    const old = forge.storedOf(copy, &tables.frames[index]) orelse return null;
    if (old.len > scratch.stored.len) return null;
    @memcpy(scratch.stored[0..old.len], old);
    const size = LLVMFuzzerMutate(&scratch.stored, old.len, @min(2 * old.len + 64, scratch.stored.len));
    return rebuild(bytes, copy, tables, index, scratch.stored[0..size]);
}

/// Changes what a frame decodes to. Predicted frames do not decode here.
fn mutateDecoded(bytes: []u8, copy: forge.Payload, tables: *const Tables, random: std.Random) ?usize {
    const index = random.uintLessThan(usize, tables.frames.len);
    const frame = &tables.frames[index];
    const old = forge.storedOf(copy, frame) orelse return null;
    scratch.decoder.init(false);
    const old_size = scratch.decoder.decode(&scratch.decoded, 0, old) orelse return null;
    // Half of the changes keep the size, which must agree with others in several places.
    const size_max = if (random.boolean()) old_size else @min(2 * old_size + 64, scratch.decoded.len);
    const size = LLVMFuzzerMutate(&scratch.decoded, old_size, size_max);
    if (size == 0) return null;
    for (tables.variants) |*variant| {
        const first = @as(u64, variant.frame_first) + variant.extra_frame_count;
        const end = @as(u64, variant.frame_first) + variant.frame_count;
        if (index >= first and index < end) variant.size +%= size -% frame.size;
    }
    frame.size = @intCast(size);
    return rebuild(bytes, copy, tables, index, storeRaw(scratch.decoded[0..size]));
}

/// Returns a zstd frame of one raw block.
fn storeRaw(contents: []const u8) []u8 {
    const head = scratch.stored[0 .. zstd_head_size + zstd_block_head_size];
    std.mem.writeInt(u32, head[0..4], zstd_magic, .little);
    head[4] = zstd_descriptor;
    std.mem.writeInt(u32, head[5..9], @intCast(contents.len), .little);
    std.mem.writeInt(u24, head[9..12], @intCast(contents.len << 3 | 1), .little);
    @memcpy(scratch.stored[head.len..][0..contents.len], contents);
    return scratch.stored[0 .. head.len + contents.len];
}

/// Writes the payload with other stored bytes for one frame. Returns its size, or null if it does not fit.
fn rebuild(bytes: []u8, copy: forge.Payload, tables: *const Tables, changed: usize, stored: []const u8) ?usize {
    const directory_size = copy.len - tables.stored.len;
    var end = directory_size;
    for (tables.frames, 0..) |*frame, index| {
        const part = if (index == changed) stored else forge.storedOf(copy, frame) orelse return null;
        if (part.len > bytes.len - end) return null;
        @memcpy(bytes[end..][0..part.len], part);
        frame.stored_offset = end;
        frame.stored_size = @intCast(part.len);
        end += part.len;
    }
    tables.header.payload_size = end;
    @memcpy(bytes[0..directory_size], copy[0..directory_size]);
    return end;
}
