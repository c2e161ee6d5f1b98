import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createTerminalReporter } from './terminal-reporter.js';

describe('createTerminalReporter()', () => {
  it('keeps columns straight with wide characters, and escapes what drives a terminal', async () => {
    const models = ['abacus', '東京モデル', 'red\u001B[31m\u202E'];
    const text = await renderReport(createTerminalReporter, generateRun({ records: 50, models }));
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u001B\u202E]/);
    const lines = text.split('\n').filter((line) => /\sexact-match\s/.test(line));
    expect(lines).toHaveLength(3 + 2);
    const columns = lines
      .slice(0, 3)
      .map((line) => stringWidth(line.slice(0, line.indexOf('exact-match'))));
    expect(new Set(columns).size).toBe(1);
    expect(text).toContain("Intervals at 95 %: Wilson's; Student's t.");
  });
});
