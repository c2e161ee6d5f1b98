import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { createFolderRuns } from '@testbench/bench/results';
import { serveModels } from '@testbench/test-kit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

const BIN = join(ROOT, 'packages/cli/bin/testbench.js');
const deviceOf = (path: string): number | undefined =>
  statSync(path, { throwIfNoEntry: false })?.dev;
const OTHER_DEVICE = deviceOf('/dev/shm') === deviceOf(tmpdir()) ? undefined : deviceOf('/dev/shm');
const RECORDS = [
  '{"id":"a","input":"1","expected":"1","answers":{"m":"1"}}',
  '{"id":"b","input":"2","expected":"2","answers":{"m":"2"}}',
];

const segment = 'segments/0-2.jsonl';

interface Setting {
  readonly cwd: string;
  /** Runs the command; returns the exit code and the text on stderr. */
  readonly run: (...args: string[]) => Promise<{ code: number; out: string; err: string }>;
}

async function setUp(
  change: object = {},
  data: string | Uint8Array = RECORDS.join('\n'),
  file = 'data.jsonl',
): Promise<Setting> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, file), data);
  const config = {
    name: 'small',
    dataset: { path: file },
    provider: { plugin: examplePlugin('replay'), models: ['m'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    outputDir: 'out',
    ...change,
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return {
    cwd,
    async run(...args) {
      const { io, stdout, stderr } = captureIo({ cwd });
      const code = await main(args.length === 0 ? ['run', 'bench.json'] : args, io);
      return { code, out: stdout(), err: stderr() };
    },
  };
}

/** One sentence with one of our codes. */
const SENTENCE = /^error (?:BENCH|CONFIG)_[A-Z_]+: Cannot [a-z ]+.*[^.]\n(?: {2}hint: .*\n)?$/;
const utf16 = Buffer.from(`\uFEFF${RECORDS.join('\n')}`, 'utf16le');
const openai = {
  provider: {
    plugin: examplePlugin('openai'),
    models: ['m'],
    parameters: { max_tokens: 9 },
    permissions: { network: true, allowedHosts: ['https://none.invalid'] },
  },
};

describe('a benchmark with bad input ends with one sentence that says where, and what to do', () => {
  it.each([
    [
      'a data set that is missing',
      { dataset: { path: 'none.jsonl' } },
      undefined,
      undefined,
      'BENCH_DATASET_UNREADABLE',
      /none\.jsonl/,
    ],
    ['an empty one', {}, '', undefined, 'BENCH_DATASET_EMPTY', /data\.jsonl/],
    [
      'half a line',
      {},
      RECORDS.join('\n').slice(0, -9),
      undefined,
      'BENCH_DATASET_INVALID',
      /line 2/,
    ],
    [
      'JSON that is not an array',
      {},
      '{"input":"1"}',
      'data.json',
      'BENCH_DATASET_INVALID',
      /list|array/,
    ],
    [
      'a wrong delimiter',
      { dataset: { path: 'data.csv', delimiter: ';' } },
      'input,expected\n1,1\n',
      'data.csv',
      'BENCH_DATASET_INVALID',
      /line 1: expected ";".*correct `delimiter`/,
    ],
    ['UTF-16', {}, utf16, undefined, 'BENCH_DATASET_INVALID', /UTF-16.*UTF-8/],
    [
      'two records with one id',
      {},
      [RECORDS[0], RECORDS[0]].join('\n'),
      undefined,
      'BENCH_DATASET_INVALID',
      /line 2.*line 1/,
    ],
    [
      'a field that is in some rows only',
      { dataset: { path: 'data.jsonl', fields: { input: 'question' } } },
      '{"question":"1"}\n{"query":"2"}',
      undefined,
      'BENCH_DATASET_INVALID',
      /line 2.*"question".*query/,
    ],
    [
      'no record in the range',
      { dataset: { path: 'data.jsonl', offset: 9 } },
      undefined,
      undefined,
      'BENCH_DATASET_EMPTY',
      /no records from number 10 on.*`offset`/,
    ],
    [
      'a prompt with an unknown variable',
      { prompts: ['{{quesion}}'] },
      undefined,
      undefined,
      'BENCH_DATASET_INVALID',
      /line 1.*quesion.*input/,
    ],
    [
      'a field that an evaluator needs and the first record lacks',
      { evaluators: [{ plugin: examplePlugin('exact-match'), fields: { hint: 'meta.hint' } }] },
      '{"input":"1","meta":{}}\n{"input":"2","meta":{"hint":"a"}}',
      undefined,
      'BENCH_DATASET_INVALID',
      /line 1.*"meta\.hint"/,
    ],
    [
      'no record in the sample of the range',
      { dataset: { path: 'data.jsonl', sample: { n: 1 }, offset: 1 } },
      undefined,
      undefined,
      'BENCH_DATASET_EMPTY',
      /no records from number 2 on/,
    ],
    [
      'a model without a price under a budget',
      { ...openai, budgets: { money: 1 } },
      undefined,
      undefined,
      'CONFIG_INVALID',
      /"m" has no price; add it/,
    ],
    [
      'answers without an end under a budget',
      { ...openai, provider: { ...openai.provider, parameters: {} }, budgets: { tokens: 1 } },
      undefined,
      undefined,
      'CONFIG_INVALID',
      /max_tokens/,
    ],
    [
      'a folder for runs that is a file',
      { outputDir: 'data.jsonl' },
      undefined,
      undefined,
      'BENCH_OUTPUT_FAILED',
      /data\.jsonl/,
    ],
    [
      'a folder for runs that cannot be made',
      { outputDir: '/proc/none/runs' },
      undefined,
      undefined,
      'BENCH_OUTPUT_FAILED',
      /\/proc\/none/,
    ],
  ])('%s', async (_, change, data, file, code, message) => {
    const { run, cwd } = await setUp(change, data, file);
    const { code: exit, err, out } = await run();
    expect({ exit, out }).toEqual({ exit: 1, out: '' });
    expect(err).toMatch(SENTENCE);
    expect(err).toContain(`error ${code}: `);
    expect(err.split('\n')[0]).toMatch(message);
    // Not even an empty folder.
    const left = (await readdir(cwd)).filter((name) => !/^(?:bench\.json|data\..*)$/.test(name));
    expect(left).toEqual([]);
  });

  it('takes a byte order mark for what it is', async () => {
    const { run } = await setUp({}, `\uFEFF${RECORDS.join('\n')}`);
    expect(await run()).toMatchObject({ code: 0, err: '' });
  });

  /** An existing run, and what is done to it. */
  async function damaged(damage: (folder: string) => Promise<unknown>, ...args: string[]) {
    const setting = await setUp();
    expect((await setting.run()).code).toBe(0);
    const runs = await readdir(join(setting.cwd, 'out'));
    const name = runs.find((entry) => entry !== '.cache');
    const folder = join(setting.cwd, 'out', name!);
    await damage(folder);
    return { ...(await setting.run(...args.map((arg) => arg.replace('RUN', folder)))), folder };
  }

  const edit = (file: string, change: (text: string) => string) => async (folder: string) => {
    const path = join(folder, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  it.each([
    [
      'a run of another version',
      edit('manifest.json', (text) => text.replace(':1,', ':9,')),
      'BENCH_RUN_VERSION',
      /format 9.*use the version that wrote it/,
    ],
    [
      'a manifest that is no JSON',
      edit('manifest.json', (text) => text.slice(9)),
      'BENCH_RUN_DAMAGED',
      /manifest\.json.*restore the file/,
    ],
    [
      'a manifest with a wrong digest',
      edit('manifest.json', (text) => text.replace(/sha256:./, 'sha256:x')),
      'BENCH_RUN_DAMAGED',
      /manifest\.json/,
    ],
    [
      'a segment that was changed',
      edit(segment, (text) => text.replace('"output":"1"', '"output":"9"')),
      'BENCH_RUN_DAMAGED',
      /0-2\.jsonl.*digest.*restore the file/,
    ],
    [
      'a segment that was cut',
      edit(segment, (text) => text.slice(0, -3)),
      'BENCH_RUN_DAMAGED',
      /0-2\.jsonl.*bytes instead of/,
    ],
    [
      'a plan that was changed',
      edit('plan.json', (text) => text.replace('"seed":0', '"seed":1')),
      'BENCH_RUN_DAMAGED',
      /plan\.json.*digest/,
    ],
  ])('%s', async (_, damage, code, message) => {
    const { code: exit, err, folder } = await damaged(damage);
    expect(exit).toBe(1);
    expect(err).toMatch(SENTENCE);
    expect(err).toContain(`error ${code}: `);
    expect(err).toMatch(message);
    // Existing files are someone's work, and stay.
    expect((await stat(join(folder, segment))).isFile()).toBe(true);
  });

  it('makes the records of a segment that is gone again, and says so', async () => {
    const { code, err } = await damaged(async (folder) => await rm(join(folder, segment)));
    expect(code).toBe(0);
    expect(err).toContain('records 0 to 1 are run again');
  });

  it('lets one writer at a time write a run, and says who it is', async () => {
    let release = async (): Promise<void> => {};
    const { code, err } = await damaged(async (folder) => {
      const writer = await createFolderRuns(dirname(folder)).open(basename(folder));
      release = async () => await writer.close();
    });
    await release();
    expect(code).toBe(1);
    expect(err).toMatch(SENTENCE);
    expect(err).toMatch(/BENCH_RUN_LOCKED: .*process \d+.*; wait for that process, or end it/);
  });

  it('throws a damaged answer of the cache away, says so, and asks again', async () => {
    await using server = await serveModels();
    vi.stubEnv('KEY', 'sk-test-of-a-key');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { run, cwd } = await setUp({
      provider: {
        plugin: examplePlugin('openai'),
        config: { base_url: `${server.origin}/v1` },
        permissions: { network: true, allowedHosts: [server.origin] },
        models: ['m'],
      },
      policy: 'policy.json',
    });
    const policy = { secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [server.origin] } } };
    await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
    expect((await run()).code).toBe(0);
    for (const name of await readdir(join(cwd, 'out'))) {
      if (name !== '.cache') await rm(join(cwd, 'out', name), { recursive: true });
    }
    const entries = await readdir(join(cwd, 'out', '.cache'), { recursive: true });
    const entry = entries.find((name) => name.endsWith('.call'));
    await truncate(join(cwd, 'out', '.cache', entry!), 70);
    const { code, err } = await run();
    expect(code).toBe(0);
    expect(err).toContain(entry!);
    expect(server.requests).toHaveLength(3);
  });
});

describe('places that cannot be written', () => {
  it('what a run has read, and its own files: nothing made of it replaces them', async () => {
    const setting = await setUp({ policy: 'policy.json', prompts: [{ file: 'prompt.txt' }] });
    const { cwd, run } = setting;
    await writeFile(join(cwd, 'policy.json'), '{}');
    await writeFile(join(cwd, 'prompt.txt'), '{{input}}');
    await symlink('data.jsonl', join(cwd, 'link.jsonl'));
    expect((await run()).code).toBe(0);
    const name = (await readdir(join(cwd, 'out'))).find((entry) => entry !== '.cache')!;
    const folder = join('out', name);
    expect((await run('baseline', folder)).code).toBe(0);
    const own = ['manifest', 'plan', 'config', 'inputs', 'summary'].map((one) => `${one}.json`);
    const files = [
      'bench.json',
      'data.jsonl',
      'link.jsonl',
      'prompt.txt',
      'policy.json',
      ...[...own, segment].map((one) => join(folder, one)),
    ];
    const before = await Promise.all(files.map((file) => readFile(join(cwd, file), 'utf8')));
    for (const file of files) {
      for (const args of [
        ['export', folder],
        ['report', folder, '--format', 'md'],
        ['baseline', folder],
        ['compare', folder, folder, '--format', 'md'],
        ['compare', folder, '--baseline', 'baseline.json', '--format', 'json'],
      ]) {
        const { code, err } = await run(...args, '--output', file);
        expect({ args, file, code }).toEqual({ args, file, code: 1 });
        expect(err).toMatch(/_(?:IS_INPUT|FAILED): Cannot .*: it is .*, which must stay\n$/);
      }
    }
    const over = ['--baseline', 'baseline.json', '--format', 'md', '--output', 'baseline.json'];
    expect((await run('compare', folder, ...over)).err).toContain('it is the baseline');
    // Nor may the summary next to exported rows be one of them.
    await rename(join(cwd, 'policy.json'), join(cwd, 'rows.summary.json'));
    await symlink('rows.summary.json', join(cwd, 'policy.json'));
    expect((await run('export', folder, '--output', 'rows.jsonl')).err).toContain('the policy');
    const after = await Promise.all(files.map((file) => readFile(join(cwd, file), 'utf8')));
    expect(after).toEqual(before);
  });

  it.skipIf(OTHER_DEVICE === undefined)(
    'another device than that of the data is none of them (needs /dev/shm on a device of its own)',
    async () => {
      const folder = await mkdtemp('/dev/shm/testbench-cli-');
      onTestFinished(() => rm(folder, { recursive: true }));
      const { run } = await setUp({ outputDir: join(folder, 'runs') });
      expect(await run()).toMatchObject({ code: 0, err: '' });
      const [name] = await readdir(join(folder, 'runs'));
      const exported = join(folder, 'rows.json');
      const args = ['--format', 'json', '--output', exported];
      expect((await run('export', join(folder, 'runs', name!), ...args)).code).toBe(0);
      expect(JSON.parse(await readFile(exported, 'utf8'))).toMatchObject({ rows: [{}, {}] });
    },
  );

  it.skipIf(process.getuid?.() === 0)('a folder that is read-only (not as root)', async () => {
    const { run, cwd } = await setUp();
    await mkdir(join(cwd, 'out'), { mode: 0o500 });
    const { code, err } = await run();
    expect(code).toBe(1);
    expect(err).toMatch(SENTENCE);
    expect(err).toMatch(/BENCH_OUTPUT_FAILED.*out/);
  });

  it.skipIf(!existsSync('/dev/full'))('a device that is full, by export', async () => {
    const { run, cwd } = await setUp();
    expect((await run()).code).toBe(0);
    const [name] = await readdir(join(cwd, 'out'));
    for (const format of ['jsonl', 'json', 'csv']) {
      const { code, err } = await run(
        'export',
        join('out', name!),
        '--output',
        '/dev/full',
        '--format',
        format,
      );
      expect(code).toBe(1);
      expect(err).toMatch(SENTENCE);
      expect(err).toMatch(/BENCH_OUTPUT_FAILED.*\/dev\/full.*no space/);
    }
  });

  const isBuilt = existsSync(BIN.replace('bin/testbench.js', 'dist/index.js'));
  const big = Array.from({ length: 400 }, (_, n) =>
    JSON.stringify({ input: 'x'.repeat(400), expected: `${n}`, answers: { m: 'y'.repeat(400) } }),
  );

  /** Maximum size of files, in blocks of 512 bytes. */
  async function limited(setting: Setting, blocks: number, ...args: string[]) {
    const child = spawn(
      'sh',
      ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', process.execPath, BIN, ...args],
      { cwd: setting.cwd, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, err };
  }

  it('a full device in the place of a baseline or a report', async () => {
    const setting = await setUp();
    expect((await setting.run()).code).toBe(0);
    const [name] = await readdir(join(setting.cwd, 'out'));
    const run = join('out', name!);
    for (const args of [
      ['baseline', run, '--output', '/dev/full'],
      ['report', run, '--format', 'md', '--output', '/dev/full'],
      ['report', run, '--format', 'html', '--output', '/dev/full'],
    ]) {
      const { io, stderr } = captureIo({ cwd: setting.cwd });
      expect(await main(args, io)).toBe(1);
      expect(stderr()).toMatch(/^error (?:BENCH|OUTPUT)_[A-Z_]+: Cannot .*"\/dev\/full": no space/);
    }
  });

  it.skipIf(!isBuilt)(
    'no room for init, a baseline or a report: nothing half-written is left (needs `npm run build`)',
    async () => {
      const setting = await setUp();
      expect((await setting.run()).code).toBe(0);
      const [name] = await readdir(join(setting.cwd, 'out'));
      const run = join('out', name!);
      const before = (await readdir(setting.cwd)).toSorted();
      for (const args of [
        ['init', 'new'],
        ['baseline', run, '--output', 'baseline.json'],
        ['report', run, '--format', 'html', '--output', 'report.html'],
      ]) {
        const { code, err } = await limited(setting, 0, ...args);
        expect({ args, code }).toEqual({ args, code: 1 });
        expect(err).toMatch(/^error (?:BENCH|OUTPUT)_[A-Z_]+: Cannot .*too large\n$/);
      }
      // Not even an empty folder.
      expect((await readdir(setting.cwd)).toSorted()).toEqual(before);
    },
    60_000,
  );

  it.skipIf(!isBuilt)(
    'a full disk: complete segments stay, and the run goes on when there is room (needs `npm run build`)',
    async () => {
      const setting = await setUp({}, big.join('\n'));
      const full = await limited(setting, 100, 'run', 'bench.json', '--quiet');
      expect(full.code).toBe(1);
      expect(full.err).toMatch(SENTENCE);
      expect(full.err).toMatch(/BENCH_OUTPUT_FAILED.*(?:larger|too large|space)/);
      expect((await setting.run()).code).toBe(0);
      const [name] = await readdir(join(setting.cwd, 'out'));
      const again = await limited(
        setting,
        100,
        'export',
        join('out', name!),
        '--output',
        'rows.csv',
        '--format',
        'csv',
      );
      expect(again.code).toBe(1);
      expect(again.err).toMatch(SENTENCE);
      // A file appears whole or not at all, and nothing half-written is left.
      expect((await readdir(setting.cwd)).toSorted()).toEqual(['bench.json', 'data.jsonl', 'out']);
    },
    60_000,
  );
});
