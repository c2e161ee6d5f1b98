import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

import { createHtmlReporter, type PagePlugin } from '@testbench/report';
import { reportRuns } from '@testbench/report/runs';

import { generateRun } from '../../packages/report/src/__fixtures__/generated-run.ts';
import { HOSTILE_TEXTS } from '../../packages/report/src/__fixtures__/hostile-texts.ts';

type Run = ReturnType<typeof generateRun>;

/** Writes the report of runs to a file. */
export async function writePage(
  file: string,
  runs: readonly Run[],
  plugins: readonly PagePlugin[] = [],
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const handle = openSync(file, 'w');
  try {
    const write = (text: string): void => void writeSync(handle, text);
    await reportRuns(runs, [createHtmlReporter({ write }, { plugins })], { summary: { labels } });
  } finally {
    closeSync(handle);
  }
}

/** 50,000 rows, as in the targets. */
export function largeRun(): Run {
  return generateRun({ records: 50_000, models: ['abacus-large'], promptCharacters: 300 });
}

/** Three models, three epochs. */
export function smallRun(): Run {
  return generateRun({ records: 400, epochs: 3, models: ['abacus-large', 'abacus-small', '東京'] });
}

/** One model before and after. */
export function twoRuns(): [Run, Run] {
  const models = ['abacus-large'];
  return [generateRun({ records: 400, models }), generateRun({ records: 400, models, seed: 9 })];
}

/** Every text from a model, a plugin or a data set tries to break out. */
export function hostileRun(): Run {
  return generateRun({
    name: '<img src=x onerror=owned()>',
    records: HOSTILE_TEXTS.length,
    models: ['<script>owned()</script>', 'javascript:owned()'],
    change: (row) => {
      const text = HOSTILE_TEXTS[row.index]!;
      const judgements = [{ judge: text, choice: text, reason: text, problem: text, reply: text }];
      const said = { explanation: text, reply: text, metrics: { [text]: 1 }, judgements };
      const details = { 'exact-match': said };
      const hostile = {
        id: `${row.index}${text}`,
        group: text,
        input: text,
        expected: text,
        output: `${text} and more`,
        answer: text,
        finishReason: text,
        columns: { [text]: text },
        details,
        toolCalls: [{ id: text, name: text, arguments: text }],
        errors: { 'token-f1': { code: 'CALL_FAILED', message: text, details: { [text]: text } } },
      };
      return { ...row, ...hostile };
    },
  });
}

/** Answers with tool calls, a panel of judges that includes the tested model, and labels from people. */
export function judgedRun(): Run {
  return generateRun({
    records: 60,
    change: (row) => {
      const score = row.index % 3 === 0 ? 0 : 1;
      const judgements = ['abacus-large', 'lynx'].map((judge, place) => ({
        judge,
        order: place === 0 ? 'answer_first' : 'other_first',
        score,
        reason: 'The number is the one that was asked for.',
        reply: `GRADE: ${score} <b>bold</b>`,
      }));
      const toolCalls = [
        { id: `call_${row.index}`, name: 'get_weather', arguments: '{"city": "Oslo", "days": 3}' },
        { name: 'finish', arguments: '' },
        { name: '<script>owned()</script>', arguments: '{"broken": ' },
      ];
      return {
        ...row,
        scores: { ...row.scores, 'exact-match': score },
        toolCalls,
        details: { 'exact-match': { selfJudged: true, judgements, reply: 'GRADE: 1' } },
        columns: { ...row.columns, human: row.index % 10 === 0 ? 1 - score : score },
      };
    },
  });
}

/** A text of two million characters, in one word. */
export function hugeRun(): Run {
  const output = 'x'.repeat(2_000_000);
  return generateRun({ records: 3, models: ['m'], change: (row) => ({ ...row, output }) });
}

/** A run whose evaluators are a module that the page carries. */
export function runWithPlugin(): [Run, PagePlugin] {
  const path = new URL('../../example-plugins/exact-match/build/exact-match.wasm', import.meta.url);
  const bytes = readFileSync(path);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const run = generateRun({ records: 20 });
  const evaluators = run.plan.evaluators.map((evaluator) => ({ ...evaluator, digest }));
  return [
    { ...run, plan: { ...run.plan, evaluators } },
    { digest, bytes },
  ];
}
