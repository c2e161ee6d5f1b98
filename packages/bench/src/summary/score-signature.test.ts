import { describe, expect, it } from 'vitest';

import { scoreSignature } from './score-signature.js';

describe('scoreSignature()', () => {
  it('sorts settings, and shortens long ones to a digest', () => {
    const config = { z: [1], a: 'x'.repeat(100) };
    expect(scoreSignature({ metric: 'm', config, n: 1, onError: 'wrong' })).toMatch(
      /^m\|cfg:a=sha256:[0-9a-f]{12},z=\[1\]\|n:1\|err:wrong$/,
    );
  });

  it('keeps names from looking like parts', () => {
    const metric = 'a|n:9 b=c\u0000\u202E\uD800';
    const signature = scoreSignature({ metric, n: 1, onError: 'missing' });
    expect(signature).toBe('a%7Cn:9%20b%3Dc%00%E2%80%AE%EF%BF%BD|n:1|err:missing');
  });
});
