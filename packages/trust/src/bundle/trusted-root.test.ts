import { describe, expect, it } from 'vitest';

import { readTrustedRoot } from './trusted-root.js';

describe('readTrustedRoot()', () => {
  it.each([
    [undefined, 'Cannot read trusted root: it is no trusted root of Sigstore'],
    ['root.json', 'Cannot read trusted root "root.json": it is no trusted root of Sigstore'],
  ])('names the file %s', (file, message) => {
    expect(() => readTrustedRoot('{', file)).toThrow(
      expect.objectContaining({ code: 'TRUST_ROOT_INVALID', message }),
    );
  });
});
