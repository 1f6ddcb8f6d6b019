/**
 * Orders in which things take turns.
 *
 * Each run leaves traces in caches and clock rates. So the orders of successive rounds are the rows of a
 * Williams design, a Latin square in which each thing follows each other one equally often: within `count`
 * rounds for an even count, within twice as many for an odd one, where the mirrored square balances the
 * first.
 */

/** @returns for each round, a permutation of the numbers below `count` */
export function takeTurns(count: number, rounds: number): readonly (readonly number[])[] {
  return Array.from({ length: rounds }, (_, round) => {
    const row = Array.from({ length: count }, (_, place) => {
      // 0, 1, n - 1, 2, n - 2, …: all distances between neighbours differ.
      const step = place % 2 === 1 ? (place + 1) / 2 : count - place / 2;
      return (step + round) % count;
    });
    return Math.floor(round / count) % 2 === 1 ? row.toReversed() : row;
  });
}
