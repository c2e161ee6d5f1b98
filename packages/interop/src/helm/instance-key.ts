import type { JsonPlace } from '../json/json-place.js';

/** Identifies an instance: those made from one by perturbations have its id. */
export function instanceKey(id: JsonPlace, perturbation: JsonPlace): string {
  return JSON.stringify([id.value ?? null, sorted(perturbation.value ?? null)]);
}

/** Files write the fields of one perturbation in different orders. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** The group of an instance or a total: its split, and what was done to it. */
export function groupOf(place: JsonPlace): string | undefined {
  const parts = [place.at('split'), place.at('sub_split'), place.at('perturbation').at('name')];
  const names = parts.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  return names.length === 0 ? undefined : names.join('/');
}
