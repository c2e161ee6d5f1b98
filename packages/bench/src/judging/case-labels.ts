import type { CaseName, ResultRow } from '../results/result-row.js';
import type { HumanLabel } from './read-labels.js';

/** The labels that people gave to one case. */
export interface CaseLabel {
  /** The last label of each person. */
  readonly labels: readonly (number | string)[];
  /** The most frequent label; undefined in case of a tie. */
  readonly majority: number | string | undefined;
}

/** Labels by case. */
export class CaseLabels {
  /** Labels of records that have no row. */
  readonly #unmatched = new Set<HumanLabel>();
  readonly #byRecord = new Map<string, HumanLabel[]>();

  constructor(labels: readonly HumanLabel[]) {
    for (const label of labels) {
      const found = this.#byRecord.get(label.id);
      if (found === undefined) this.#byRecord.set(label.id, [label]);
      else found.push(label);
      this.#unmatched.add(label);
    }
  }

  /** Labels for which no case was looked up. */
  get unmatched(): number {
    return this.#unmatched.size;
  }

  /** The labels that people gave to a row's answer, for an evaluator; undefined if there are no labels. */
  of(row: CaseName & Pick<ResultRow, 'id'>, evaluator: string): CaseLabel | undefined {
    const found = (this.#byRecord.get(row.id ?? String(row.index)) ?? []).filter(
      (label) => isAbout(label, row) && (label.evaluator ?? evaluator) === evaluator,
    );
    if (found.length === 0) return undefined;
    const byPerson = new Map<string, HumanLabel>();
    for (const label of found) {
      this.#unmatched.delete(label);
      const before = byPerson.get(label.who ?? '');
      if (before === undefined || !isEarlier(label, before)) byPerson.set(label.who ?? '', label);
    }
    const labels = [...byPerson.values()].map(({ label }) => label);
    return { labels, majority: majorityOf(labels) };
  }
}

function isAbout(label: HumanLabel, row: CaseName): boolean {
  return (
    (label.prompt ?? row.prompt) === row.prompt &&
    (label.provider ?? row.provider) === row.provider &&
    (label.model ?? row.model) === row.model &&
    (label.epoch ?? row.epoch) === row.epoch
  );
}

function isEarlier(one: HumanLabel, other: HumanLabel): boolean {
  if (one.when === undefined || other.when === undefined) return false;
  return Date.parse(one.when) < Date.parse(other.when);
}

function majorityOf<T>(labels: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const most = Math.max(...counts.values());
  const modes = [...counts].filter(([, count]) => count === most);
  return modes.length === 1 ? modes[0]![0] : undefined;
}
