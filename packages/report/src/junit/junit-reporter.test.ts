import { parse } from 'junit2json';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { HOSTILE_TEXTS } from '../__fixtures__/hostile-texts.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createJunitReporter } from './junit-reporter.js';
import { xmlText } from './xml.js';

describe('xmlText()', () => {
  it.each([
    ['<a> & "b" \'c\'', '&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;'],
    ['a\tb\nc\rd', 'a&#9;b&#10;c&#13;d'],
    ['\u0000\u0008\u000B\u001F\uFFFE\uFFFF', '\\u0000\\u0008\\u000b\\u001f\\ufffe\\uffff'],
    ['\uD800 \u{1F600} \uDC00', '\\ud800 \u{1F600} \\udc00'],
    [']]>', ']]&gt;'],
  ])('writes %j', (text, xml) => {
    expect(xmlText(text)).toBe(xml);
  });
});

describe('createJunitReporter()', () => {
  it('writes suites whose counts are those of their cases, as another reader reads them', async () => {
    const xml = await renderReport(createJunitReporter, generateRun({ records: 300, epochs: 2 }));
    const report = (await parse(xml)) as Suites;
    const [large, , comparison] = report.testsuite;
    expect(report.testsuite.map(({ name }) => name)).toEqual([
      'word-problems-0123456789ab / replay / abacus-large / default',
      'word-problems-0123456789ab / replay / abacus-small / default',
      'comparison',
    ]);
    const cases = large!.testcase;
    expect(cases).toHaveLength(600);
    expect(large).toMatchObject({
      tests: 600,
      failures: cases.filter((each) => each.failure !== undefined).length,
      errors: cases.filter((each) => each.error !== undefined).length,
      skipped: 0,
    });
    expect(cases.map(({ name }) => name).slice(0, 2)).toEqual([
      'problem-00000',
      'problem-00000 epoch 2',
    ]);
    expect(report.tests).toBe(1200 + comparison!.testcase.length);
    // For two models of one run, neither has to be the better one.
    expect(comparison!.failures).toBe(0);
  });

  it('fails for a metric that got worse from one run to the next', async () => {
    const worse = generateRun({
      records: 300,
      models: ['m'],
      change: (row) =>
        row.failure === undefined ? { ...row, scores: { 'exact-match': 0, 'token-f1': 0 } } : row,
    });
    const xml = await renderReport(
      createJunitReporter,
      generateRun({ records: 300, models: ['m'] }),
      worse,
    );
    const suite = ((await parse(xml)) as Suites).testsuite.find(
      ({ name }) => name === 'comparison',
    )!;
    expect(suite.failures).toBe(2);
    expect(suite.testcase[0]!.failure![0]!.message).toMatch(/^worse: −\d/);
  });

  it('stays one document, whatever texts there are', async () => {
    const run = generateRun({
      records: HOSTILE_TEXTS.length,
      models: ['<m>&"'],
      change: (row) => {
        const text = HOSTILE_TEXTS[row.index]!;
        const { index, prompt, provider, model, epoch } = row;
        return {
          index,
          prompt,
          provider,
          model,
          epoch,
          id: text,
          expected: text,
          output: text,
          passed: false,
          scores: { 'exact-match': 0, 'token-f1': 0 },
        };
      },
    });
    const xml = await renderReport(createJunitReporter, run);
    const [suite] = ((await parse(xml)) as Suites).testsuite;
    expect(suite!.testcase).toHaveLength(HOSTILE_TEXTS.length);
    expect(suite!.testcase.some(({ name }) => name === 'forged')).toBe(false);
  });
});

interface Suites {
  readonly tests: number;
  readonly testsuite: readonly {
    readonly name: string;
    readonly tests: number;
    readonly failures: number;
    readonly testcase: readonly {
      readonly name: string;
      readonly failure?: readonly { readonly message: string }[];
      readonly error?: unknown;
    }[];
  }[];
}
