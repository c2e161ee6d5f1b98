import { evaluate } from '@testbench/vitest/node-test';

import { ask } from '../ask.js';

await evaluate(
  [
    { id: 'fr', input: 'Capital of France?', expected: 'Paris' },
    { id: 'es', input: 'Capital of Spain?', expected: 'Madrid' },
  ],
  { name: 'capitals', task: ask, evaluators: ['exact-match'], threshold: 0.9 },
);
