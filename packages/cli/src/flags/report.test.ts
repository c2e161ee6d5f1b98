import { benchmarkSchema } from '@testbench/bench';
import { REPORT_FORMATS } from '@testbench/report';
import { expect, it } from 'vitest';

import { REPORT_FLAGS } from './report.js';

const FORMATS = new Set([...REPORT_FORMATS, 'html', 'terminal']);

it('the formats of `testbench report`, which help shows without loading reporters, are those of the package', () => {
  expect(new Set(REPORT_FLAGS.format.choices)).toEqual(FORMATS);
});

it('`reporters` of a configuration names the same', () => {
  const schema = JSON.stringify(benchmarkSchema());
  expect([...FORMATS].filter((format) => !schema.includes(JSON.stringify(format)))).toEqual([]);
});
