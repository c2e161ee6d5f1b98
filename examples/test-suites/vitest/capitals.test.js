import { evaluate } from '@testbench/vitest';

import { ask } from '../ask.js';

/** A scorer in the shape of autoevals. */
function isShort({ output }) {
  return { name: 'isShort', score: output.length < 30 ? 1 : 0 };
}

await evaluate('capitals.jsonl', {
  name: 'capitals',
  task: ask,
  evaluators: ['exact-match', 'token-f1', isShort],
  threshold: { 'token-f1': 0.75 },
  recordThreshold: { isShort: 1 },
  baseline: process.env.BASELINE ?? 'vitest/capitals.baseline.json',
});
