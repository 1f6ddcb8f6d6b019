//! Binary search: a recipe may divide things in any way, and finding one of them takes few steps.

/// Returns how many items come before the first for which `isBefore(item, bound)` is false. The items are in order: it
/// is true for all of those.
pub inline fn countBefore(items: anytype, bound: anytype, comptime isBefore: anytype) usize {
    // `middle` is always below the number of items, and needs no check.
    var low: usize = 0;
    var high = items.len;
    while (low < high) {
        const middle = low + (high - low) / 2;
        if (isBefore(items[middle], bound)) low = middle + 1 else high = middle;
    }
    return low;
}
