import type { SystemName } from '../results/score-board.js';
import type { SystemColumns } from '../summary/score-table.js';

/** Which prompts, providers and models of a run are compared. @default all */
export type SystemFilter = Partial<SystemName>;

/** Systems that are compared with each other, and those that have no counterpart. */
export interface PairedSystems {
  readonly pairs: readonly { readonly a: SystemColumns; readonly b: SystemColumns }[];
  readonly unpaired: { readonly a: readonly SystemName[]; readonly b: readonly SystemName[] };
}

const FIELDS = ['prompt', 'provider', 'model'] as const;
/**
 * How systems are paired, the closest match first. Where a filter names a model on both sides, the model's name is not compared, and so on; where one
 * provider replaced another, prompt and model are enough, as long as there is only one of each.
 */
const KEYS: readonly (readonly (keyof SystemName)[])[] = [
  FIELDS,
  ['prompt', 'model'],
  ['prompt', 'provider'],
  ['prompt'],
  [],
];

/** Pairs the systems of two runs, or of two selections from one run. */
export function pairSystems(
  a: readonly SystemColumns[],
  b: readonly SystemColumns[],
  filters: { readonly a: SystemFilter; readonly b: SystemFilter },
): PairedSystems {
  const left = a.filter(({ name }) => matches(name, filters.a));
  const right = b.filter(({ name }) => matches(name, filters.b));
  const isFixed = (field: keyof SystemName): boolean =>
    filters.a[field] !== undefined && filters.b[field] !== undefined;
  for (const fields of KEYS) {
    const free = fields.filter((field) => !isFixed(field));
    const paired = pairBy(left, right, free);
    if (paired !== undefined) return paired;
  }
  return {
    pairs: [],
    unpaired: { a: left.map(({ name }) => name), b: right.map(({ name }) => name) },
  };
}

/** undefined if no system has a counterpart, or if one has several. */
function pairBy(
  left: readonly SystemColumns[],
  right: readonly SystemColumns[],
  fields: readonly (keyof SystemName)[],
): PairedSystems | undefined {
  const keyOf = ({ name }: SystemColumns): string =>
    JSON.stringify(fields.map((field) => name[field]));
  const others = new Map(right.map((system) => [keyOf(system), system]));
  const keys = new Set(left.map(keyOf));
  if (others.size < right.length || keys.size < left.length) return undefined;
  const pairs = left.flatMap((a) => {
    const b = others.get(keyOf(a));
    return b === undefined ? [] : [{ a, b }];
  });
  if (pairs.length === 0) return undefined;
  return {
    pairs,
    unpaired: {
      a: left.filter((system) => !others.has(keyOf(system))).map(({ name }) => name),
      b: right.filter((system) => !keys.has(keyOf(system))).map(({ name }) => name),
    },
  };
}

function matches(name: SystemName, filter: SystemFilter): boolean {
  return FIELDS.every((field) => filter[field] === undefined || filter[field] === name[field]);
}
