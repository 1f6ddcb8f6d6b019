/** Numbers of tests of a suite, by how they ended. */
export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line for each thing that no test checks: skips that nobody declared, files that are left. */
  readonly complaints: readonly string[];
}
