import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { readRun, type ResultRow } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { hasFiles, sharedFile, temporaryFolder } from './__fixtures__/shared-files.js';
import type { ImportError } from './errors.js';
import { importRuns, type ImportResult } from './import-runs.js';

async function importAll(path: string, failures: ImportError[] = []): Promise<ImportResult[]> {
  const outputDir = await temporaryFolder();
  const results: ImportResult[] = [];
  const onFailure = (error: ImportError): void => void failures.push(error);
  for await (const result of importRuns(path, { outputDir, onFailure })) results.push(result);
  return results;
}

async function rowsOf({ path }: Pick<ImportResult, 'path'>): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for await (const row of (await readRun(path)).rows()) rows.push(row);
  return rows;
}

describe.skipIf(!hasFiles)(
  'importRuns() of real files (needs TESTBENCH_SHARED or ../shared)',
  () => {
    it.each([
      { file: 'inspect/log_formats.eval', cases: 1, means: { match: 0 } },
      { file: 'inspect/log_formats.json', cases: 1, means: { match: 0 } },
      { file: 'inspect/log_read_sample.json', cases: 1, means: { match: 1 } },
      { file: 'inspect/pubmedqa_gpt4o_mini.json', cases: 2, means: { choice: 1 } },
      { file: 'lm-eval/results.json', cases: 10, means: { exact_match: 0 } },
      { file: 'helm', cases: 10, means: { exact_match: 0.1, 'exact_match@5': 0.1 } },
    ])('finds in $file what it says of itself', async ({ file, cases, means }) => {
      const [run] = await importAll(sharedFile(file));
      expect(run).toMatchObject({ cases, records: cases, isKnown: false });
      expect(run!.checks.length).toBeGreaterThan(0);
      expect(run!.checks.filter(({ agrees }) => !agrees)).toEqual([]);
      const scores = run!.summary.scores.map(({ evaluator, mean }) => [evaluator, mean]);
      expect(Object.fromEntries(scores)).toMatchObject(means);
    });

    it('gives the same rows for both formats of a log', async () => {
      const [archive] = await importAll(sharedFile('inspect/log_formats.eval'));
      const [json] = await importAll(sharedFile('inspect/log_formats.json'));
      const [[one], [other]] = [await rowsOf(archive!), await rowsOf(json!)];
      expect(one).toEqual(other);
      expect(one).toMatchObject({
        id: '1',
        output: 'No',
        expected: ' Yes',
        usage: { promptTokens: 66, completionTokens: 2 },
      });
      expect(one!.messages!.map(({ role }) => role)).toEqual(['system', 'user']);
    });

    it.each([
      { file: 'inspect/log_invalid.txt', code: 'IMPORT_INVALID', says: 'it is not JSON' },
      { file: 'inspect/log_version_3.txt', code: 'IMPORT_VERSION', says: 'a log of version 4' },
      { file: 'inspect/log_with_nan.txt', code: 'IMPORT_NO_SAMPLES', says: 'log_samples' },
      {
        file: 'inspect/with_llm_scoring.json',
        code: 'IMPORT_NO_SAMPLES',
        says: '1000 samples, accuracy of simpleqa_scorer 0.431',
      },
      { file: 'README.md', code: 'IMPORT_UNKNOWN_FORMAT', says: 'HELM' },
      { file: 'none', code: 'IMPORT_UNREADABLE', says: 'no such file' },
    ])('refuses $file with $code', async ({ file, code, says }) => {
      const found = importAll(sharedFile(file));
      await expect(found).rejects.toMatchObject({
        code,
        file: sharedFile(file),
        message: expect.stringContaining(says),
      });
    });

    it('says which samples are missing, and which have no score', async () => {
      const [run] = await importAll(sharedFile('inspect/log_tool_call_error.json'));
      expect(run!.notes).toEqual(['the files say that there are 4 samples, and have 1']);
      expect(run!.summary.scores).toMatchObject([{ evaluator: 'includes', n: 0, errors: 1 }]);
      const [row] = await rowsOf(run!);
      expect(row).toMatchObject({ epoch: 4, errors: { includes: { code: 'CALL_PLUGIN_FAILED' } } });
    });

    it('imports what it can of a folder, and tells the rest', async () => {
      const failures: ImportError[] = [];
      const runs = await importAll(sharedFile('inspect'), failures);
      expect(runs).toHaveLength(5);
      expect(failures.map(({ code }) => code)).toEqual(['IMPORT_NO_SAMPLES']);
    });

    it('does not import the same files twice', async () => {
      const outputDir = await temporaryFolder();
      const known: boolean[] = [];
      for (let time = 0; time < 2; time += 1) {
        for await (const run of importRuns(sharedFile('helm'), { outputDir }))
          known.push(run.isKnown);
      }
      expect(known).toEqual([false, true]);
    });

    it('takes letters of HELM for the choices that they stand for', async () => {
      const [run] = await importAll(sharedFile('helm'));
      const [row] = await rowsOf(run!);
      expect(row).toMatchObject({
        id: 'id147',
        group: 'test',
        output: 'meaning in an afterlife',
        answer: ' D',
        expected: 'internalmeaning',
        measured: { totalMs: 680 },
      });
      const record = (await readFile(join(run!.path, 'dataset.jsonl'), 'utf8')).split('\n')[0]!;
      expect(JSON.parse(record)).toMatchObject({ id: 'id147', choices: { length: 4 } });
    });
  },
);

describe('importRuns() of a folder', () => {
  it('tells damaged files of its formats, and passes over others', async () => {
    const folder = await temporaryFolder();
    const files = {
      'log.json': '{"version": 2, "eval": {"task": "t", ',
      'settings.json': '{ // not JSON',
      'scenario_state.json': '{"request_states": []}',
      'samples_sums.jsonl': JSON.stringify({ doc_id: 0, filter: 'none', metrics: ['acc'], acc: 1 }),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const failures: ImportError[] = [];
    const runs = await importAll(folder, failures);
    expect(runs.map(({ name }) => name)).toEqual(['sums']);
    expect(failures.map(({ code, file }) => [code, basename(file)])).toEqual([
      ['IMPORT_UNREADABLE', 'per_instance_stats.json'],
      ['IMPORT_INVALID', 'log.json'],
    ]);
  });
});
