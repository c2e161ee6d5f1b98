import { readFileSync } from 'node:fs';

import { assemble } from '@testbench/test-kit';
import { expect, it } from 'vitest';

import { fromBase64, toBase64 } from './base64.js';
import { KERNEL_BASE64 } from './kernel-bytes.js';

it('is the kernel as its source assembles: see test-kit/scripts/extism-kernel.mjs', () => {
  const source = readFileSync(new URL('./kernel.wat', import.meta.url), 'utf8');
  expect(toBase64(assemble(source))).toBe(KERNEL_BASE64);
});

it.each([0, 1, 2, 3, 8191, 8192, 8193, 70_000])('encodes %i bytes as Node does', (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => (index * 131) % 256);
  const text = toBase64(bytes);
  expect(text).toBe(Buffer.from(bytes).toString('base64'));
  expect(fromBase64(text)).toEqual(bytes);
});
