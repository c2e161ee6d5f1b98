import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

async function setUp() {
  const cwd = await temporaryFolder();
  const records = ['one', 'two', 'three'].map((input) =>
    JSON.stringify({ input, expected: input }),
  );
  await writeFile(join(cwd, 'data.jsonl'), records.join('\n'));
  const config = {
    name: 'paid',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: examplePlugin('openai'),
      permissions: { network: true, allowedHosts: ['https://models.invalid'] },
      models: [
        { name: 'small', parameters: { max_tokens: 100 }, price: { input: 1, output: 10 } },
        'large',
      ],
    },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
  };
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return async (...args: string[]) => {
    const captured = captureIo({ cwd });
    const code = await main(['run', 'bench.json', '--dry-run', ...args], captured.io);
    return { code, out: captured.stdout(), err: captured.stderr(), files: await readdir(cwd) };
  };
}

describe('testbench run --dry-run', () => {
  it('shows calls, tokens and money by model, and what is not known; writes nothing', async () => {
    const run = await setUp();
    const { code, out, err, files } = await run();
    expect({ code, err, files }).toEqual({ code: 0, err: '', files: ['bench.json', 'data.jsonl'] });
    expect(out).toMatch(/^paid-[0-9a-f]{12} · 3 records · 6 cases\n/);
    const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines[3]).toEqual([
      'openai',
      'small',
      '3',
      '0',
      '0',
      '3',
      '4',
      '300',
      '0.0030',
      '0.0061',
    ]);
    expect(lines[4]).toEqual(['openai', 'large', '3', '0', '0', '3', '4', '?', '?', '?']);
    expect(lines[5]).toEqual(['exact-match', '6', '0', '0', '6', 'free']);
    expect(out).toContain('6 paid calls would be made, for an unknown sum.');
    expect(out).toContain('note: no price is known of large: add it under "prices"');
  });

  it('prints the same as JSON', async () => {
    const run = await setUp();
    const { code, out } = await run('--json', '--limit', '2');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      records: 2,
      unpriced: ['large'],
      total: { toMake: 4 },
    });
  });
});
