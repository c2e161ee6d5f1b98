import { brotliCompressSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { bundle } from './bundle.js';

describe('size of @testbench/metering with all that it imports', () => {
  it('is under 15 kB, minified and compressed', { timeout: 60_000 }, async () => {
    const code = await bundle(new URL('../../packages/metering/src/index.ts', import.meta.url));
    expect(brotliCompressSync(code).length).toBeLessThan(15_000);
  });
});
