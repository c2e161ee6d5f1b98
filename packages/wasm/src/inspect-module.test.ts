import { describe, expect, it } from 'vitest';

import { HEADER } from './check-header.js';
import { appendCustomSection } from './custom-sections.js';
import { inspectModule } from './inspect-module.js';

const module = (...sections: number[][]): Uint8Array =>
  Uint8Array.from([...HEADER, ...sections.flat()]);

describe('inspectModule()', () => {
  it('lists imports and exports with their full types', () => {
    const summary = inspectModule(
      module(
        [1, 6, 1, 0x60, 1, 0x7f, 1, 0x7e],
        [2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0],
        [7, 5, 1, 1, 0x67, 0, 0],
      ),
    );
    const type = { params: ['i32'], results: ['i64'] };
    expect(summary.imports).toEqual([
      { module: 'm', name: 'f', kind: 'function', type, offset: 19 },
    ]);
    expect(summary.exports).toEqual([{ name: 'g', kind: 'function', type, offset: 28 }]);
  });

  it('measures bodies', () => {
    const body = [1, 3, 0x7f, 0x02, 0x40, 0x03, 0x40, 0x0c, 0, 0x0b, 0x0b, 0x0b];
    const summary = inspectModule(
      module([1, 4, 1, 0x60, 0, 0], [3, 2, 1, 0], [10, body.length + 2, 1, body.length, ...body]),
    );
    expect(summary.counts).toMatchObject({ functions: 1, instructions: 6 });
    expect(summary.peaks).toMatchObject({
      locals: { value: 3 },
      nesting: { value: 3 },
      branches: { value: 3 },
      localsTimesBranches: { value: 9 },
      bodyBytes: { value: body.length, offset: 22 },
    });
  });

  it.each([
    { feature: 'memory64', sections: [[5, 3, 1, 4, 1]] },
    { feature: 'multi-memory', sections: [[5, 5, 2, 0, 1, 0, 1]] },
    { feature: 'threads', sections: [[5, 4, 1, 3, 1, 1]] },
    { feature: 'gc', sections: [[1, 3, 1, 0x5f, 0]] },
    { feature: 'multi-value', sections: [[1, 6, 1, 0x60, 0, 2, 0x7f, 0x7f]] },
    {
      feature: 'exceptions',
      sections: [
        [1, 4, 1, 0x60, 0, 0],
        [13, 3, 1, 0, 0],
      ],
    },
    {
      feature: 'extended-const',
      sections: [[6, 9, 1, 0x7f, 0, 0x41, 1, 0x41, 2, 0x6a, 0x0b]],
    },
  ])('names $feature', ({ feature, sections }) => {
    expect([...inspectModule(module(...sections)).features.keys()]).toContain(feature);
  });

  it('names custom sections with the offset of their payload', () => {
    const bytes = appendCustomSection(HEADER, 'note', Uint8Array.of(1, 2, 3));
    expect(inspectModule(bytes).customSections).toEqual([{ name: 'note', offset: 15, size: 3 }]);
    expect(inspectModule(bytes).sections).toEqual([{ name: 'custom', offset: 8, size: 10 }]);
  });

  it('rejects an export of nothing with its offset', () => {
    expect(() => inspectModule(module([7, 5, 1, 1, 0x67, 0, 9]))).toThrow(
      expect.objectContaining({ code: 'DECODE_MISMATCH', offset: 11 }),
    );
  });
});
