import { createHash, X509Certificate, type KeyObject } from 'node:crypto';

import type { Bundle } from '@sigstore/bundle';
import { toSignedEntity, Verifier, type SignedEntity, type TrustMaterial } from '@sigstore/verify';

import { escapeText } from '@testbench/types';

import { describeKey, type PublicKey } from '../keys/public-key.js';
import { MAX_IDENTITY_LENGTH } from '../limits.js';
import { checkLogEntries } from './check-log-entries.js';
import { checkSignature, type Signed } from './check-signature.js';
import { Refusal } from './refusal.js';
import { toRefusal } from './to-refusal.js';

/** An artifact, by its digest, its bytes, or both. */
export interface SignedArtifact {
  /** SHA-256 in hex. */
  readonly sha256: string;
  readonly bytes?: Uint8Array | undefined;
}

/** The identity in a certificate. */
export interface CertificateIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** A key that may have signed, with its period of validity. */
export interface CandidateKey extends PublicKey {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Code signing, of RFC 5280: a certificate for a web server must not sign software. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/** Verifies a bundle that names a key. @returns Whether third parties prove the time of the signature. */
export function verifyByKey(
  bundle: Bundle,
  artifact: SignedArtifact,
  key: CandidateKey,
  material: TrustMaterial | undefined,
): boolean {
  const entity = entityOf(bundle, artifact);
  if (!entity.signature.verifySignature(key.key)) {
    throw new Refusal(
      'SIGNATURE_INVALID',
      'Cannot verify bundle: the signature is not of this key',
    );
  }
  if (material === undefined) return false;
  const proved = entity.timestamps.length > 0;
  const thresholds = { tlogThreshold: 0, timestampThreshold: 0, ctlogThreshold: 0 };
  const keyed: TrustMaterial = {
    ...material,
    publicKey: () => ({
      publicKey: key.key,
      validFor: (date) => (key.from ?? date) <= date && date <= (key.to ?? date),
    }),
  };
  run(() => new Verifier(keyed, thresholds).verify(entity));
  checkLogEntries(bundle, key.key.export({ format: 'der', type: 'spki' }));
  return proved;
}

/** Verifies a bundle that holds a certificate. */
export function verifyByCertificate(
  bundle: Bundle,
  artifact: SignedArtifact,
  material: TrustMaterial | undefined,
): CertificateIdentity {
  if (material === undefined) {
    throw new Refusal(
      'SIGNER_UNTRUSTED',
      'Cannot verify bundle: it is signed by a certificate, and there is no trusted root',
    );
  }
  const entity = entityOf(bundle, artifact);
  // A root without logs belongs to an instance that has none; only its timestamp authorities remain.
  const thresholds = {
    tlogThreshold: material.tlogs.length > 0 ? 1 : 0,
    ctlogThreshold: material.ctlogs.length > 0 ? 1 : 0,
    timestampThreshold: 1,
  };
  const signer = run(() => new Verifier(material, thresholds).verify(entity));
  checkLogEntries(bundle, signer.key.export({ format: 'der', type: 'spki' }));
  checkLeaf(leafOf(bundle));
  return readIdentity(signer.identity?.extensions?.issuer, signer.identity?.subjectAlternativeName);
}

function entityOf(bundle: Bundle, artifact: SignedArtifact): SignedEntity {
  const entity = run(() => toSignedEntity(bundle, Buffer.alloc(0)));
  const signed = signedBy(bundle, artifact);
  const { signature } = entity;
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (other) => signature.compareDigest(other),
      compareSignedDigest: (other) => signature.compareSignedDigest(other),
      verifySignature: (key: KeyObject) =>
        checkSignature(asPublicKey(key), signed, signature.signature),
    },
  };
}

function asPublicKey(key: KeyObject): PublicKey {
  try {
    return describeKey(key);
  } catch (cause) {
    throw new Refusal('BUNDLE_UNSUPPORTED', 'Cannot verify bundle: its key is not supported', {
      cause,
    });
  }
}

/** The content that the signature should cover. The digest that the bundle itself states must be the artifact's. */
function signedBy({ content }: Bundle, artifact: SignedArtifact): Signed {
  if (content.$case === 'dsseEnvelope') {
    const { payloadType, payload } = content.dsseEnvelope;
    return { bytes: preAuthEncoding(payloadType, payload) };
  }
  const { algorithm, digest } = content.messageSignature.messageDigest;
  const hash = HASHES[algorithm];
  if (hash === undefined) {
    throw new Refusal('BUNDLE_UNSUPPORTED', 'Cannot verify bundle: its hash is not supported');
  }
  const { bytes, sha256 } = artifact;
  if (bytes === undefined && hash !== 'sha256') {
    throw new Refusal(
      'BUNDLE_UNSUPPORTED',
      `Cannot verify bundle: it has a ${hash} of the artifact, of which only the SHA-256 is known`,
    );
  }
  const expected =
    bytes === undefined ? Buffer.from(sha256, 'hex') : createHash(hash).update(bytes).digest();
  if (!expected.equals(digest)) {
    throw new Refusal('WRONG_ARTIFACT', 'Cannot verify bundle: it signs another digest');
  }
  return bytes === undefined ? { digest: expected } : { bytes };
}

/** By the numbers of the specification's `HashAlgorithm`; unspecified means SHA-256. */
const HASHES: readonly (string | undefined)[] = [
  'sha256',
  'sha256',
  'sha384',
  'sha512',
  'sha3-256',
  'sha3-384',
];

/** The content that a DSSE signature covers, so that a payload is never taken for one of another type. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    payload,
  ]);
}

function leafOf({ verificationMaterial: { content } }: Bundle): Buffer {
  if (content.$case === 'certificate') return content.certificate.rawBytes;
  if (content.$case === 'x509CertificateChain') {
    const [leaf] = content.x509CertificateChain.certificates;
    if (leaf !== undefined) return leaf.rawBytes;
  }
  throw new Refusal('BUNDLE_INVALID', 'Cannot read bundle: it has no certificate');
}

function checkLeaf(der: Buffer): void {
  const certificate = run(() => new X509Certificate(der));
  // The declared type is never undefined, but the value may be.
  const usage = certificate.keyUsage as readonly string[] | undefined;
  if (certificate.ca || usage?.includes(CODE_SIGNING) !== true) {
    throw new Refusal(
      'CERTIFICATE_INVALID',
      'Cannot verify bundle: its certificate is not for signing code',
    );
  }
}

function readIdentity(issuer = '', subject = ''): CertificateIdentity {
  for (const text of [issuer, subject]) {
    // A name that needs escaping for display could be mistaken for another.
    if (text === '' || text.length > MAX_IDENTITY_LENGTH || escapeText(text) !== text) {
      throw new Refusal(
        'CERTIFICATE_INVALID',
        'Cannot verify bundle: its certificate names no identity',
      );
    }
  }
  return { issuer, subject };
}

/** Runs library code: any error becomes a typed refusal. */
function run<Value>(step: () => Value): Value {
  try {
    return step();
  } catch (error) {
    throw toRefusal(error);
  }
}
