/** Notes for the reader of the figures. A note that several programs share is listed once. */
export class Notes {
  readonly #programs = new Map<string, Set<string>>();

  add(program: string, text: string): void {
    const programs = this.#programs.get(text) ?? new Set();
    this.#programs.set(text, programs.add(program));
    process.stderr.write(`${program}: ${text}\n`);
  }

  list(): readonly string[] {
    return [...this.#programs].map(([text, programs]) => `${[...programs].join(", ")}: ${text}`);
  }
}
