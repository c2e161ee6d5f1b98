import { describe, expect, it } from 'vitest';

import { createStyle } from './style.js';

const terminal = { write: () => {}, isTTY: true };

describe('createStyle()', () => {
  it.each([
    { output: terminal, env: {}, coloured: true },
    { output: terminal, env: { NO_COLOR: '' }, coloured: true },
    { output: terminal, env: { NO_COLOR: '1' }, coloured: false },
    { output: terminal, env: { TERM: 'dumb' }, coloured: false },
    { output: { write: () => {} }, env: {}, coloured: false },
  ])('colours: $coloured for $env', ({ output, env, coloured }) => {
    expect(createStyle(output, env).red('x')).toBe(coloured ? '\u001B[31mx\u001B[39m' : 'x');
  });
});
