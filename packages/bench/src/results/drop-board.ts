import type { ResultRow } from './result-row.js';

/** Maximum number of reasons per model that are counted separately. They are the filter's words, and may differ for each row. */
const MAX_REASONS = 20;

/** The number of rows of one model that a filter dropped for one reason. */
export interface DropCount {
  readonly model: string;
  /** The filter's words: untrusted text. Null for rows without a reason, and for all after the first 20 reasons. */
  readonly reason: string | null;
  readonly count: number;
  /** The first of the rows. */
  readonly first: { readonly index: number; readonly line?: number };
}

/** Counts the rows that a filter drops, in memory that does not grow with the number of rows. */
export class DropBoard {
  readonly #counts = new Map<string, Map<string | null, { count: number } & DropCount>>();

  /** Does nothing for a row that was not dropped. */
  add({ model, dropped, index, line }: ResultRow): void {
    if (dropped === undefined) return;
    const counts =
      this.#counts.get(model) ?? new Map<string | null, { count: number } & DropCount>();
    this.#counts.set(model, counts);
    const given = dropped.reason ?? null;
    const reason = counts.has(given) || counts.size < MAX_REASONS ? given : null;
    const known = counts.get(reason);
    if (known !== undefined) known.count += 1;
    else
      counts.set(reason, {
        model,
        reason,
        count: 1,
        first: { index, ...(line === undefined ? {} : { line }) },
      });
  }

  counts(): DropCount[] {
    return [...this.#counts.values()].flatMap((counts) => Array.from(counts.values()));
  }
}
