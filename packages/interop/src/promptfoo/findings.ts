/** Something in a configuration that was not taken, or means something else here, and what to do about it. */
export interface Finding {
  /** Its place, such as `tests[3].assert[0]`. */
  readonly place: string;
  /** What it is. */
  readonly what: string;
  /** What to do. */
  readonly advice: string;
}

/** Collects what a conversion cannot take. The same about many places is told once. */
export class Findings {
  readonly #found = new Map<string, { readonly finding: Finding; count: number }>();

  add(place: string, what: string, advice: string): void {
    const key = JSON.stringify([what, advice]);
    const known = this.#found.get(key);
    if (known === undefined) this.#found.set(key, { finding: { place, what, advice }, count: 1 });
    else known.count += 1;
  }

  get all(): Finding[] {
    return [...this.#found.values()].map(({ finding, count }) => {
      if (count === 1) return finding;
      return Object.assign({}, finding, { place: `${finding.place} and ${count - 1} more` });
    });
  }
}

/** Advice about code, which an importer never runs. */
export const CODE_ADVICE =
  'it is code, and an import never runs code: write it as a script, `evaluators: [{ script: ./metric.ts }]`, or as an expression, `{ inline: "output.length < 100 ? 1 : 0" }`; both run in a sandbox';
