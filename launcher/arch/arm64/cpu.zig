//! The GOARM64 levels that this CPU and its kernel support.
const format = @import("format");
const Capabilities = @import("../features.zig").Capabilities;
const Features = @import("../features.zig").Features;
const first = Capabilities.first;
const second = Capabilities.second;

/// Returns the levels by AT_HWCAP and AT_HWCAP2.
pub const levels = Features(format.levels.architectures.arm64, Capabilities, bits).levels;

/// The bits by their names in <asm/hwcap.h>.
const bits = struct {
    pub const FP = first(0);
    pub const ASIMD = first(1);
    pub const AES = first(3);
    pub const PMULL = first(4);
    pub const SHA1 = first(5);
    pub const SHA2 = first(6);
    pub const CRC32 = first(7);
    pub const ATOMICS = first(8);
    pub const ASIMDRDM = first(12);
    pub const JSCVT = first(13);
    pub const FCMA = first(14);
    pub const LRCPC = first(15);
    pub const DCPOP = first(16);
    pub const ASIMDDP = first(20);
    pub const DIT = first(24);
    pub const USCAT = first(25);
    pub const ILRCPC = first(26);
    pub const FLAGM = first(27);
    pub const SB = first(29);
    pub const PACA = first(30);

    pub const DCPODP = second(0);
    pub const SVE2 = second(1);
    pub const FLAGM2 = second(7);
    pub const FRINT = second(8);
    pub const I8MM = second(13);
    pub const BF16 = second(14);
    pub const BTI = second(17);
    pub const WFXT = second(31);
    pub const CSSC = second(34);
    pub const MOPS = second(43);
    pub const HBC = second(44);
    pub const LUT = second(49);
    pub const FAMINMAX = second(50);
};
