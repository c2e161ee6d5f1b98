import type { ResultRow } from '../results/result-row.js';

/** What the rows of a set have in common, such as `{ model: 'gpt', group: 'law' }`; nothing, of all rows. */
export type SetLabels = Readonly<Record<string, string>>;

/** Says which set a row belongs to; undefined for none. */
export interface RowCut {
  (row: ResultRow): SetLabels | undefined;
}

/** The cuts that a run's summary has, and some more. */
export const ROW_CUTS = {
  /** All rows together. */
  all: () => ({}),
  /** By who answered: prompt, provider and model. */
  system: ({ prompt, provider, model }) => ({ prompt, provider, model }),
  /** The same by the record's group; rows without one belong to none. */
  systemAndGroup: ({ prompt, provider, model, group }) =>
    group === undefined ? undefined : { prompt, provider, model, group },
  model: ({ model }) => ({ model }),
  prompt: ({ prompt }) => ({ prompt }),
  group: ({ group }) => (group === undefined ? undefined : { group }),
  epoch: ({ epoch }) => ({ epoch: String(epoch) }),
} as const satisfies Readonly<Record<string, RowCut>>;
