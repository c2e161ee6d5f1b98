import { brotliCompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { bundle } from './bundle.js';

const METERING = new URL('../../packages/metering/src/index.ts', import.meta.url);

describe('size of @testbench/metering, minified and compressed', () => {
  it.each([
    // A page has 15 kB for the package. The decoder serves others too.
    ['alone', 14_000, ['@testbench/*']],
    ['with the decoder that it imports', 18_500, []],
  ])('is %s under %i bytes', { timeout: 60_000 }, async (_, limit, external) => {
    expect(brotliCompressSync(await bundle(METERING, external)).length).toBeLessThan(limit);
  });
});
