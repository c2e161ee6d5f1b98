import type { Attributes } from '@opentelemetry/api';
import type { ResultRow } from '@testbench/bench/results';

import { cleanText } from './clean-text.js';

/** Attributes of a span or an event: undefined ones are left out, and texts, which may come from anyone, become one short line. */
export function cleanAttributes(all: Attributes): Attributes {
  const clean: Attributes = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined) clean[name] = typeof value === 'string' ? cleanText(value) : value;
  }
  return clean;
}

/** What tells the case of a row from others of its model. */
export function caseAttributes({ index, id, prompt, epoch }: ResultRow): Attributes {
  return {
    'testbench.record.index': index,
    'testbench.record.id': id,
    'testbench.prompt': prompt,
    'testbench.epoch': epoch,
  };
}
