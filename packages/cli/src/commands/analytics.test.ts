import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin } from '../__fixtures__/paths.js';
import { main } from '../main.js';
import { readSince } from '../read-since.js';

let folder: string;

async function analytics(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const captured = captureIo({ cwd: folder });
  const code = await main(['analytics', 'out', ...args], captured.io);
  return { code, out: captured.stdout(), err: captured.stderr() };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testbench-cli-'));
  const records = ['4', '5'].map((answer) =>
    JSON.stringify({ input: '2+2', expected: '4', answers: { a: answer } }),
  );
  await writeFile(join(folder, 'data.jsonl'), records.join('\n'));
  const config = {
    name: 'small',
    dataset: { path: 'data.jsonl' },
    provider: { plugin: examplePlugin('replay'), models: ['a'] },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    outputDir: 'out',
  };
  await writeFile(join(folder, 'bench.json'), JSON.stringify(config));
  const captured = captureIo({ cwd: folder });
  await main(['run', 'bench.json'], captured.io);
});

afterAll(() => rm(folder, { recursive: true }));

describe('testbench analytics', () => {
  it('shows a line for each version of a plugin', async () => {
    const { code, out } = await analytics();
    expect(code).toBe(0);
    expect(out).toMatch(/^plugin +version/);
    expect(out).toMatch(/exact-match +\S+ +sha256:[0-9a-f]{12} +2 +0/);
    expect(out).toMatch(/[\d.]+ (?:Ki|Mi)B/);
  });

  it('shows a line for each run, and all figures as JSON', async () => {
    expect((await analytics('--by', 'run')).out).toMatch(/exact-match +\S+ +small-[0-9a-f]{12} +2/);
    const { out } = await analytics('--json', '--plugin', 'exact-match');
    expect(JSON.parse(out)).toMatchObject([
      {
        name: 'exact-match',
        calls: 2,
        failedCalls: 0,
        errors: {},
        peakMemoryBytes: expect.any(Number),
        sources: [{ kind: 'run', places: ['exact-match'] }],
      },
    ]);
  });

  it('leaves out what was written before', async () => {
    expect((await analytics('--since', '2999-01-01')).out).toBe('No calls of plugins\n');
    expect((await analytics('--since', '1d')).out).toContain('exact-match');
  });

  it('refuses a date that is none', async () => {
    const { code, err } = await analytics('--since', 'yesterday');
    expect(code).toBe(2);
    expect(err).toContain('--since is "yesterday", expected a date');
  });
});

describe('readSince()', () => {
  it.each([
    ['2026-11-30', '2026-11-30T00:00:00.000Z'],
    ['2026-11-30T12:00:00+02:00', '2026-11-30T10:00:00.000Z'],
    ['2d', '1970-01-01T00:00:00.000Z'],
  ])('reads %s', (text, time) => {
    expect(readSince(text, 'x', 2 * 24 * 3600 * 1000).toISOString()).toBe(time);
  });

  it.each(['0', '2026', '2026-02-31T', '2026-13-01', '-1d', '999999d'])('refuses %s', (text) => {
    expect(() => readSince(text, 'x')).toThrow('expected a date');
  });
});
