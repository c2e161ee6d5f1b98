/** Notes about samples: each is told once, with how many samples it is about. */
export class CountedNotes {
  readonly #counts = new Map<string, number>();
  readonly #notes: string[] = [];

  /** Counts a sample. @param note A sentence about it, without a full stop. */
  count(note: string): void {
    this.#counts.set(note, (this.#counts.get(note) ?? 0) + 1);
  }

  add(note: string): void {
    this.#notes.push(note);
  }

  get all(): string[] {
    const counted = [...this.#counts].map(
      ([note, count]) => `${note} (${count} ${count === 1 ? 'sample' : 'samples'})`,
    );
    return [...this.#notes, ...counted];
  }
}
