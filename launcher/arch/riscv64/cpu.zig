//! The GORISCV64 levels that this CPU and its kernel support.
const std = @import("std");
const elf = std.elf;
const linux = std.os.linux;
const auxiliary = @import("../auxiliary.zig");
const format = @import("format");
const Features = @import("../features.zig").Features;

/// Extensions as riscv_hwprobe tells them.
pub const Words = struct {
    /// The values of two of its keys.
    base_behavior: u64 = 0,
    ima_ext_0: u64 = 0,
};

pub const levels = Features(format.levels.architectures.riscv64, Words, bits).levels;

fn extension(comptime bit: u6) Words {
    return .{ .ima_ext_0 = 1 << bit };
}

/// By their names in <asm/hwprobe.h>.
const bits = struct {
    pub const IMA: Words = .{ .base_behavior = 1 };
    pub const FD = extension(0);
    pub const C = extension(1);
    pub const V = extension(2);
    pub const ZBA = extension(3);
    pub const ZBB = extension(4);
    pub const ZBS = extension(5);
    pub const ZVBB = extension(17);
    pub const ZFHMIN = extension(28);
    pub const ZIHINTNTL = extension(29);
    pub const ZVFHMIN = extension(31);
    pub const ZFA = extension(32);
    pub const ZICOND = extension(35);
    pub const ZIMOP = extension(42);
    pub const ZCB = extension(44);
    pub const ZCMOP = extension(47);
    pub const ZAWRS = extension(48);
};

/// A pair of riscv_hwprobe; the kernel sets the key to -1 if it does not know it.
const Pair = extern struct { key: i64, value: u64 = 0 };
const key_base_behavior = 3;
const key_ima_ext_0 = 4;

/// Asks for what all CPUs have.
pub fn read(vector: auxiliary.Auxiliary) Words {
    var pairs = [_]Pair{ .{ .key = key_base_behavior }, .{ .key = key_ima_ext_0 } };
    const returned = linux.syscall5(.riscv_hwprobe, @intFromPtr(&pairs), pairs.len, 0, 0, 0);
    if (linux.errno(returned) == .SUCCESS and pairs[0].key == key_base_behavior and pairs[1].key == key_ima_ext_0) {
        return .{ .base_behavior = pairs[0].value, .ima_ext_0 = pairs[1].value };
    }
    return fromLetters(auxiliary.get(vector, elf.AT_HWCAP) orelse 0);
}

/// Takes AT_HWCAP, which has a bit for each extension of one letter: Linux before 6.4 has nothing else. V is left out,
/// as CPUs with an older version of it announce it, too.
pub fn fromLetters(hwcap: u64) Words {
    var words: Words = .{};
    if (hasLetters(hwcap, "ima")) words.base_behavior = bits.IMA.base_behavior;
    if (hasLetters(hwcap, "fd")) words.ima_ext_0 |= bits.FD.ima_ext_0;
    if (hasLetters(hwcap, "c")) words.ima_ext_0 |= bits.C.ima_ext_0;
    return words;
}

fn hasLetters(hwcap: u64, comptime letters: []const u8) bool {
    inline for (letters) |letter| if (hwcap >> (letter - 'a') & 1 == 0) return false;
    return true;
}
