import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

describe('testbench init', () => {
  it('writes a benchmark, and replaces none', async () => {
    const cwd = await temporaryFolder();
    const first = captureIo({ cwd });
    expect(await main(['init', 'evaluation'], first.io)).toBe(0);
    expect(first.stdout()).toContain('Run it with: testbench run evaluation/testbench.yaml');
    expect(await readdir(join(cwd, 'evaluation'))).toEqual(
      expect.arrayContaining(['data.jsonl', 'testbench.yaml']),
    );
    const second = captureIo({ cwd });
    expect(await main(['init', 'evaluation'], second.io)).toBe(1);
    expect(second.stderr()).toContain('already exists');
  });
});
