//! The ways to start a variant that is not in place, in order. What closes one (a kernel or a sandbox without the
//! call, a limit, a mount option) leads to the next:
//!
//! 1. A file in memory (memfd), executed by its descriptor, or by the descriptor's path in /proc.
//! 2. In the direct layout, the base in place, where the CPU can run it.
//! 3. A private file in a folder, executed like the one in memory.
//! 4. The variant's segments in this process, which goes on as the variant.
//!
//! Where the process has more privileges than its caller (AT_SECURE), the first and the last are safe: nobody else
//! reaches a file in memory or the process, who may mount another /proc may do anything, the kernel sees to AT_SECURE
//! in the new program, and without an exec it stays as it is. The third is not tried: the folders' names come from
//! the environment, and in the fixed ones everybody may write.
const std = @import("std");
const attach = @import("../decode/attach.zig");
const Bundle = @import("bundle").Bundle;
const Decoding = @import("../decode/decode.zig").Decoding;
const direct = @import("in_place.zig");
const environment = @import("../select/environment.zig");
const exec = @import("exec.zig");
const Fallback = @import("fallback.zig").Fallback;
const fatal = @import("../fatal.zig");
const format = @import("format");
const mapping = @import("mapping.zig");
const name = @import("name.zig");
const PrivateFile = @import("private_file.zig").PrivateFile;
const process_start = @import("../start.zig");
const sections = @import("sections.zig");
const system = @import("../system.zig");
const threads = @import("../decode/threads.zig");

/// What is to be started.
pub const Start = struct {
    process: *const process_start.Process,
    bundle: *const Bundle,
    variant: *const format.Variant,
    /// Whether zstd's code for BMI1, BMI2 and LZCNT can run here.
    bit_manipulation: bool,
    /// Whether files shall have what is detached, too.
    symbols: bool,
    fallback: *Fallback,

    /// Becomes the variant, or the base, or ends the process.
    pub fn run(start: *const Start) noreturn {
        system.blockSignal(.XFSZ);
        if (exec.createMemory(start.process, start.variant.level, start.fallback)) |memory| {
            start.fromFile(memory, memory, exec.memory_place);
        }
        start.fallback.enterBase();
        if (!start.process.secure) start.fromFolders();
        start.fromMapping();
        start.fallback.giveUp();
    }

    fn fromFolders(start: *const Start) void {
        const variables = start.process.environment;
        for ([_]?[:0]const u8{
            environment.find(variables, "XDG_RUNTIME_DIR="),
            environment.find(variables, "TMPDIR="),
            "/tmp",
            "/dev/shm",
        }) |folder| {
            const path = folder orelse continue;
            if (!std.mem.startsWith(u8, path, "/")) continue;
            const file = PrivateFile.create(path, start.fallback) orelse continue;
            // Where file sizes are limited, this finds out before anything is decoded.
            switch (system.setSize(file.writable, start.variant.size)) {
                .ok => {
                    if (start.fallback.log) fatal.line(.{ "starting from a file in ", path });
                    start.fromFile(file.writable, file.readable, path);
                },
                .failed => |number| {
                    system.close(file.writable);
                    system.close(file.readable);
                    start.fallback.closed("file in ", path, not_written, number);
                },
            }
        }
    }

    /// Returns where that cannot be, with the file closed. `readable`, perhaps the same descriptor, is executed.
    fn fromFile(start: *const Start, writable: system.Descriptor, readable: system.Descriptor, place: []const u8) void {
        const whole = start.symbols and start.variant.detached_count > 0;
        var decoding = start.decodingTo(if (whole) .whole else .{ .file = writable });
        var result: attach.Error!void = decoding.run(threads.cpuCount());
        if (whole and !std.meta.isError(result)) result = attach.write(writable, &decoding);
        if (!std.meta.isError(result)) {
            if (start.variant.detached_count > 0 and !whole) sections.markDetached(writable, start.bundle.detachedOf(start.variant));
            name.keep(start.process, writable, start.variant.size, start.fallback.log);
        }
        if (readable != writable) system.close(writable);
        if (!std.meta.isError(result)) exec.execute(start.process, readable, place, start.fallback);
        system.close(readable);
        start.endDecoding(&decoding, result, place);
    }

    fn fromMapping(start: *const Start) void {
        const log = start.fallback.log;
        // In the direct layout, it may have: the base's libraries are there, and know its threads.
        if (start.bundle.layout == .direct and start.hasDynamicLinker()) {
            return start.fallback.closed(mapping.what, "", ": a dynamic linker has run: ", .BUSY);
        }
        const file = system.map(@intCast(start.variant.size)) catch {
            return start.fallback.closed(mapping.what, "", ": ", .NOMEM);
        };
        var decoding = start.decodingTo(.{ .memory = file });
        start.endDecoding(&decoding, decoding.run(threads.cpuCount()), "");
        if (log) fatal.line(.{"starting by mapping the variant's segments"});
        const own = if (start.bundle.layout == .direct)
            direct.loaded(start.process, start.bundle)
        else
            process_start.loaded(start.process, process_start.packedBias());
        mapping.enter(start.process, own, file, start.fallback);
    }

    fn hasDynamicLinker(start: *const Start) bool {
        const base = start.process.auxiliaryValue(std.elf.AT_BASE) orelse return false;
        return base.* != 0;
    }

    noinline fn decodingTo(start: *const Start, target: Decoding.Target) Decoding {
        var decoding = Decoding.init(start.bundle, start.variant, target);
        decoding.bit_manipulation = start.bit_manipulation;
        decoding.image = direct.image(start.process, start.bundle);
        return decoding;
    }

    /// Gives back all memory. `place` is that of a file that was to be written.
    noinline fn endDecoding(start: *const Start, decoding: *Decoding, result: attach.Error!void, place: []const u8) void {
        const write_failure = decoding.write_failure;
        decoding.deinit();
        result catch |err| switch (err) {
            error.StoredChecksum, error.Decoder, error.Recipe, error.Checksum, error.Deflated => |damage| fatal.exitDamagedFrame(damage),
            error.Write => start.fallback.closed("file in ", place, not_written, write_failure),
            error.OutOfMemory => {
                // All ways need as much.
                start.fallback.closed("memory to decode with", "", ": ", .NOMEM);
                start.fallback.giveUp();
            },
        };
    }
};

const not_written = " not written: ";
