import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { BenchmarkSummary } from '@testbench/bench/results';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin } from '../__fixtures__/paths.js';
import { main } from '../main.js';

let cwd: string;

/** Runs a command; returns its exit code and its output. */
async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { io, stdout, stderr } = captureIo({ cwd });
  const code = await main(args, io);
  return { code, out: stdout(), err: stderr() };
}

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(join(cwd, path, '..'), { recursive: true });
  await writeFile(join(cwd, path), text);
};

const METRIC = `import { count } from 'words-counted';

interface Config { readonly most: number }

export const version = '1.2.0';
export const config = { most: { type: 'integer', default: 2 } };

export function evaluate({ output }: { output: string }, { config }: { config: Config }) {
  const words = count(output);
  return { score: words <= config.most, metrics: { words } };
}
`;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'testbench-cli-'));
  process.env['XDG_CACHE_HOME'] = join(cwd, 'cache');
  await write(
    'node_modules/words-counted/package.json',
    '{"name":"words-counted","main":"index.js"}',
  );
  await write(
    'node_modules/words-counted/index.js',
    "exports.count = (text) => text.split(' ').length;",
  );
  await write('metric.ts', METRIC);
  await write('data.jsonl', '{"a":"one"}\n{"a":"one two"}\n{"a":"one two three"}\n');
});

afterAll(() => rm(cwd, { recursive: true }));

const benchmark = (evaluators: unknown): string =>
  JSON.stringify({
    name: 'scripts',
    isolation: 'process',
    dataset: { path: 'data.jsonl', fields: { input: 'a' } },
    provider: { plugin: examplePlugin('echo'), models: ['m'] },
    evaluators,
  });

describe('scripts in a benchmark', () => {
  it('score in a process of their own, and are compiled once', async () => {
    await write(
      'bench.json',
      benchmark([{ script: './metric.ts' }, { inline: 'output.length < 9', weight: 2 }]),
    );
    const { code, out, err } = await run('run', 'bench.json', '--json');
    expect([code, err]).toEqual([0, '']);
    const { scores } = JSON.parse(out) as BenchmarkSummary;
    expect(scores.map(({ evaluator, mean, n }) => [evaluator, mean, n])).toEqual([
      ['metric', 2 / 3, 3],
      ['output.length < 9', 2 / 3, 3],
    ]);
    expect((await readdir(join(cwd, 'cache/testbench/scripts'))).length).toBe(2);
    expect((await run('run', 'bench.json', '--json')).code).toBe(0);
  });

  it.each([
    [[{ script: 'metric.ts', inline: '1' }], 'expected only one of "script" and "inline"'],
    [[{}], 'is missing'],
    [[{ inline: 'output ==== 1' }], 'inline.js:1:'],
    [[{ script: 'missing.ts' }], 'no such file'],
    [[{ inline: '1', language: 'ruby' }], 'expected "javascript"'],
  ])('are refused with their place: %j', async (evaluators, message) => {
    await write('wrong.json', benchmark(evaluators));
    const { code, err } = await run('run', 'wrong.json', '--quiet');
    expect(code).toBe(1);
    expect(err).toContain('evaluators[0]');
    expect(err).toContain(message);
  });
});

describe('testbench build', () => {
  it('makes a module of a script, which call and validate take as they take the script', async () => {
    const { code, out } = await run('build', 'metric.ts');
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /^build\/metric\.wasm: evaluator metric 1\.2\.0, \d+ bytes, \d+ compressed\n$/,
      ),
    ]);
    expect((await readFile(join(cwd, 'build/metric.wasm'))).subarray(1, 4).toString()).toBe('asm');
    const input = '{"output":"one two"}';
    for (const plugin of ['build/metric.wasm', 'metric.ts']) {
      const called = await run('call', plugin, '--input', input);
      expect(JSON.parse(called.out)).toEqual({ score: 1, metrics: { words: 2 } });
    }
    expect((await run('validate', 'metric.ts')).out).toBe(
      'metric.ts: evaluator metric 1.2.0, contract v1\n',
    );
  });

  it('is not needed to test a script against a file of inputs and outputs', async () => {
    const golden = (score: number): string =>
      `{"input":{"output":"one two"},"output":{"score":${score},"metrics":{"words":2}}}\n{"input":{},"error":"CALL_INVALID_INPUT"}\n`;
    await write('golden.jsonl', golden(1));
    const right = await run('test', 'metric.ts', '--golden', 'golden.jsonl');
    expect(right).toMatchObject({
      code: 0,
      out: expect.stringContaining(
        'ok       golden         2 lines of golden.jsonl are as they were\n',
      ),
    });
    await write('golden.jsonl', golden(0));
    const wrong = await run('test', 'metric.ts', '--golden', 'golden.jsonl');
    expect(wrong).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        'golden.jsonl:1: the plugin gives something else; if it is right, run with TESTBENCH_UPDATE=1: {"output":{"score":1,',
      ),
    });
  });

  it('shows each mistake with its line', async () => {
    await write('wrong.ts', 'export const evaluate = () => {\n  return 1 +;\n};\n');
    const { code, err } = await run('build', 'wrong.ts');
    expect(code).toBe(1);
    expect(err).toContain(
      'wrong.ts:2:13: Unexpected ";"\n  2 |   return 1 +;\n                  ^\n',
    );
  });
});
