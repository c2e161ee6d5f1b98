import { REPORT_FORMATS } from '@testbench/report';
import { expect, it } from 'vitest';

import { REPORT_FLAGS } from './report.js';

it('the formats of `testbench report`, which help shows without loading reporters, are those of the package', () => {
  expect(new Set(REPORT_FLAGS.format.choices)).toEqual(
    new Set([...REPORT_FORMATS, 'html', 'terminal']),
  );
});
