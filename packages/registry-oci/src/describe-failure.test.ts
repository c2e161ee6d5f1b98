import { describe, expect, it } from 'vitest';

import { describeFailure } from './describe-failure.js';

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('describeFailure()', () => {
  // With a wrong clock, valid certificates appear invalid.
  it.each(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])('has the clock with %s', (code) => {
    expect(describeFailure(coded(code))).toMatch(
      new RegExp(`\\(${code}\\); this machine's clock says \\d{4}-\\d\\d-\\d\\dT`),
    );
  });

  it('says what to do about another certificate', () => {
    expect(describeFailure(coded('SELF_SIGNED_CERT_IN_CHAIN'))).toContain('certificateAuthorities');
  });

  it('says what the first of several failures was', () => {
    const error = new AggregateError([coded('ECONNREFUSED', 'connect ECONNREFUSED'), coded('b')]);
    expect(describeFailure(error)).toBe('connect ECONNREFUSED');
  });
});
