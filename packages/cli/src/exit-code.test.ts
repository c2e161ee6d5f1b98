import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, ROOT } from './__fixtures__/paths.js';
import { EXIT_CODES, ExitCode } from './exit-code.js';
import { main } from './main.js';

/** A folder with a benchmark in which each model lacks one of two answers, a damaged module and a text. */
async function setUp(): Promise<string> {
  const cwd = await mkdtemp(join(tmpdir(), 'testbench-cli-'));
  const records = [
    { id: 'one', input: '1', expected: '1', answers: { a: '1' } },
    { id: 'two', input: '2', expected: '2', answers: { b: '2' } },
  ];
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a', 'b'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
  };
  await writeFile(join(cwd, 'data.jsonl'), records.map((one) => JSON.stringify(one)).join('\n'));
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  await writeFile(join(cwd, 'wrong.json'), JSON.stringify({ ...config, evaluators: 1 }));
  await writeFile(join(cwd, 'text.wasm'), 'no module');
  return cwd;
}

const cwd = await setUp();
afterAll(() => rm(cwd, { recursive: true }));
const run = async (args: readonly string[], signal = new AbortController().signal) =>
  await main(args, captureIo({ cwd, signal }).io);

describe('the exit code', () => {
  it('is one of a table, which the documentation shows', async () => {
    expect(EXIT_CODES.map(({ code }) => code)).toEqual(Object.values(ExitCode));
    expect(ExitCode).toEqual({ ok: 0, failure: 1, usage: 2, gate: 3, interrupted: 130 });
    const readme = await readFile(join(ROOT, 'packages/cli/README.md'), 'utf8');
    const rows = EXIT_CODES.map(({ code, meaning }) => `  | ${code} | ${meaning} |`);
    expect(readme).toContain(rows.join('\n'));
  });

  it.each([
    [0, '--help'],
    [0, '--version'],
    [0, 'help run'],
    [0, 'run --help'],
    [0, 'list nowhere'],
    [0, `validate ${examplePlugin('exact-match')}`],
    [0, 'run bench.json --dry-run'],
    // A case without a score, after all retries.
    [1, 'run bench.json'],
    [1, 'run bench.json --max-errors 1'],
    [0, 'run bench.json --max-errors 2'],
    // A gate; too many errors take precedence, because its result is not reliable then.
    [0, 'run bench.json --max-errors 2 --fail-under exact-match=1'],
    [3, 'run bench.json --max-errors 2 --set onError=wrong --fail-under exact-match=0.6'],
    [1, 'run bench.json --set onError=wrong --fail-under exact-match=0.6'],
    [3, 'run bench.json --max-errors 2 --json --fail-under exact-match=0.9 --lower-bound'],
    [2, 'run bench.json --fail-under exact-mach=0.6'],
    [2, 'run bench.json --fail-under exact-match=2'],
    [2, 'run bench.json --lower-bound'],
    [1, 'run bench.json --baseline none.json'],
    [1, 'run bench.json --fail-fast --set seed=1'],
    [1, 'run none.json'],
    [1, 'run wrong.json'],
    [1, 'run bench.json --set dataset.path=none.jsonl'],
    [1, 'inspect none.wasm'],
    [1, 'inspect text.wasm'],
    [1, 'validate text.wasm'],
    [1, 'status none'],
    [1, 'resume none'],
    [1, 'failures none'],
    [1, 'export none'],
    [2, ''],
    [2, 'rnu bench.json'],
    [2, '--nonsense'],
    [2, 'run'],
    [2, 'run bench.json more'],
    [2, 'run bench.json --nonsense'],
    [2, 'run bench.json -x'],
    [2, 'run bench.json --limit'],
    [2, 'run bench.json --limit 0'],
    [2, 'run bench.json --limit 1 --limit 2'],
    [2, 'run bench.json --max-errors -1'],
    [2, 'run bench.json --json=maybe'],
    [2, 'score none'],
    [2, 'call text.wasm'],
    [2, 'cache empty'],
    [2, 'completion tcsh'],
  ])('is %i for "%s"', async (code, line) => {
    expect(await run(line === '' ? [] : line.split(' '))).toBe(code);
  });

  it('is 1 or 0 by --max-errors for resume and score, too', async () => {
    const { io, stdout, stderr } = captureIo({ cwd });
    expect(await main(['run', 'bench.json', '--json'], io)).toBe(1);
    const { run: folder } = JSON.parse(stdout()) as { run: string };
    expect(stderr()).toContain('2 cases without a score, more than --max-errors allows');
    expect(await run(['resume', folder])).toBe(1);
    expect(await run(['resume', folder, '--max-errors', '2'])).toBe(0);
    const score = ['score', folder, '--evaluator', examplePlugin('exact-match')];
    expect(await run(score)).toBe(1);
    expect(await run([...score, '--max-errors', '2'])).toBe(0);
  });

  it('is 3 if a run is worse than a baseline, for run, resume and score', async () => {
    const folder = await setUp();
    const call = async (...args: string[]) => {
      const { io, stdout } = captureIo({ cwd: folder });
      return [await main(args, io), stdout()] as const;
    };
    const lines = Array.from({ length: 40 }, (_, n) =>
      JSON.stringify({ input: `${n}`, expected: `a${n}`, answers: { a: `A${n}`, b: `A${n}` } }),
    );
    await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
    const lenient = ['run', 'bench.json', '--set', 'evaluators[0].config.ignore_case=true'];
    const [, first] = await call(...lenient, '--json');
    const { run: good } = JSON.parse(first) as { run: string };
    expect((await call('baseline', good, '--output', 'base.json'))[0]).toBe(0);
    const gate = ['--baseline', 'base.json'];
    expect((await call(...lenient, ...gate))[0]).toBe(0);
    expect((await call('resume', good, ...gate))[0]).toBe(0);
    const [code, out] = await call('run', 'bench.json', ...gate, '--fail-under', 'exact-match=0');
    expect([code, out]).toEqual([3, expect.stringMatching(/Gate.*failed/)]);
    const score = ['score', good, '--evaluator', examplePlugin('exact-match')];
    expect((await call(...score, ...gate))[0]).toBe(3);
    await rm(folder, { recursive: true });
  });

  it('is 130 after Ctrl-C, whatever was done', async () => {
    const signal = AbortSignal.abort();
    expect(await run(['run', 'bench.json', '--set', 'seed=2'], signal)).toBe(130);
    expect(await run(['inspect', 'none.wasm'], signal)).toBe(130);
  });
});
