//! Binary search: however a plan divides things, finding one of them takes few steps.

/// How many items come before the first one for which `isBefore(item, bound)` is false; it is true for all those.
pub inline fn countBefore(items: anytype, bound: anytype, comptime isBefore: anytype) usize {
    // Whatever the items are, `middle` is below their number, and needs no check.
    var low: usize = 0;
    var high = items.len;
    while (low < high) {
        const middle = low + (high - low) / 2;
        if (isBefore(items[middle], bound)) low = middle + 1 else high = middle;
    }
    return low;
}
