import { truncateText } from '@testbench/types';

import type { PlanChange } from './compare-plans.js';

/** Maximum number of changes described; further ones are only counted. */
const MAX_SHOWN = 5;
const MAX_VALUE_CHARACTERS = 60;

/** Describes the changes between two plans as part of a sentence. */
export function describeChanges(changes: readonly PlanChange[]): string {
  if (changes.length === 0) return 'nothing that can be named has changed';
  const shown = changes.slice(0, MAX_SHOWN).map((change) => {
    const { path, before, after } = change;
    if (before === undefined) return `${path} is new (${show(after)})`;
    if (after === undefined) return `${path} is gone (was ${show(before)})`;
    return `${path} was ${show(before)} and is ${show(after)}`;
  });
  const more = changes.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function show(value: unknown): string {
  return truncateText(JSON.stringify(value) ?? '', MAX_VALUE_CHARACTERS);
}
