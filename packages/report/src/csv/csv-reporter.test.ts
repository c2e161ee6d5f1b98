import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { HOSTILE_TEXTS } from '../__fixtures__/hostile-texts.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createCsvReporter } from './csv-reporter.js';

describe('createCsvReporter()', () => {
  it('writes a line for each row, that another reader reads', async () => {
    const text = await renderReport(createCsvReporter, generateRun({ records: 5 }));
    const lines = parse<Record<string, string>>(text, { columns: true });
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({
      run: 'word-problems-0123456789ab',
      index: '0',
      id: 'problem-00000',
      model: 'abacus-large',
      'columns.level': '1',
      'scores.exact-match': '1',
    });
    expect(lines[0]!['explanations.exact-match']).toContain('is what');
  });

  it('has no field that a spreadsheet runs', async () => {
    const models = ['=1+1', '+m', '-m', '@m', '\tm', '＝m'];
    const run = generateRun({
      records: HOSTILE_TEXTS.length,
      models,
      change: (row) => ({ ...row, output: HOSTILE_TEXTS[row.index]!, expected: `=${row.index}` }),
    });
    const text = await renderReport(createCsvReporter, run);
    const lines = parse(text, { columns: false });
    expect(lines).toHaveLength(1 + models.length * HOSTILE_TEXTS.length);
    for (const field of lines.flat()) {
      if (/^-?\d/.test(field)) continue;
      expect(field).not.toMatch(/^\s*[=+\-@＝＋－＠]|^[\t\r\n]/);
    }
  });
});
