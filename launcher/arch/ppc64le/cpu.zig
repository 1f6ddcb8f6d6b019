//! The GOPPC64 levels that this CPU and its kernel support.
const format = @import("format");
const Capabilities = @import("../features.zig").Capabilities;
const Features = @import("../features.zig").Features;
const first = Capabilities.first;
const second = Capabilities.second;

/// Returns the levels by AT_HWCAP and AT_HWCAP2.
pub const levels = Features(format.levels.architectures.ppc64le, Capabilities, bits).levels;

/// The bits of PPC_FEATURE_HAS_… and PPC_FEATURE2_… of <asm/cputable.h>.
const bits = struct {
    pub const ALTIVEC = first(28);
    pub const VSX = first(7);

    pub const ARCH_2_07 = second(31);
    pub const ARCH_3_00 = second(23);
    pub const ARCH_3_1 = second(18);
};
