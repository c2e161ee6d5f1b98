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

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** True where {@link createKeylessAuthority} can make certificates. */
export const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;

/** The subject that a certificate names, and the issuer that vouched for it. */
export interface KeylessIdentity {
  readonly subject: string;
  readonly issuer: string;
}

/** How a bundle differs from a valid one. */
export interface KeylessBundleChange {
  /** When the log recorded it, in seconds after the start of the certificate. @default 60 */
  readonly afterSeconds?: number;
  /** The log's promise, in base64. */
  readonly promise?: string;
  readonly proof?: object;
}

/** An authority for tests, with a log, and one certificate for a signer without a key. */
export interface KeylessAuthority extends Disposable {
  /** A trusted root, as `trusted_root.json` has it. */
  readonly trustedRoot: string;
  /** The same, but it requires that certificates were published too, which ours were not. */
  readonly trustedRootWithPublication: string;
  /** Signs someone else's statement about the artifact: a Sigstore bundle, version 0.1. */
  sign(sha256: string, change?: KeylessBundleChange): Uint8Array;
}

/** Makes an authority, and a certificate valid for one day that names the identity. */
export function createKeylessAuthority(identity: KeylessIdentity): KeylessAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-certificates-'));
  const { validFrom, leaf, ca } = makeCertificates(folder, identity);
  const leafKey = createPrivateKey(readFileSync(join(folder, 'leaf.key')));
  const leafPem = readFileSync(join(folder, 'leaf.pem')).toString('base64');
  const log = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const logDer = log.publicKey.export({ format: 'der', type: 'spki' });
  const logId = createHash('sha256').update(logDer).digest();
  const keyId = logId.toString('base64');
  const trusted = trustedRoot(logDer, keyId, ca);
  return {
    trustedRoot: JSON.stringify(trusted),
    trustedRootWithPublication: JSON.stringify({ ...trusted, ctlogs: trusted.tlogs }),
    sign(sha256, change = {}) {
      const statement = {
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ name: 'a', digest: { sha256 } }],
        predicateType: 'https://example.com/review/v1',
        predicate: {},
      };
      const payload = Buffer.from(JSON.stringify(statement));
      const head = `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
      const sig = sign('sha256', Buffer.concat([Buffer.from(head), payload]), leafKey);
      const signature = sig.toString('base64');
      const value = createHash('sha256').update(payload).digest('hex');
      const spec = {
        payloadHash: { algorithm: 'sha256', value },
        signatures: [{ signature, verifier: leafPem }],
      };
      const body = Buffer.from(
        JSON.stringify({ apiVersion: '0.0.1', kind: 'dsse', spec }),
      ).toString('base64');
      const integratedTime = validFrom + (change.afterSeconds ?? 60);
      const entry = { body, integratedTime, logID: logId.toString('hex'), logIndex: 7 };
      const promise =
        change.promise ??
        sign('sha256', Buffer.from(JSON.stringify(entry)), log.privateKey).toString('base64');
      const logged = {
        logIndex: '7',
        logId: { keyId },
        kindVersion: { kind: 'dsse', version: '0.0.1' },
        integratedTime: String(integratedTime),
        inclusionPromise: { signedEntryTimestamp: promise },
        ...(change.proof !== undefined && { inclusionProof: change.proof }),
        canonicalizedBody: body,
      };
      return Buffer.from(
        JSON.stringify({
          mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
          verificationMaterial: {
            x509CertificateChain: { certificates: [{ rawBytes: leaf }] },
            tlogEntries: [logged],
          },
          dsseEnvelope: {
            payload: payload.toString('base64'),
            payloadType: PAYLOAD_TYPE,
            signatures: [{ sig: signature, keyid: '' }],
          },
        }),
      );
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** In DER and base64. */
function makeCertificates(folder: string, { subject, issuer }: KeylessIdentity) {
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const read = (name: string): X509Certificate =>
    new X509Certificate(readFileSync(join(folder, name)));
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const own = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '9', '-subj', '/CN=CA'];
  openssl('req', '-x509', ...ec, ...own);
  openssl('req', ...ec, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  writeFileSync(
    join(folder, 'ext'),
    [
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=codeSigning',
      `subjectAltName=email:${subject}`,
      `1.3.6.1.4.1.57264.1.1=DER:${Buffer.from(issuer).toString('hex')}`,
    ].join('\n'),
  );
  const sealed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1'];
  openssl('x509', '-req', '-in', 'leaf.csr', ...sealed, '-extfile', 'ext', '-out', 'leaf.pem');
  const leaf = read('leaf.pem');
  return {
    validFrom: Date.parse(leaf.validFrom) / 1000,
    leaf: leaf.raw.toString('base64'),
    ca: read('ca.pem').raw.toString('base64'),
  };
}

function trustedRoot(logDer: Buffer, keyId: string, ca: string) {
  const validFor = { start: '2020-01-01T00:00:00Z' };
  const publicKey = {
    rawBytes: logDer.toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor,
  };
  return {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: 'https://log.example',
        hashAlgorithm: 'SHA2_256',
        publicKey,
        logId: { keyId },
      },
    ],
    certificateAuthorities: [
      {
        subject: { organization: 'o', commonName: 'CA' },
        uri: 'https://ca.example',
        certChain: { certificates: [{ rawBytes: ca }] },
        validFor,
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };
}
