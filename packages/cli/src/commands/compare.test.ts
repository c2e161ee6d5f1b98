import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import type { RunComparison, RunSummary } from '@testbench/bench/statistics';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const GATE = join(ROOT, 'examples/regression-gate');

const run = async (
  cwd: string,
  ...args: string[]
): Promise<[code: number, out: string, err: string]> => {
  const { io, stdout, stderr } = captureIo({ cwd });
  const code = await main(args, io);
  return [code, stdout(), stderr()];
};

/** Runs a configuration, and returns its folder. */
async function runConfig(cwd: string, config: string, outputDir: string): Promise<string> {
  const [code, out] = await run(cwd, 'run', config, '--output-dir', outputDir, '--json');
  expect(code).toBe(0);
  return (JSON.parse(out) as { readonly run: string }).run;
}

/** Two models over 20 records of two groups: b is right where a is, and on 8 more. */
const smallRun = async (): Promise<{ cwd: string; folder: string }> => {
  const cwd = await temporaryFolder();
  const records = Array.from({ length: 20 }, (_, index) => ({
    id: `r${index}`,
    topic: index < 10 ? 'sums' : 'words',
    input: String(index),
    expected: 'yes',
    human: index % 2 === 0,
    answers: { a: index < 10 ? 'yes' : 'no', b: index < 18 ? 'yes' : 'no' },
  }));
  await writeFile(
    join(cwd, 'data.jsonl'),
    records.map((record) => JSON.stringify(record)).join('\n'),
  );
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl', fields: { group: 'topic' }, columns: ['human'] },
    provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return { cwd, folder: await runConfig(cwd, 'bench.json', 'runs') };
};

describe('tables of a terminal', () => {
  it('fit into it, however long names are', async () => {
    const { cwd } = await smallRun();
    const name = `evaluators[0].name=${'overlap-'.repeat(12)}x`;
    await run(cwd, 'run', 'bench.json', '--set', name, '--output-dir', 'wide');
    const [wide] = await readdir(join(cwd, 'wide'));
    const folder = join('wide', wide!);
    for (const args of [
      ['summary', folder, '--groups'],
      ['compare', folder, '--models', 'a,b'],
    ]) {
      const { io, stdout } = captureIo({ cwd, isTTY: true });
      await main(args, { ...io, env: { NO_COLOR: '1' }, stdout: { ...io.stdout, columns: 72 } });
      const table = stdout()
        .split('\n')
        .filter((line) => / {2}\S.* {2}\S/.test(line));
      expect(table.filter((line) => line.length > 72)).toEqual([]);
    }
  });
});

describe('testbench compare', () => {
  it('runs the example of a regression gate, which fails on a regression and passes without', async () => {
    const cwd = await temporaryFolder();
    const baseline = ['--baseline', join(GATE, 'baseline.json'), '--gate'];
    const good = await runConfig(cwd, join(GATE, 'testbench.yaml'), 'good');
    const [passed, out] = await run(cwd, 'compare', good, ...baseline, '--max-errors', '0');
    expect([passed, out]).toEqual([0, expect.stringContaining('Gate: passed\n')]);
    // The commands of the README produce the committed file.
    await run(cwd, 'baseline', good, '--output', 'again.json');
    const records = async (file: string): Promise<string | undefined> =>
      (await readFile(file, 'utf8')).split('"records": [')[1];
    expect(await records(join(cwd, 'again.json'))).toBe(await records(join(GATE, 'baseline.json')));

    const cheaper = await runConfig(cwd, join(GATE, 'cheaper.yaml'), 'cheaper');
    const [failed, why] = await run(cwd, 'compare', cheaper, ...baseline);
    expect(failed).toBe(3);
    expect(why).toContain('right → wrong: 98 (6, 12, 17, ');
    expect(why).toMatch(
      /Gate: failed\n {2}failed {2}broad-loss: abacus-small: numeric-match: −0\.2600/,
    );
  });

  it('shows two models of a run: the table, groups and flipped records', async () => {
    const { cwd, folder } = await smallRun();
    const [code, out] = await run(cwd, 'compare', folder, '--models', 'a,b');
    expect(code).toBe(0);
    expect(out).toContain(`
a: a   b: b
metric        n       a       b     b − a      95 % interval       p  b is
exact-match  20  50.0 %  90.0 %  +40.0 pp  +16.5 to +63.5 pp  0.0039  better
`);
    expect(out).toContain('wrong → right: 8 (r10, r11, r12, r13, r14, r15, r16, r17)\n');
    expect(out).toMatch(/ {2}words +10 +0\.0 % +80\.0 % +\+80\.0/);
    const [, json] = await run(cwd, 'compare', folder, '--models', 'b,a', '--json', '--gate');
    const comparison = JSON.parse(json) as RunComparison;
    expect(comparison.pairs[0]!.metrics[0]).toMatchObject({ difference: -0.4, verdict: 'worse' });
    expect(comparison.gate).toMatchObject({ passed: false, checks: [{ value: 2 ** -8 }] });
  });

  it('writes Markdown and JUnit for CI, into a file or to stdout', async () => {
    const { cwd, folder } = await smallRun();
    const args = ['compare', folder, '--models', 'b,a', '--gate', '--format'];
    const [code, md] = await run(cwd, ...args, 'md');
    expect(code).toBe(3);
    expect(md).toMatch(/^## .*small/);
    expect(md).toMatch(/exact-match.*90\.0 %.*50\.0 %.*−40\.0/);
    const [, out, err] = await run(cwd, ...args, 'junit', '--output', 'gate.xml');
    expect(out).toContain('Gate: failed\n');
    expect(err).toBe('gate.xml\n');
    const xml = await readFile(join(cwd, 'gate.xml'), 'utf8');
    expect(xml).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites .*failures="1"/);
    expect(xml).toContain('broad-loss');
  });

  it('holds requirements against the models that were compared', async () => {
    const { cwd, folder } = await smallRun();
    const compare = async (...args: string[]): Promise<number> =>
      (await run(cwd, 'compare', folder, '--models', 'a,b', ...args))[0];
    expect(await compare('--fail-under', 'exact-match=0.9')).toBe(0);
    expect(await compare('--fail-under', 'exact-match=0.9', '--lower-bound')).toBe(3);
    expect(await compare('--must-pass', 'r3')).toBe(0);
    expect(await compare('--must-pass', 'r99')).toBe(3);
    expect((await run(cwd, 'summary', folder, '--fail-under', 'exact-match=0.9'))[0]).toBe(3);
  });

  it('compares BLEU over the whole set too, by its sums, also with a baseline', async () => {
    const cwd = await temporaryFolder();
    const right = (index: number): string => `the cat ${index} sat on the mat ${index % 3}`;
    const records = Array.from({ length: 12 }, (_, index) => ({
      id: `r${index}`,
      input: String(index),
      expected: right(index),
      answers: { a: right(index), b: index % 2 === 0 ? right(index) : 'the dog ate it' },
    }));
    await writeFile(
      join(cwd, 'data.jsonl'),
      records.map((record) => JSON.stringify(record)).join('\n'),
    );
    const config = {
      name: 'mt',
      dataset: { path: 'data.jsonl' },
      provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
      evaluators: [{ plugin: examplePlugin('bleu') }],
    };
    await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
    const folder = await runConfig(cwd, 'bench.json', 'runs');
    const drawn = ['--models', 'a,b', '--swaps', '200', '--resamples', '50'];
    const [, out] = await run(cwd, 'compare', folder, ...drawn);
    expect(out).toMatch(/bleu over the set +12 +1\.000 +0\.\d{3} +−0\.\d{3} .* 0\.0\d+ +worse/);
    expect(out).toMatch(/bleu\.bleu +12 +100\.000 /);
    expect(out).toContain('paired t; paired randomization, two-sided; adjusted for 2 tests (holm)');
    await run(cwd, 'baseline', folder, '--model', 'a');
    const gate = ['--baseline', 'baseline.json', '--gate', ...drawn];
    const [code, why] = await run(cwd, 'compare', folder, ...gate);
    expect(code).toBe(3);
    expect(why).toMatch(/failed {2}set-loss: b: bleu: −0\.\d+ over the set, one-sided p 0\.0/);
    const required = (limit: string): Promise<[number, string, string]> =>
      run(cwd, 'summary', folder, '--fail-under', limit);
    expect((await required('set:bleu.bleu=20'))[0]).toBe(0);
    expect((await required('set:bleu=0.9'))[0]).toBe(3);
  });

  it.each([
    [['compare', 'x'], /expected a second run, --baseline, or --models/],
    [['compare', 'x', 'y', '--baseline', 'z'], /one run and --baseline, or two runs/],
    [['compare', 'x', '--models', 'a,b,c'], /two names with a comma/],
    [['compare', 'x', '--models', 'a,a'], /names one twice/],
    [['compare', 'x', 'y', '--fail-under', 'm'], /expected metric=number/],
    [['compare', 'x', 'y', '--fail-under', 'm=2'], /a number from 0 to 1 behind "="/],
    [['compare', 'x', 'y', '--lower-bound'], /no effect without --fail-under/],
    [['compare', 'x', 'y', '--alpha', '2'], /expected a number from 0.000001 to 0.5/],
    [['compare', 'x', 'y', '--json', '--format', 'md'], /exclude each other/],
    [['compare', 'x', 'y', '--output', 'z'], /--output needs --format/],
    [['summary', 'x', '--label', 'judge'], /expected evaluator=column/],
    [['power'], /either --records or --difference/],
    [['power', '--records', '100'], /either --flips or --sd/],
    [['power', '--records', '2', '--flips', '0.1'], /Cannot show any difference/],
    [['power', '--difference', '0.2', '--flips', '0.1'], /larger than --flips/],
    [['power', '--records', '9', '--unpaired', '--flips', '0.1'], /not --flips/],
  ])('refuses %j', async (args, message) => {
    const [code, , err] = await run('/', ...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it('tells of files that are no baseline, and of runs that do not fit', async () => {
    const { cwd, folder } = await smallRun();
    await writeFile(join(cwd, 'b.json'), '{}');
    const [code, , err] = await run(cwd, 'compare', folder, '--baseline', 'b.json');
    expect([code, err.split(':')[0]]).toEqual([1, 'error BENCH_BASELINE_DAMAGED']);
    const [, , none] = await run(cwd, 'compare', folder, '--models', 'a,x');
    expect(none).toMatch(
      /^error BENCH_NOT_COMPARABLE: .*no model of "a", "b" has exactly one counterpart/,
    );
    const [missing, , why] = await run(cwd, 'compare', folder, 'nothing');
    expect([missing, why.split(':')[0]]).toEqual([1, 'error BENCH_RUN_UNREADABLE']);
  });
});

describe('testbench summary', () => {
  it('shows means, groups, agreement with labels and signatures', async () => {
    const { cwd, folder } = await smallRun();
    const args = ['--groups', '--signatures', '--label', 'exact-match=human'];
    const [code, out] = await run(cwd, 'summary', folder, ...args);
    expect(code).toBe(0);
    expect(out).toContain(`
model  metric        n    mean  95 % interval  errors
a      exact-match  20  50.0 %  29.9 – 70.1 %       0
b      exact-match  20  90.0 %  69.9 – 97.2 %       0
`);
    expect(out).toMatch(/\n {7}\s+words +10 +0\.0 % +0\.0 – 27\.8 %/);
    expect(out).toMatch(/exact-match and human +20 +0\.500 +0\.500 +0\.000/);
    expect(out).toMatch(
      /\n {2}exact-match\|v:0\.1\.0\|sha256:[0-9a-f]{12}\|n:20\|err:missing\|ci:wilson\n/,
    );
    const [, json] = await run(cwd, 'summary', folder, '--interval', 'bootstrap', '--json');
    const { systems } = JSON.parse(json) as RunSummary;
    expect(systems[0]!.metrics[0]!.signature).toMatch(/ci:bootstrap\(2000,seed:0\)$/);
  });
});

describe('testbench power', () => {
  it.each([
    [
      ['--records', '1319', '--flips', '0.1'],
      /^1,319 records, of which 10 % flip, show a difference of 2\.44 points/,
    ],
    [['--difference', '0.02', '--flips', '0.1'], /^1,960 records, /],
    [
      ['--difference', '0.5', '--sd', '1'],
      /^34 records, whose differences have a standard deviation of 1, show a difference of 0\.500 /,
    ],
    [
      ['--difference', '0.05', '--unpaired', '--rate', '0.7'],
      /^1,[0-9]{3} records for each of the two, 70 % right in the first/,
    ],
  ])('answers %j', async (args, answer) => {
    const [code, out] = await run('/', 'power', ...args);
    expect(code).toBe(0);
    expect(out).toMatch(answer);
  });
});

describe('testbench calibrate', () => {
  it('shows kappa, base rates, who said what, and where they differ; the report shows it too', async () => {
    const { cwd, folder } = await smallRun();
    // People say yes to the first eight answers of model a, and to no other.
    const labels = Array.from({ length: 20 }, (_, index) => `r${index},${Number(index < 8)},a`);
    await writeFile(join(cwd, 'labels.csv'), ['id,label,model', ...labels].join('\n'));
    const args = ['calibrate', folder, '--labels', 'labels.csv'];
    const [code, out] = await run(cwd, ...args);
    expect(code).toBe(0);
    // Observed 18/20; expected (10 · 8 + 10 · 12) / 400; kappa (0.9 − 0.5) / 0.5.
    expect(out).toMatch(/exact-match\s+20\s+90\.0 %\s+50\.0 %\s+0\.800\s+0\.\d{3} – 1\.000/);
    expect(out).toMatch(/^\s*1\s+0\s+8\s+40\.0 %\s+50\.0 %$/m);
    expect(out).toContain('r8 (a): people 0, judge 1\n  r9 (a): people 0, judge 1\n');
    const [, json] = await run(cwd, ...args, '--json', '--disagreements', '1');
    expect(JSON.parse(json)).toMatchObject({
      cases: 20,
      judges: [{ n: 20, disagreements: [{ record: 'r8', people: 0, judge: 1 }] }],
    });
    const shown = await run(cwd, 'summary', folder, '--labels', 'exact-match=labels.csv');
    expect(shown[1]).toMatch(/exact-match and labels of exact-match\s+20/);
    const report = ['report', folder, '--format', 'json', '--labels', 'exact-match=labels.csv'];
    expect((await run(cwd, ...report))[1]).toContain('against:labels%20of%20exact-match|n:20');
    expect((await run(cwd, 'calibrate', folder))[0]).toBe(2);
  });
});
