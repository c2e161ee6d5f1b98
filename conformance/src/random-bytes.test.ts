import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { encodeProgram } from './encode-program.js';
import { programs } from './generate-program.js';
import { survives } from './survives.js';

const runs = Number(process.env['MUTATIONS'] ?? 3000);
/** The same modules each time, so that a failure comes from a change; `SEED=$RANDOM MUTATIONS=1000000` searches for new failures. */
const seed = Number(process.env['SEED'] ?? 1);

/** Mutations that keep much of a module intact: they get deep into the decoder. */
const changes = fc.array(
  fc.record({ at: fc.nat(), value: fc.nat(255), kind: fc.constantFrom('set', 'insert', 'cut') }),
  { minLength: 1, maxLength: 4 },
);

type Change = typeof changes extends fc.Arbitrary<infer Item> ? Item : never;

function mutate(bytes: Uint8Array, list: Change): Uint8Array<ArrayBuffer> {
  let result = [...bytes];
  for (const { at, value, kind } of list) {
    const index = 8 + (at % Math.max(1, result.length - 8));
    if (kind === 'set') result[index] = value;
    else if (kind === 'insert') result.splice(index, 0, value);
    else result = result.slice(0, index);
  }
  return Uint8Array.from(result);
}

const mutated = fc.property(programs, changes, (program, list) =>
  survives(mutate(encodeProgram(program), list)),
);

describe('mutated modules', () => {
  it(`give typed errors or metered modules, ${runs} times`, { timeout: 600_000 }, () => {
    expect(() => fc.assert(mutated, { numRuns: runs, seed })).not.toThrow();
  });
});
