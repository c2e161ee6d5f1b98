import { execFileSync, spawnSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  X509Certificate,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { preAuthEncoding } from './bundle/open-bundle.js';
import { STATEMENT_TYPE } from './bundle/parse-bundle.js';
import { STATEMENT_V1 } from './bundle/statement.js';
import { readTrustedRoot } from './bundle/trusted-root.js';
import { verifyBundle } from './verify-bundle.js';

const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;
const NOTE = hasOpenSsl ? '' : ' (skipped: openssl is not installed)';
const hex = 'ab'.repeat(32);
const zeros = Buffer.alloc(32).toString('base64');
const folder = mkdtempSync(join(tmpdir(), 'testbench-certificates-'));
const log = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const at = (name: string): string => join(folder, name);
const openssl = (...args: string[]): void =>
  void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
const der = (name: string): Buffer => new X509Certificate(readFileSync(at(name))).raw;
const logDer = log.publicKey.export({ format: 'der', type: 'spki' });
const logId = createHash('sha256').update(logDer).digest('base64');
const identity = { subject: 'release@acme.example', issuer: 'https://accounts.example.com' };
let root: ReturnType<typeof readTrustedRoot>;
let withLogOfCertificates: ReturnType<typeof readTrustedRoot>;
let validFrom = 0;

beforeAll(() => {
  if (!hasOpenSsl) return;
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...ec,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '9',
    '-subj',
    '/CN=CA',
  );
  openssl('req', ...ec, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  writeFileSync(
    at('ext'),
    [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=codeSigning',
      `subjectAltName=email:${identity.subject}`,
      `1.3.6.1.4.1.57264.1.1=DER:${Buffer.from(identity.issuer).toString('hex')}`,
    ].join('\n'),
  );
  const sealed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1'];
  openssl('x509', '-req', '-in', 'leaf.csr', ...sealed, '-extfile', 'ext', '-out', 'leaf.pem');
  validFrom = Date.parse(new X509Certificate(der('leaf.pem')).validFrom) / 1000;
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const trusted = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: 'https://log.example',
        hashAlgorithm: 'SHA2_256',
        publicKey: {
          rawBytes: logDer.toString('base64'),
          keyDetails: 'PKIX_ECDSA_P256_SHA_256',
          validFor,
        },
        logId: { keyId: logId },
      },
    ],
    certificateAuthorities: [
      {
        subject: { organization: 'o', commonName: 'CA' },
        uri: 'https://ca.example',
        certChain: { certificates: [{ rawBytes: der('ca.pem').toString('base64') }] },
        validFor,
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };
  root = readTrustedRoot(JSON.stringify(trusted));
  withLogOfCertificates = readTrustedRoot(JSON.stringify({ ...trusted, ctlogs: trusted.tlogs }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A bundle by the certificate, which the log has at a time. */
function bundleAt(seconds: number, change: { promise?: string; proof?: object } = {}): Uint8Array {
  const statement = {
    _type: STATEMENT_V1,
    subject: [{ name: 'a', digest: { sha256: hex } }],
    predicateType: 'https://example.com/review/v1',
    predicate: {},
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const key = createPrivateKey(readFileSync(at('leaf.key')));
  const sig = sign('sha256', preAuthEncoding(STATEMENT_TYPE, payload), key).toString('base64');
  const pem = Buffer.from(readFileSync(at('leaf.pem'))).toString('base64');
  const value = createHash('sha256').update(payload).digest('hex');
  const body = Buffer.from(
    JSON.stringify({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        payloadHash: { algorithm: 'sha256', value },
        signatures: [{ signature: sig, verifier: pem }],
      },
    }),
  ).toString('base64');
  const logID = Buffer.from(logId, 'base64').toString('hex');
  const entry = JSON.stringify({ body, integratedTime: seconds, logID, logIndex: 7 });
  const promise =
    change.promise ?? sign('sha256', Buffer.from(entry), log.privateKey).toString('base64');
  return Buffer.from(
    JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
      verificationMaterial: {
        x509CertificateChain: { certificates: [{ rawBytes: der('leaf.pem').toString('base64') }] },
        tlogEntries: [
          {
            logIndex: '7',
            logId: { keyId: logId },
            kindVersion: { kind: 'dsse', version: '0.0.1' },
            integratedTime: String(seconds),
            inclusionPromise: { signedEntryTimestamp: promise },
            ...(change.proof !== undefined && { inclusionProof: change.proof }),
            canonicalizedBody: body,
          },
        ],
      },
      dsseEnvelope: {
        payload: payload.toString('base64'),
        payloadType: STATEMENT_TYPE,
        signatures: [{ sig, keyid: '' }],
      },
    }),
  );
}

const verify = (bundle: Uint8Array, who = identity) =>
  verifyBundle(bundle, { artifact: `sha256:${hex}`, identity: who, trustedRoot: root });

describe.skipIf(!hasOpenSsl)(`a bundle with a certificate of our own authority${NOTE}`, () => {
  it('verifies while the certificate was valid', () => {
    expect(verify(bundleAt(validFrom + 60))).toMatchObject({
      verified: true,
      signer: { kind: 'identity' },
    });
  });

  it.each([
    [
      'the log has it after the certificate expired',
      2 * 86_400,
      {},
      identity,
      'CERTIFICATE_INVALID',
    ],
    ['the log has it before the certificate was made', -3_600, {}, identity, 'CERTIFICATE_INVALID'],
    ['its promise is not of the log', 60, { promise: 'AAAA' }, identity, 'LOG_INVALID'],
    [
      'it names somebody else',
      60,
      {},
      { ...identity, subject: 'x@acme.example' },
      'SIGNER_UNTRUSTED',
    ],
    [
      'somebody else vouched for the name',
      60,
      {},
      { ...identity, issuer: 'https://x.example' },
      'SIGNER_UNTRUSTED',
    ],
  ] as const)('is refused where %s', (_, seconds, change, who, code) => {
    expect(verify(bundleAt(validFrom + seconds, change), who)).toMatchObject({
      verified: false,
      code,
    });
  });

  it('is refused where its proof leads to another root, or nobody published the certificate', () => {
    const checkpoint = { envelope: `log.example\n1\n${zeros}\n\n— log.example AAAAAAAA\n` };
    const proof = { logIndex: '0', rootHash: zeros, treeSize: '1', hashes: [], checkpoint };
    expect(verify(bundleAt(validFrom + 60, { proof }))).toMatchObject({ code: 'LOG_INVALID' });
    const artifact = `sha256:${hex}`;
    const options = { artifact, identity, trustedRoot: withLogOfCertificates };
    expect(verifyBundle(bundleAt(validFrom + 60), options)).toMatchObject({
      code: 'CERTIFICATE_INVALID',
    });
  });
});
