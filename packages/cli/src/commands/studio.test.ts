import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

describe('testbench studio', () => {
  it('prints an address that answers, until it is interrupted', async () => {
    const stopping = new AbortController();
    const captured = captureIo({ cwd: await temporaryFolder(), signal: stopping.signal });
    const ended = main(['studio', '--no-open'], captured.io);
    await expect
      .poll(() => captured.stdout())
      .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=\S+\n$/);
    const { status } = await fetch(captured.stdout().trim(), { redirect: 'manual' });
    expect(status).toBe(303);
    stopping.abort();
    expect(await ended).toBe(130);
  });

  it('says what is wrong with a folder', async () => {
    const captured = captureIo({ cwd: await temporaryFolder() });
    expect(await main(['studio', '--folder', 'none'], captured.io)).toBe(1);
    expect(captured.stderr()).toContain('error STUDIO_NO_PROJECT: Cannot open the project');
  });
});
