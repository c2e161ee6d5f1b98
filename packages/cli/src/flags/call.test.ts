import { DEFAULT_LIMITS } from '@testbench/types';
import { expect, it } from 'vitest';

import { CALL_FLAGS } from './call.js';

it('the limits that help of `testbench call` names are those that hold by default', () => {
  expect(CALL_FLAGS.timeoutMs.brief).toContain(`(default ${DEFAULT_LIMITS.timeoutMs})`);
  expect(CALL_FLAGS.maxFuel.brief).toContain(`(default ${DEFAULT_LIMITS.maxFuel})`);
});
