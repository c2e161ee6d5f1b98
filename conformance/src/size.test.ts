import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

import { meterModule } from '@testbench/metering';
import { describe, expect, it } from 'vitest';

import { bundle } from './bundle.js';

// As published: with another build step, other chunks, and enums of another package inlined.
const PUBLISHED = new URL('../../packages/metering/dist/index.js', import.meta.url);
const ATTACH_ONLY = new URL('attach-only.ts', import.meta.url);

describe('@testbench/metering as published', () => {
  // Close to the current size: a chunk of another package that slips in is noticed, and an addition is a decision.
  it.each([
    // The decoder has other users too.
    ['alone', 14_000, PUBLISHED, ['@testbench/*']],
    ['with the decoder that it imports', 19_900, PUBLISHED, []],
    ['for modules that were metered before', 2_900, ATTACH_ONLY, []],
  ])(
    'is, minified and compressed, %s under %i bytes',
    { timeout: 60_000 },
    async (_, limit, entry, external) => {
      const bundled = await bundle(entry, external, []);
      expect(brotliCompressSync(bundled).length).toBeLessThan(limit);
    },
  );

  it.each(['exact', 'coarse'] as const)('meters in mode %s as the sources do', async (mode) => {
    const published = (await import(PUBLISHED.href)) as { meterModule: typeof meterModule };
    const module = readFileSync(
      new URL('../node_modules/onigasm/lib/onigasm.wasm', import.meta.url),
    );
    expect(published.meterModule(module, { mode }).bytes).toEqual(
      meterModule(module, { mode }).bytes,
    );
  });
});
