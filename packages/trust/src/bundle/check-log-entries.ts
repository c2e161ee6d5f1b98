import { createPublicKey, X509Certificate } from 'node:crypto';

import type { Bundle, TransparencyLogEntry } from '@sigstore/bundle';

import { parseStrictJson } from './parse-bundle.js';
import { Refusal } from './refusal.js';

/**
 * Checks log entries in ways that the library does not: the signer according to the log, and the tree described by the proof.
 *
 * @param spki Public key of the signer, in DER.
 */
export function checkLogEntries(bundle: Bundle, spki: Buffer): void {
  for (const entry of bundle.verificationMaterial.tlogEntries) {
    const body = parseStrictJson(entry.canonicalizedBody, 'log entry');
    const verifiers = verifiersOf(body);
    if (!verifiers.some((verifier) => spkiOf(verifier)?.equals(spki) === true)) {
      throw new Refusal('LOG_INVALID', 'Cannot verify log entry: it names another key');
    }
    checkProof(entry);
  }
}

function checkProof({ inclusionProof }: TransparencyLogEntry): void {
  if (inclusionProof?.checkpoint === undefined) return;
  // Origin, size and root hash: the first three lines of the note.
  const [, size = '', root = ''] = inclusionProof.checkpoint.envelope.split('\n');
  const sameRoot = inclusionProof.rootHash.equals(Buffer.from(root, 'base64'));
  if (!sameRoot || inclusionProof.treeSize !== size) {
    throw new Refusal('LOG_INVALID', 'Cannot verify log entry: proof and checkpoint disagree');
  }
}

/** Base64 texts in the places where an entry of one of the kinds has a key or a certificate. */
function verifiersOf(body: unknown): unknown[] {
  const spec = at(body, 'spec');
  const envelope = at(spec, 'content', 'envelope');
  const v2 = at(spec, 'hashedRekordV002') ?? at(spec, 'dsseV002');
  return [
    at(spec, 'signature', 'publicKey', 'content'),
    ...list(at(spec, 'signatures')).map((signature) => at(signature, 'verifier')),
    ...list(at(envelope, 'signatures')).map((signature) => at(signature, 'publicKey')),
    ...[
      at(v2, 'signature', 'verifier'),
      ...list(at(v2, 'signatures')).map((one) => at(one, 'verifier')),
    ].flatMap((verifier) => [
      at(verifier, 'x509Certificate', 'rawBytes'),
      at(verifier, 'publicKey', 'rawBytes'),
    ]),
  ].filter((verifier) => typeof verifier === 'string');
}

/** The public key of a certificate or key, which is in PEM or DER, in base64. */
function spkiOf(base64: unknown): Buffer | undefined {
  let bytes = Buffer.from(base64 as string, 'base64');
  // Some writers of kind `intoto` encode it twice.
  if (bytes.toString('latin1', 0, 4) === 'LS0t')
    bytes = Buffer.from(bytes.toString('latin1'), 'base64');
  try {
    return new X509Certificate(bytes).publicKey.export({ format: 'der', type: 'spki' });
  } catch {
    // It is not a certificate.
  }
  try {
    const isPem = bytes[0] === 0x2d;
    const key = isPem
      ? createPublicKey(bytes)
      : createPublicKey({ key: bytes, format: 'der', type: 'spki' });
    return key.export({ format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key))
      return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
