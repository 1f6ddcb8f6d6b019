//! Streams that Go's compress/zlib made (tests/launcher/deflate), made again, and read back by Zig's
//! inflate. tests/launcher/deflate.test.ts compares with many more, and with debug sections.
const std = @import("std");
const deflate = @import("deflate");
const symbols = deflate.symbols;
const testing = std.testing;

/// As the functions of the same names in tests/launcher/deflate/inputs.go make them.
const Kind = enum { zeros, noise, skewed, lines, distant };

const Vector = struct {
    kind: Kind,
    size: usize,
    stream_size: usize,
    sha256: *const [64]u8,

    fn of(kind: Kind, size: usize, stream_size: usize, sha256: *const [64]u8) Vector {
        return .{ .kind = kind, .size = size, .stream_size = stream_size, .sha256 = sha256 };
    }
};

const size_max = 200000;

/// Written by `go run . vectors` in tests/launcher/deflate.
const vectors = [_]Vector{
    .of(.zeros, 0, 11, "b8f45bcbd81d3edbe2fe2eaddfe03209b3dd10924cb291d4b79a47d63bb8cef9"),
    .of(.zeros, 1, 17, "605d0a25ee2cea27ec18b22d3aaebd74e509772f7f408114972a60978d0949e0"),
    .of(.zeros, 16, 32, "6a249f4bae35c28b6f701b447f8d8b7eec65f1ed908ab199f4064b4a2e31c29a"),
    .of(.zeros, 17, 24, "ccf4e0126fe7cc5a92177da2429aa48a6023ea7620905ea1faabcd9dad40993f"),
    .of(.zeros, 127, 38, "fde7afe2cfdb9057ef70dc64941c9d86a951008f48c0907eb0861f63b53b59f7"),
    .of(.zeros, 128, 25, "8ac73822a798c82c85a8c77220b8591b68ffc14b3223ff8f085617a3523f5c59"),
    .of(.zeros, 65534, 88, "1f464c687dbaf9412a1fc1a2d48f8233061255abdffbf286f4ebd14ac7a8a4df"),
    .of(.zeros, 65535, 88, "53121926f7efb61023742d50ce0bce43268fa4bc26c232e56aaea3f93bfaed44"),
    .of(.zeros, 65536, 94, "61bb92c9aaf5bff681fff3da6d31667f41d6c10d5406f9e2dd6bfe19bce02b0a"),
    .of(.zeros, 200000, 267, "5b68dbe94fb66262f6058d00656e81b64e8efaf2c41cb15fd8ec7c9184d29310"),
    .of(.noise, 0, 11, "b8f45bcbd81d3edbe2fe2eaddfe03209b3dd10924cb291d4b79a47d63bb8cef9"),
    .of(.noise, 1, 17, "d52caa79947cbbd79d881a18c4c7a16f322fb769becc608bc2bcc6c0074cbcca"),
    .of(.noise, 16, 32, "d01b5cae7d92ef8b14e95d4e1474f51432cc01e1afa88e603712da7b2cc2b850"),
    .of(.noise, 17, 33, "0fda16950d4f57aa0b5100f2e5c77ee0dcb5fdb8fa37b4486e6c025b00585726"),
    .of(.noise, 127, 143, "f2251aebfdba70120b6de54380ff6e307f220a211fc7a763b9e0a5760d41e7d9"),
    .of(.noise, 128, 144, "0a43c0f5b8d3c84a6ce5dd4faee3b63cf6e799c4bf11dd775dbbab14df4ee16a"),
    .of(.noise, 65534, 65550, "0bb17dd7969e65ac482ed033d7e41bd0151d4f8fa35a4625d9e54079964b61fe"),
    .of(.noise, 65535, 65551, "49727179fc817d8f0ce9a1de36c46766e706528e9d763efcb40f5b32cbc17cfa"),
    .of(.noise, 65536, 65557, "37b4c34acaf8276a2a2d1130c113cf398196ba615df6b2e034eb18aa56dddce9"),
    .of(.noise, 200000, 200031, "ab6895e6b5712e90953d09652ace7625a1a7e299e0a1e5501b4df596979a3667"),
    .of(.skewed, 0, 11, "b8f45bcbd81d3edbe2fe2eaddfe03209b3dd10924cb291d4b79a47d63bb8cef9"),
    .of(.skewed, 1, 17, "605d0a25ee2cea27ec18b22d3aaebd74e509772f7f408114972a60978d0949e0"),
    .of(.skewed, 16, 32, "5ba3d8709af290e43d9758864b0974e8f0d06b2046d7a8112d712b027eba8db3"),
    .of(.skewed, 17, 29, "e399aef4dff25459cae5ae598f1f668b66e45d767ffbf9a36a921b7368301fee"),
    .of(.skewed, 127, 61, "175f4709f830ad18fafaebd28c284f0962d0f646b627b557f09ae1e40056ddef"),
    .of(.skewed, 128, 71, "fa0bbc59ccede3537905ed251c89d2385ccb458593518b06e25c82a092e0d26b"),
    .of(.skewed, 65534, 24225, "c0d0b0c22cb222e85f446cc5470b721b29a97c0df6b4c29ea4ebcd9cb48b80f3"),
    .of(.skewed, 65535, 24226, "d476e5ec2ed17abfdc1483e4c7d04162a3be39f3591e26d7dcbd8b1d4ec9fc1c"),
    .of(.skewed, 65536, 24232, "76cf991e88dc6c24230bdeee6ebcab75c34a52a6a0a846d94a9eb0418964462c"),
    .of(.skewed, 200000, 73924, "71b518e50274be717b3f549a50696c25820417d5fd6be593ccc1b90128f9eca3"),
    .of(.lines, 0, 11, "b8f45bcbd81d3edbe2fe2eaddfe03209b3dd10924cb291d4b79a47d63bb8cef9"),
    .of(.lines, 1, 17, "ae2745eb7ea5641b6264c347e33a8fc56714d77d70a5ab3b0e0ab9814cdbc412"),
    .of(.lines, 16, 32, "55d74a9846574f32ce6ca33e9a2773552ca7126b0a5a2441012ca463cf43ec8f"),
    .of(.lines, 17, 33, "177840d972e84be795adb2371b0cf9f34531ab8470c3b1d616969cf2f88d116d"),
    .of(.lines, 127, 99, "d1d04359f5c36d54ef72bcec9a4d8b7c8024d50a5833c9823688b96d493c9cd5"),
    .of(.lines, 128, 64, "14d61aaee624d85804ea23bcc64907c17c824e4c90bf12c2d2dffcafa148d97d"),
    .of(.lines, 65534, 7512, "21c83e2337aa366bb48dbbb21023d3db9677b29b56e4e020036379a62425a999"),
    .of(.lines, 65535, 7512, "f14275f342900f45f33e725583b6035cd765ca79490bf5d66e8851007c97e58b"),
    .of(.lines, 65536, 7518, "db551e21c70dc9aeb892adde474b878e5af508bdd71ad420a6d9a1b4a9f7e70e"),
    .of(.lines, 200000, 24323, "11f72729a2731d55a68e612f124cf092c1ad7869e468ec6aa2c331f34721d04a"),
    .of(.distant, 0, 11, "b8f45bcbd81d3edbe2fe2eaddfe03209b3dd10924cb291d4b79a47d63bb8cef9"),
    .of(.distant, 1, 17, "605d0a25ee2cea27ec18b22d3aaebd74e509772f7f408114972a60978d0949e0"),
    .of(.distant, 16, 32, "6a249f4bae35c28b6f701b447f8d8b7eec65f1ed908ab199f4064b4a2e31c29a"),
    .of(.distant, 17, 26, "c4f39958ae3315093e3a0641785e4b4a264b72b2b8e343dbfdcd7f7ccefbd086"),
    .of(.distant, 127, 118, "69b6f7a6bd0e0ca010fddf38948ea39dfd5158e4faa587a09465254e9dc45a87"),
    .of(.distant, 128, 119, "219693140f988db7ed03cb5b7870c5a475636cb6aa062be230e8af19a7bdac4a"),
    .of(.distant, 65534, 37237, "7c1ac93f65322fff4a438cba5e700512b6166542f6c6947fd848e644258d4a6c"),
    .of(.distant, 65535, 37238, "0ad74090b8932b85a8643e3aac9770ed8efcfb26bbfdc7c63caa1e3f89f2c07e"),
    .of(.distant, 65536, 37244, "1c522c9467cb3a81f8ece89af13b01de597d6ec0af54ca7df882e91e275a9317"),
    .of(.distant, 200000, 116982, "7c03bcca7ce89887631eece223d2c7415468051e74e7b68c13d6d3f9279ceac9"),
};

var workspace: deflate.Workspace = undefined;
var input_memory: [size_max]u8 = undefined;
var stream_memory: [size_max + 1000]u8 = undefined;

test "known streams" {
    for (vectors) |vector| {
        errdefer std.debug.print("{t}, {d} bytes\n", .{ vector.kind, vector.size });
        const input = makeInput(vector.kind, vector.size);
        const stream = compress(input) orelse return error.TestUnexpectedResult;
        try testing.expectEqual(vector.stream_size, stream.len);
        var sha256: [32]u8 = undefined;
        std.crypto.hash.sha2.Sha256.hash(stream, &sha256, .{});
        try testing.expectEqualStrings(vector.sha256, &std.fmt.bytesToHex(sha256, .lower));
    }
}

test "streams inflate to their inputs" {
    var inflated_memory: [size_max]u8 = undefined;
    for (vectors) |vector| {
        const input = makeInput(vector.kind, vector.size);
        var stream: std.Io.Reader = .fixed(compress(input) orelse return error.TestUnexpectedResult);
        var window: [std.compress.flate.max_window_len]u8 = undefined;
        var decompress: std.compress.flate.Decompress = .init(&stream, .zlib, &window);
        var inflated: std.Io.Writer = .fixed(&inflated_memory);
        try testing.expectEqual(input.len, try decompress.reader.streamRemaining(&inflated));
        try testing.expectEqualSlices(u8, input, inflated.buffered());
    }
}

test "the stream of no bytes" {
    const stream = compress(&.{}) orelse return error.TestUnexpectedResult;
    try testing.expectEqualSlices(u8, &.{ 0x78, 0x01, 0x01, 0x00, 0x00, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01 }, stream);
}

test "output that is as large as the stream is enough, and any smaller one is refused" {
    for ([_]Kind{ .noise, .lines }) |kind| {
        const input = makeInput(kind, 300);
        const size = (compress(input) orelse return error.TestUnexpectedResult).len;
        try testing.expectEqual(size, deflate.compress(&workspace, input, stream_memory[0..size]));
        for (0..size) |less| {
            try testing.expectEqual(null, deflate.compress(&workspace, input, stream_memory[0..less]));
        }
    }
}

test "an input whose positions do not fit into 32 bits is refused unread" {
    const input = @as([*]const u8, &input_memory)[0 .. (1 << 32) - 1];
    var output: deflate.Output = .{ .buffer = &stream_memory };
    try testing.expectError(error.InputTooLarge, deflate.compressTo(&workspace, input, &output));
}

/// Gathers what is handed on, until there is no room.
const Gatherer = struct {
    output: deflate.Output,
    bytes: []u8,
    size: usize = 0,

    fn init(buffer: []u8, bytes: []u8) Gatherer {
        return .{ .output = .{ .buffer = buffer, .drain = drain }, .bytes = bytes };
    }

    fn drain(output: *deflate.Output, bytes: []const u8) bool {
        const gatherer: *Gatherer = @fieldParentPtr("output", output);
        if (bytes.len == 0 or bytes.len > gatherer.bytes.len - gatherer.size) return false;
        @memcpy(gatherer.bytes[gatherer.size..][0..bytes.len], bytes);
        gatherer.size += bytes.len;
        return true;
    }
};

test "a stream through a small buffer is the same" {
    var gathered_memory: [stream_memory.len]u8 = undefined;
    var buffer: [4096]u8 = undefined;
    for ([_]Kind{ .noise, .lines, .distant }) |kind| {
        const input = makeInput(kind, 150000);
        const stream = compress(input) orelse return error.TestUnexpectedResult;
        for ([_]usize{ 1, 3, 4, 1000, buffer.len }) |buffer_size| {
            var gatherer: Gatherer = .init(buffer[0..buffer_size], &gathered_memory);
            try deflate.compressTo(&workspace, input, &gatherer.output);
            try testing.expectEqualSlices(u8, stream, gathered_memory[0..gatherer.size]);
        }
    }
}

test "a drain that refuses ends the stream, and so does a buffer without room" {
    var gathered_memory: [5000]u8 = undefined;
    var buffer: [64]u8 = undefined;
    const input = makeInput(.noise, 5000);
    for ([_]usize{ 0, buffer.len }) |buffer_size| {
        var gatherer: Gatherer = .init(buffer[0..buffer_size], &gathered_memory);
        try testing.expectError(error.OutputFull, deflate.compressTo(&workspace, input, &gatherer.output));
    }
}

fn compress(input: []const u8) ?[]const u8 {
    return stream_memory[0 .. deflate.compress(&workspace, input, &stream_memory) orelse return null];
}

fn makeInput(kind: Kind, size: usize) []const u8 {
    const bytes = input_memory[0..size];
    switch (kind) {
        .zeros => @memset(bytes, 0),
        .noise => makeNoise(bytes),
        .skewed => {
            var random: Xorshift = .{};
            for (bytes) |*byte| byte.* = @ctz(random.next());
        },
        .lines => makeLines(bytes),
        .distant => makeDistant(bytes),
    }
    return bytes;
}

const Xorshift = struct {
    state: u32 = 2463534242,

    fn next(random: *Xorshift) u32 {
        random.state ^= random.state << 13;
        random.state ^= random.state >> 17;
        random.state ^= random.state << 5;
        return random.state;
    }
};

fn makeNoise(bytes: []u8) void {
    var random: Xorshift = .{};
    for (bytes) |*byte| byte.* = @truncate(random.next() >> 24);
}

fn makeLines(bytes: []u8) void {
    var size: usize = 0;
    var number: u64 = 0;
    while (size < bytes.len) : (number += 1) {
        var memory: [64]u8 = undefined;
        const text = "{d} bottles of beer on the wall\n";
        const line = std.fmt.bufPrint(&memory, text, .{number * number}) catch unreachable;
        const room = @min(line.len, bytes.len - size);
        @memcpy(bytes[size..][0..room], line[0..room]);
        size += room;
    }
}

fn makeDistant(bytes: []u8) void {
    makeNoise(bytes);
    for (bytes, 0..) |*byte, index| {
        if (index % 32 < 16) byte.* = 0;
    }
    var position: usize = 40000;
    var distance: usize = 32760;
    while (position + 64 < bytes.len) : (position += 64) {
        @memcpy(bytes[position..][0..32], bytes[position - distance ..][0..32]);
        distance += 1;
    }
}

test "symbols at the ends of the ranges that RFC 1951 lists" {
    try std.testing.expectEqual(symbols.Symbol{ .index = 257, .extra = 0, .extra_bits = 0 }, symbols.ofLength(3));
    try std.testing.expectEqual(symbols.Symbol{ .index = 264, .extra = 0, .extra_bits = 0 }, symbols.ofLength(10));
    try std.testing.expectEqual(symbols.Symbol{ .index = 265, .extra = 1, .extra_bits = 1 }, symbols.ofLength(12));
    try std.testing.expectEqual(symbols.Symbol{ .index = 281, .extra = 0, .extra_bits = 5 }, symbols.ofLength(131));
    try std.testing.expectEqual(symbols.Symbol{ .index = 284, .extra = 30, .extra_bits = 5 }, symbols.ofLength(257));
    try std.testing.expectEqual(symbols.Symbol{ .index = 285, .extra = 0, .extra_bits = 0 }, symbols.ofLength(258));
    try std.testing.expectEqual(symbols.Symbol{ .index = 0, .extra = 0, .extra_bits = 0 }, symbols.ofDistance(1));
    try std.testing.expectEqual(symbols.Symbol{ .index = 3, .extra = 0, .extra_bits = 0 }, symbols.ofDistance(4));
    try std.testing.expectEqual(symbols.Symbol{ .index = 5, .extra = 1, .extra_bits = 1 }, symbols.ofDistance(8));
    const farthest: symbols.Symbol = .{ .index = 29, .extra = 8191, .extra_bits = 13 };
    try std.testing.expectEqual(farthest, symbols.ofDistance(32768));
}
