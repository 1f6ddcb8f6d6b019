//! XXH64 with seed 0, the checksum of the bundle format, from zstd's C sources.

/// Returns the checksum of bytes that are in one piece.
pub fn of(bytes: []const u8) u64 {
    return ZSTD_XXH64(bytes.ptr, bytes.len, 0);
}

/// Returns the checksum of several pieces as if they followed one another.
pub fn ofPieces(pieces: []const []const u8) u64 {
    var stream: Stream = .init();
    for (pieces) |piece| stream.add(piece) catch |err| switch (err) {};
    return stream.value();
}

/// The checksum of pieces that come one by one.
pub const Stream = struct {
    state: State,

    pub fn init() Stream {
        var stream: Stream = undefined;
        _ = ZSTD_XXH64_reset(&stream.state, 0);
        return stream;
    }

    pub fn add(stream: *Stream, piece: []const u8) error{}!void {
        _ = ZSTD_XXH64_update(&stream.state, piece.ptr, piece.len);
    }

    pub fn value(stream: *const Stream) u64 {
        return ZSTD_XXH64_digest(&stream.state);
    }
};

/// XXH64_state_t of zstd's common/xxhash.h.
const State = extern struct {
    total_size: u64,
    lanes: [4]u64,
    memory: [4]u64,
    memory_size: u32,
    reserved: [3]u32,
};

extern fn ZSTD_XXH64(input: [*]const u8, size: usize, seed: u64) callconv(.c) u64;
extern fn ZSTD_XXH64_reset(state: *State, seed: u64) callconv(.c) c_int;
extern fn ZSTD_XXH64_update(state: *State, input: [*]const u8, size: usize) callconv(.c) c_int;
extern fn ZSTD_XXH64_digest(state: *const State) callconv(.c) u64;
