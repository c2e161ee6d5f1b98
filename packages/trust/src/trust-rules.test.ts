import type { Verification } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

import { testKey } from './__fixtures__/keys.js';
import { PREDICATES } from './bundle/predicates.js';
import { signClaim, signRelease } from './bundle/sign-statement.js';
import { createVerifier } from './create-verifier.js';
import { listClaims } from './list-claims.js';
import { parseTrustRules } from './rules/parse-trust-rules.js';
import type { NameRule, TrustedKey } from './rules/trust-rules.js';

const artifact = { digest: `sha256:${'ab'.repeat(32)}`, name: 'acme/length', version: '1.2.3' };
const [one, two] = [testKey(), testKey('ecdsa-p256')];
const now = Date.parse('2026-06-01T00:00:00Z');

/** Verifies bundles by rules, on the first of June. */
async function verify(
  rule: Partial<NameRule>,
  bundles: readonly Uint8Array[],
  key: Partial<TrustedKey> = {},
  knownSigners: readonly string[] = [],
): Promise<Verification> {
  const rules = parseTrustRules({
    keys: {
      one: { publicKey: one.publicKey, ...key },
      two: { publicKey: two.publicKey },
    },
    names: [{ name: 'acme/*', signers: ['one'], ...rule }],
  });
  return await createVerifier({ rules, now: () => now }).verify(artifact, bundles, {
    knownSigners,
  });
}

const byOne = signRelease(artifact, one, { timestampMs: now });
const byTwo = signRelease(artifact, two, { timestampMs: now });
const byStranger = signRelease(artifact, testKey(), { timestampMs: now });

describe('rules of trust', () => {
  it.each([
    {
      says: 'a key in its time',
      key: { from: '2026-01-01', to: '2027-01-01' },
      outcome: 'trusted',
    },
    { says: 'a key that is not valid yet', key: { from: '2026-07-01' }, code: 'KEY_EXPIRED' },
    { says: 'a key that is no longer valid', key: { to: '2026-05-01' }, code: 'KEY_EXPIRED' },
    { says: 'a revoked key', key: { revoked: 'lost' }, code: 'KEY_REVOKED' },
    { says: 'a rule that expired', rule: { expires: '2026-05-01' }, code: 'SIGNER_UNTRUSTED' },
    { says: 'a signature of today', rule: { maxAgeDays: 1 }, outcome: 'trusted' },
    {
      says: 'one of two signers',
      rule: { signers: ['one', 'two'], threshold: 2 },
      code: 'THRESHOLD_NOT_MET',
    },
    { says: 'a key of another rule', rule: { signers: ['two'] }, code: 'SIGNER_UNTRUSTED' },
    { says: 'a name without a rule', rule: { name: 'other/*' }, code: 'SIGNER_UNTRUSTED' },
  ])('answers to $says', async ({ key, rule = {}, outcome = 'refused', code }) => {
    expect(await verify(rule, [byOne], key)).toMatchObject(
      code === undefined ? { outcome } : { outcome, code },
    );
  });

  it('counts each signer once', async () => {
    const rule = { signers: ['one', 'two'], threshold: 2 };
    expect(await verify(rule, [byOne, byOne])).toMatchObject({ code: 'THRESHOLD_NOT_MET' });
    expect(await verify(rule, [byOne, byTwo])).toMatchObject({ outcome: 'trusted' });
  });

  it('refuses a signature that is too old', async () => {
    const old = signRelease(artifact, one, { timestampMs: now - 3 * 86_400_000 });
    expect(await verify({ maxAgeDays: 2 }, [old])).toMatchObject({ code: 'SIGNATURE_EXPIRED' });
  });

  it('refuses a signature from the future, which would never be too old', async () => {
    const ahead = (minutes: number): Uint8Array =>
      signRelease(artifact, one, { timestampMs: now + minutes * 60_000 });
    expect(await verify({}, [ahead(9)])).toMatchObject({ outcome: 'trusted' });
    for (const rule of [{}, { maxAgeDays: 2 }]) {
      expect(await verify(rule, [ahead(11)])).toMatchObject({
        code: 'TIMESTAMP_INVALID',
        message: expect.stringContaining('clock'),
      });
    }
  });

  it('trusts the first signer, and no other after that', async () => {
    const rule = { signers: [], firstUse: true };
    const first = await verify(rule, [byStranger]);
    if (first.outcome !== 'trusted') throw new Error(JSON.stringify(first));
    expect(first.firstUse).toBe(true);
    const known = first.signers.map(({ id }) => id);
    expect(await verify(rule, [byStranger], {}, known)).toMatchObject({ outcome: 'trusted' });
    const swapped = signRelease(artifact, testKey(), { timestampMs: now });
    expect(await verify(rule, [swapped], {}, known)).toMatchObject({ code: 'SIGNER_CHANGED' });
    expect(await verify({ ...rule, unsigned: 'process' }, [], {}, known)).toMatchObject({
      code: 'UNSIGNED',
    });
  });

  it('does not trust a revoked key on first use', async () => {
    const rule = { signers: [], firstUse: true };
    expect(await verify(rule, [byOne], { revoked: 'lost' })).toMatchObject({ code: 'KEY_REVOKED' });
  });

  it('lets run in a process what nobody signed, where the rule says so', async () => {
    expect(await verify({ unsigned: 'process' }, [])).toEqual({
      outcome: 'unsigned',
      isolation: 'process',
    });
    expect(await verify({ unsigned: 'refuse' }, [])).toMatchObject({ code: 'UNSIGNED' });
  });

  it('takes no attestation for a release, and shows it next to one', async () => {
    const claim = { artifact, predicateType: PREDICATES.testResult, predicate: { passed: 3 } };
    const result = signClaim(claim, one, { timestampMs: now });
    expect(await verify({}, [result])).toMatchObject({ code: 'UNSIGNED' });
    const found = await verify({}, [byOne, result]);
    expect(
      found.outcome === 'trusted' && found.attestations.map(({ predicateType }) => predicateType),
    ).toEqual([PREDICATES.release, PREDICATES.testResult]);
  });
});

describe('listClaims()', () => {
  const rules = parseTrustRules({
    keys: { one: { publicKey: one.publicKey }, two: { publicKey: two.publicKey, revoked: 'lost' } },
    names: [{ name: 'acme/*', signers: ['one'], firstUse: true }],
  });
  const list = (...bundles: Uint8Array[]) => listClaims(artifact, bundles, { rules });

  it('tells apart whom the rules name, who is unknown, and what is refused', () => {
    const other = signRelease({ ...artifact, version: '9.0.0' }, one);
    const result = { artifact, predicateType: PREDICATES.testResult, predicate: { passed: 3 } };
    const found = list(byOne, signClaim(result, one), byStranger, byTwo, other, Buffer.from('{'));
    expect(found.map(({ state, code, signer }) => [state, code ?? signer?.label])).toEqual([
      ['trusted', 'one'],
      ['trusted', 'one'],
      ['unknown-signer', undefined],
      ['refused', 'KEY_REVOKED'],
      ['refused', 'WRONG_ARTIFACT'],
      ['refused', 'BUNDLE_INVALID'],
    ]);
    expect(found[1]).toMatchObject({
      predicateType: PREDICATES.testResult,
      predicate: { passed: 3 },
    });
  });

  it('takes a claim about several digests for each of them', () => {
    const module = `sha256:${'cd'.repeat(32)}`;
    const claim = { artifact, predicateType: PREDICATES.testResult, predicate: {} };
    const bundle = signClaim({ ...claim, digests: [module, artifact.digest] }, one);
    expect(listClaims({ ...artifact, digest: module }, [bundle], { rules })[0]?.state).toBe(
      'trusted',
    );
    expect(list(bundle)[0]?.state).toBe('trusted');
  });
});
