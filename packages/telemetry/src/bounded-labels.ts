import { cleanText } from './clean-text.js';
import { MAX_LABEL_VALUES } from './limits.js';

/** Label names with their values. */
export type Labels = Readonly<Record<string, string>>;

/** What stands for values beyond the cap. */
export const OTHER = 'other';

/** Keeps labels clean and few: authors of models, plugins or error codes must not decide, by their names, how much memory a backend uses. */
export class BoundedLabels {
  /** Values seen, by label. */
  readonly #values = new Map<string, Set<string>>();

  /** The labels with clean values; undefined ones are left out. */
  of(labels: Readonly<Record<string, string | undefined>>): Labels {
    const clean: Record<string, string> = {};
    for (const name in labels) {
      const value = labels[name];
      if (value !== undefined) clean[name] = this.#valueOf(name, value);
    }
    return clean;
  }

  #valueOf(name: string, value: string): string {
    let known = this.#values.get(name);
    if (known === undefined) {
      known = new Set();
      this.#values.set(name, known);
    }
    if (known.has(value)) return value;
    // The kept value is short, regardless of the input.
    const clean = cleanText(value);
    if (known.has(clean)) return clean;
    if (known.size >= MAX_LABEL_VALUES) return OTHER;
    known.add(clean);
    return clean;
  }
}
