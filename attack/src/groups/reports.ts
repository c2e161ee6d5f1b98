import { createReporter, type ReportFormat } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';

import { generateRun } from '../../../packages/report/src/__fixtures__/generated-run.ts';
import { HOSTILE_TEXTS } from '../../../packages/report/src/__fixtures__/hostile-texts.ts';
import { type Attack, insist } from '../attack.ts';

/** What a browser, a spreadsheet, a build server and a code host make of the texts of models and plugins. */
const ROW = 124;

/** A run in which every text from a model, a plugin and a data set is hostile. */
async function report(format: ReportFormat): Promise<string> {
  let text = '';
  const run = generateRun({
    name: '</title><script>alert(1)</script>',
    records: HOSTILE_TEXTS.length,
    models: ['<script>alert(1)</script>', '=1+1'],
    change: (row) => {
      const hostile = HOSTILE_TEXTS[row.index]!;
      const details = { 'exact-match': { explanation: hostile, reply: hostile } };
      const failure = { code: 'CALL_FAILED', message: hostile, stage: hostile };
      const texts = { id: hostile, group: hostile, input: hostile, expected: hostile };
      return row.index % 2 === 0
        ? { ...row, ...texts, output: hostile, details }
        : { ...row, ...texts, scores: {}, failure };
    },
  });
  const write = (part: string): void => {
    text += part;
  };
  await reportRuns([run], [createReporter(format, { write })]);
  return text;
}

function reportAttack(name: string, run: () => Promise<string>): Attack {
  return { row: ROW, name, modes: ['host'], run };
}

export const reports: readonly Attack[] = [
  reportAttack('markup and scripts in the texts of a page', async () => {
    const html = await report('html');
    const tags = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes = '']) => attributes);
    const own = tags.filter((attributes) => attributes === '');
    const data = tags.filter((attributes) => attributes.startsWith(' type="application/gzip" id='));
    insist(own.length === 1 && own.length + data.length === tags.length, tags.join());
    insist(!/<(?:img|iframe|object|embed|link|base|form)\b/i.test(html), 'an untrusted element');
    insist(!/'unsafe-|https?:/.test(/content="(default-src[^"]*)"/.exec(html)![1]!), 'the policy');
    return 'one script, and data that is base64';
  }),
  reportAttack('formulas in the fields of a table for spreadsheets', async () => {
    const csv = await report('csv');
    const fields = csv.split(/,|\r\n/).map((field) => field.replace(/^"/, ''));
    const formula = fields.find((field) => /^\s*[=+@\uFF1D\uFF0B\uFF20]/.test(field));
    insist(formula === undefined, `a spreadsheet runs ${formula}`);
    return 'no field begins like a formula';
  }),
  reportAttack('control characters and forged cases in JUnit', async () => {
    const xml = await report('junit');
    // eslint-disable-next-line no-control-regex
    insist(!/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(xml), 'it is no XML');
    const cases = xml.match(/<testcase /g)!.length;
    const comparison = xml.match(/classname="comparison"/g)?.length ?? 0;
    insist(cases - comparison === 2 * HOSTILE_TEXTS.length, `${cases} cases`);
    return `${cases} cases, none of them forged`;
  }),
  reportAttack('HTML, mentions and tables in Markdown', async () => {
    const markdown = await report('md');
    // Without code spans, in which nothing has a special meaning.
    const outside = markdown.replaceAll(/(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
    insist(!/<[a-z!/]|@\w|https?:|www\.|!\[|\]\(/i.test(outside), outside);
    return 'all of it is code';
  }),
];
