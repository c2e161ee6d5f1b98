import type { ResultRow } from '../results/result-row.js';

/** What the rows of a set have in common, such as `{ model: 'gpt', group: 'law' }`; empty for the set of all rows. */
export type SetLabels = Readonly<Record<string, string>>;

/** Says which set a row belongs to; undefined for none. */
export interface RowCut {
  (row: ResultRow): SetLabels | undefined;
}

/** The cuts of a run's summary, and a few more. */
export const ROW_CUTS = {
  /** All rows together. */
  all: () => ({}),
  /** By what answered: prompt, provider and model. */
  system: ({ prompt, provider, model }) => ({ prompt, provider, model }),
  /** The same, and by the record's group; rows without one belong to no set. */
  systemAndGroup: ({ prompt, provider, model, group }) =>
    group === undefined ? undefined : { prompt, provider, model, group },
  model: ({ model }) => ({ model }),
  prompt: ({ prompt }) => ({ prompt }),
  group: ({ group }) => (group === undefined ? undefined : { group }),
  epoch: ({ epoch }) => ({ epoch: String(epoch) }),
} as const satisfies Readonly<Record<string, RowCut>>;
