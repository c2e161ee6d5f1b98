import {
  createKeylessAuthority,
  hasOpenSsl,
  type KeylessAuthority,
} from '@testbench/test-kit/keyless-authority';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readTrustedRoot } from './bundle/trusted-root.js';
import { verifyBundle } from './verify-bundle.js';

const NOTE = hasOpenSsl ? '' : ' (skipped: openssl is not installed)';
const hex = 'ab'.repeat(32);
const artifact = `sha256:${hex}`;
const zeros = Buffer.alloc(32).toString('base64');
const identity = { subject: 'release@acme.example', issuer: 'https://accounts.example.com' };
let authority: KeylessAuthority;
let trustedRoot: ReturnType<typeof readTrustedRoot>;

beforeAll(() => {
  if (!hasOpenSsl) return;
  authority = createKeylessAuthority(identity);
  trustedRoot = readTrustedRoot(authority.trustedRoot);
});
afterAll(() => authority?.[Symbol.dispose]());

describe.skipIf(!hasOpenSsl)(`a bundle with a certificate of our own authority${NOTE}`, () => {
  it('verifies while the certificate was valid', () => {
    expect(verifyBundle(authority.sign(hex), { artifact, identity, trustedRoot })).toMatchObject({
      verified: true,
      signer: { kind: 'identity' },
    });
  });

  it.each([
    [
      'the log has it after the certificate expired',
      { afterSeconds: 2 * 86_400 },
      identity,
      'CERTIFICATE_INVALID',
    ],
    [
      'the log has it before the certificate was made',
      { afterSeconds: -3_600 },
      identity,
      'CERTIFICATE_INVALID',
    ],
    ['its promise is not of the log', { promise: 'AAAA' }, identity, 'LOG_INVALID'],
    ['it names somebody else', {}, { ...identity, subject: 'x@acme.example' }, 'SIGNER_UNTRUSTED'],
    [
      'somebody else vouched for the name',
      {},
      { ...identity, issuer: 'https://x.example' },
      'SIGNER_UNTRUSTED',
    ],
  ] as const)('is refused where %s', (_, change, who, code) => {
    const options = { artifact, identity: who, trustedRoot };
    expect(verifyBundle(authority.sign(hex, change), options)).toMatchObject({
      verified: false,
      code,
    });
  });

  it('is refused where its proof leads to another root, or nobody published the certificate', () => {
    const checkpoint = { envelope: `log.example\n1\n${zeros}\n\n— log.example AAAAAAAA\n` };
    const proof = { logIndex: '0', rootHash: zeros, treeSize: '1', hashes: [], checkpoint };
    const options = { artifact, identity, trustedRoot };
    expect(verifyBundle(authority.sign(hex, { proof }), options)).toMatchObject({
      code: 'LOG_INVALID',
    });
    const strict = readTrustedRoot(authority.trustedRootWithPublication);
    expect(verifyBundle(authority.sign(hex), { ...options, trustedRoot: strict })).toMatchObject({
      code: 'CERTIFICATE_INVALID',
    });
  });
});
