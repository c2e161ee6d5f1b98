import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { Opcode } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

// Internal: what admission counts with it is visible only as a sum.
import { decodeModule } from '../../packages/wasm/src/decode-module.js';
import { InstructionCursor } from '../../packages/wasm/src/instruction-cursor.js';
import { OperandStack } from '../../packages/wasm/src/operand-stack.js';

const require = createRequire(import.meta.url);

/** Modules of clang, Rust, TinyGo and Go, with and without SIMD and bulk memory. */
const MODULES = [
  '@resvg/resvg-wasm/index_bg.wasm',
  'sql.js/dist/sql-wasm.wasm',
  'argon2-browser/dist/argon2-simd.wasm',
  'sh-syntax/main.wasm',
  'esbuild-wasm/esbuild.wasm',
];

// A validator allows a block to end only on exactly its results: so every reached `end` shows the true height.
describe.each(MODULES)('the height of the operand stack in %s', (name) => {
  it('is exact at the end of every function', { timeout: 120_000 }, () => {
    const bytes = readFileSync(require.resolve(name));
    const module = decodeModule(new Uint8Array(bytes));
    const stack = new OperandStack(module);
    let checked = 0;
    const wrong: string[] = [];
    module.bodies.forEach((body, index) => {
      const type = module.types[module.functions[module.importedFunctions + index]!];
      const results = type?.kind === 'function' ? type.results.length : 0;
      const cursor = new InstructionCursor(module.bytes, body.code, body.end);
      stack.reset();
      let reached = true;
      let before = 0;
      while (cursor.next()) {
        before = stack.height;
        stack.step(cursor);
        if (cursor.depth === 0) break;
        const { opcode } = cursor;
        const jumps =
          opcode === Opcode.Br ||
          opcode === Opcode.BrTable ||
          opcode === Opcode.Return ||
          opcode === Opcode.Unreachable;
        // Code after a jump is reachable again at the latest at the end of its block.
        if (jumps) reached = false;
        else if (opcode === Opcode.End || opcode === Opcode.Else) reached = true;
      }
      if (!reached) return;
      checked += 1;
      if (before !== results) wrong.push(`function ${index}: ${before}, not ${results}`);
    });
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(30);
  });
});
