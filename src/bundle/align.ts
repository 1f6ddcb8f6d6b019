/** Multiples, as files and addresses are laid out by them. */

/** The least multiple that is not below the offset. */
export function align(offset: number, multiple: number): number {
  return Math.ceil(offset / multiple) * multiple;
}

/** The same for addresses. */
export function alignAddress(address: bigint, multiple: number): bigint {
  const rest = address % BigInt(multiple);
  return rest === 0n ? address : address + BigInt(multiple) - rest;
}
