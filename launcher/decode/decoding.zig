//! Stored frames → a variant's stream. The checksum of stored bytes is verified before the decoder sees them. They
//! determine what they decode to, together with the base if that is in place.
//!
//! Several threads decode at once, each a `Worker` with memory of its own. What all predictions need is decoded into
//! mappings that all threads share.
//!
//! A start decodes skeletons only, and leaves holes in the file for detached ranges. attach.zig makes the whole file,
//! of the whole stream in memory.
const std = @import("std");
const Bundle = @import("bundle").Bundle;
const arch = @import("arch");
const format = @import("format");
const Output = @import("output.zig").Output;
const own_image = @import("../self/image.zig");
const predict = @import("predict");
const Process = @import("../self/process.zig").Process;
const Schedule = @import("schedule.zig").Schedule;
const system = @import("../system.zig");
const Target = @import("output.zig").Target;
const threads_max = @import("schedule.zig").threads_max;
const Worker = @import("worker.zig").Worker;

pub const Error = error{
    /// The checksum of stored bytes is wrong.
    StoredChecksum,
    /// The stored bytes are no zstd frame, or decode to another size.
    Decoder,
    /// The recipe contradicts itself.
    Recipe,
    /// A frame that is predicted is not the one that was encoded.
    Checksum,
    OutOfMemory,
    /// The error number is in `Decoding.output`.
    Write,
};

/// A variant to decode.
pub const Source = struct {
    bundle: *const Bundle,
    variant: *const format.Variant,
    /// The base in memory, up to the payload, in the direct layout; else empty.
    base_image: []const u8 = &.{},
    /// The process that runs the bundle. Null if `base_image` is nobody's, in tests.
    process: ?*const Process = null,
    /// Whether the decoder's assembly can run on this CPU.
    assembly: bool = false,

    /// Whether the variant is predicted from memory that no checksum covers.
    pub fn isPredictedInPlace(source: *const Source) bool {
        const base = source.bundle.baseOf(source.variant);
        return base != source.variant and base == source.bundle.inPlace();
    }
};

/// Starting a thread takes about as long as decoding a tenth of a frame, in vain if the thread finds nothing to do.
const frames_per_thread = 2;

const Memory = []align(std.heap.page_size_min) u8;

/// State of decoding one variant.
pub const Decoding = struct {
    source: Source,
    output: Output,
    schedule: Schedule,
    /// All workers in a row, each with its buffers.
    workers: Memory = &.{},
    worker_size: usize = 0,
    /// The largest of the variant's frames, in bytes.
    frame_size_max: usize = 0,
    /// The whole stream, for the target `whole`; else empty.
    stream: Memory = &.{},
    recipe_bytes: Memory = &.{},
    recipe_memory: Memory = &.{},
    /// Defined once `recipe_bytes` are decoded.
    recipe: predict.Recipe = undefined,
    /// Bytes beside a base in place.
    beside: Memory = &.{},
    /// The base in the bundle's file, which counts instead of `Source.base_image`; empty if the file cannot be read.
    base_file: system.memory.Mapping = &.{},
    /// Positions in the stream of a stored base, as u32: the start of each frame.
    base_positions: Memory = &.{},
    /// The largest frame that one of the variant may be predicted from, in bytes; null if nothing is predicted.
    base_frame_size_max: ?usize = null,
    /// The first error as a number; 0 for none.
    failure: std.atomic.Value(u16) = .init(0),

    pub fn init(source: *const Source, target: Target) Decoding {
        const bundle = source.bundle;
        const variant = source.variant;
        const whole = target == .whole;
        const frames = if (whole) bundle.contentFramesOf(variant) else bundle.skeletonFramesOf(variant);
        return .{
            .source = source.*,
            .output = .{ .target = target, .detached = bundle.detachedOf(variant) },
            .schedule = .{ .variant = .{ .frames = frames } },
        };
    }

    /// Decodes all of it, with up to `cpu_count` threads.
    pub fn run(decoding: *Decoding, cpu_count: u32) Error!void {
        @setRuntimeSafety(true);
        try decoding.prepare();
        decoding.readAhead();
        const schedule = &decoding.schedule;
        const frame_count = schedule.variant.frames.len + schedule.beside.frames.len;
        const in_order = decoding.output.target == .pipe;
        const wanted = if (in_order) 1 else @min(cpu_count, threads_max, frame_count / frames_per_thread);
        const started = decoding.startWorkers(@max(wanted, 1)) catch try decoding.startWorkers(1);
        decoding.worker(0).work();
        for (1..started) |index| decoding.worker(index).thread.join();
        const failure = decoding.failure.load(.acquire);
        if (failure != 0) return @as(Error, @errorCast(@errorFromInt(failure)));
        try decoding.output.finish(decoding.source.variant.size);
    }

    /// Unmaps all memory: needed where the process goes on without an exec.
    pub fn deinit(decoding: *Decoding) void {
        for ([_]system.memory.Mapping{
            decoding.workers, decoding.recipe_bytes, decoding.recipe_memory,  decoding.beside,
            decoding.stream,  decoding.base_file,    decoding.base_positions,
        }) |memory| system.memory.unmap(memory);
        decoding.* = undefined;
    }

    /// Maps memory for the stream and for what all predictions need.
    fn prepare(decoding: *Decoding) Error!void {
        @setRuntimeSafety(true);
        const schedule = &decoding.schedule;
        const bundle = decoding.source.bundle;
        const variant = decoding.source.variant;
        const whole = decoding.output.target == .whole;
        for (schedule.variant.frames) |*frame| decoding.frame_size_max = @max(decoding.frame_size_max, frame.size);
        if (whole) decoding.stream = try system.memory.map(schedule.variant.size() orelse return error.OutOfMemory);
        const base = bundle.baseOf(variant);
        if (base == variant) return;
        schedule.recipe.frames = bundle.extraFramesOf(variant);
        decoding.recipe_bytes = try system.memory.map(schedule.recipe.size() orelse return error.OutOfMemory);
        schedule.beside.frames = bundle.besideFramesOf(base, whole);
        const beside_size = schedule.beside.size() orelse return error.OutOfMemory;
        if (beside_size > 0) decoding.beside = try system.memory.map(beside_size);
        try decoding.placeBaseFrames(bundle.contentFramesOf(base));
        const image = decoding.source.base_image;
        const process = decoding.source.process orelse return;
        if (image.len > 0) decoding.base_file = own_image.mapBase(process, bundle, image);
    }

    /// Has the kernel read all that is decoded, if the bundle comes from a disk: threads would wait for one piece of
    /// 128 KiB after the other. Asking takes a hundredth of a start where everything is in the page cache.
    fn readAhead(decoding: *const Decoding) void {
        if (!system.process.hasWaitedForDisk()) return;
        const bundle = decoding.source.bundle;
        const schedule = &decoding.schedule;
        const base = bundle.baseOf(decoding.source.variant);
        const base_frames = if (base == bundle.inPlace()) schedule.beside.frames else bundle.skeletonFramesOf(base);
        for ([_][]const format.Frame{ schedule.recipe.frames, base_frames, schedule.variant.frames }) |frames| {
            if (frames.len == 0) continue;
            const last = bundle.stored(&frames[frames.len - 1]);
            system.memory.readAhead(bundle.stored(&frames[0]).ptr, last.ptr + last.len);
        }
    }

    fn placeBaseFrames(decoding: *Decoding, frames: []const format.Frame) Error!void {
        @setRuntimeSafety(true);
        decoding.base_positions = try system.memory.map(frames.len * @sizeOf(u32));
        var size_max: usize = 0;
        var position: u32 = 0;
        for (frames, std.mem.bytesAsSlice(u32, decoding.base_positions)) |*frame, *start| {
            start.* = position;
            // Streams of stored variants have less than 4 GiB; frames of one in place are in no stream.
            position +%= frame.size;
            size_max = @max(size_max, frame.size);
        }
        decoding.base_frame_size_max = size_max;
    }

    pub const BaseFrame = struct {
        frame: *const format.Frame,
        /// Start of its decoded bytes in the base's stream.
        position: u64,
    };

    /// Returns the frame of the base that one of the variant is predicted from; null if there is none.
    pub fn baseFrameOf(decoding: *const Decoding, frame: *const format.Frame) ?BaseFrame {
        @setRuntimeSafety(true);
        if (frame.base_frame == 0) return null;
        const bundle = decoding.source.bundle;
        const number = frame.base_frame - 1;
        return .{
            .frame = &bundle.contentFramesOf(bundle.baseOf(decoding.source.variant))[number],
            .position = std.mem.bytesAsSlice(u32, decoding.base_positions)[number],
        };
    }

    /// Returns how many workers there are: the calling thread, which is the first, and as many as the kernel starts.
    fn startWorkers(decoding: *Decoding, count: usize) error{OutOfMemory}!usize {
        @setRuntimeSafety(true);
        decoding.worker_size = Worker.sizeFor(decoding.frame_size_max, decoding.base_frame_size_max);
        decoding.workers = try system.memory.map(count * decoding.worker_size);
        for (0..count) |index| {
            const one = decoding.worker(index);
            one.decoding = decoding;
            one.index = index;
            if (index > 0 and !one.thread.start(Worker, Worker.work, one)) return index;
        }
        return count;
    }

    fn worker(decoding: *const Decoding, index: usize) *Worker {
        @setRuntimeSafety(true);
        return @ptrCast(@alignCast(decoding.workers[index * decoding.worker_size ..][0..decoding.worker_size]));
    }

    pub fn readRecipe(decoding: *Decoding) Error!void {
        decoding.recipe_memory = try system.memory.map(try predict.Recipe.memorySize(decoding.recipe_bytes));
        decoding.recipe = try predict.Recipe.parse(decoding.recipe_bytes, decoding.recipe_memory);
    }

    /// Returns the base in place from the address on that the recipe counts from: `patchelf` puts segments in front.
    pub fn baseImage(decoding: *const Decoding) []const u8 {
        const loaded = decoding.source.base_image;
        const from_file = decoding.base_file;
        const image = if (from_file.len > 0) from_file[from_file.len - loaded.len ..] else loaded;
        // It ends at the payload.
        const address = decoding.source.bundle.header().address -% image.len;
        const added = decoding.recipe.header.base_image -% address;
        return if (added < image.len) image[@intCast(added)..] else image;
    }

    /// Keeps the first error and ends all threads.
    pub fn fail(decoding: *Decoding, err: Error) void {
        _ = decoding.failure.cmpxchgStrong(0, @intFromError(err), .release, .monotonic);
        decoding.schedule.fail();
    }
};
