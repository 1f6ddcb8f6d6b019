/** Words of POSIX shell commands. */

/** Quotes a word for a shell, if it needs quotes: between single quotes every character stands for itself. */
export function quoteForShell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
