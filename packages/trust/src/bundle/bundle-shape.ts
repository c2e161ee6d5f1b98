import { MAX_MATERIALS } from '../limits.js';
import { Refusal } from './refusal.js';

/** Checks a value of a bundle's JSON, and returns it with field names in lowerCamelCase. */
type Shape = (value: unknown, path: string) => unknown;

/**
 * The messages of a Sigstore bundle in the JSON form of Protocol Buffers.
 *
 * The generated code reads the fields it knows and takes any base64 for bytes: an unknown field, the second member of a `oneof` and
 * characters that are not base64 would pass unnoticed, and another reader would see a different bundle.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
const bytes: Shape = (value, path) => {
  // Most readers skip line ends, and some writers break lines.
  const text =
    typeof value === 'string' ? value.replace(/[\r\n]/g, '') : reject(path, 'is no base64');
  // Both alphabets, with or without padding, as the mapping specifies.
  const data = text.replace(/={1,2}$/, '');
  if (!/^(?:[A-Za-z0-9+/]*|[A-Za-z0-9_-]*)$/.test(data)) reject(path, 'is no base64');
  const padded = data.length !== text.length;
  if (data.length % 4 === 1 || (padded && text.length % 4 !== 0)) reject(path, 'is no base64');
  return text;
};

const text: Shape = (value, path) =>
  typeof value === 'string' ? value : reject(path, 'is no text');

/** A counting `int64`: a text of digits, or an exact number. */
const count: Shape = (value, path) => {
  const digits = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof digits !== 'string' || !/^(?:0|[1-9][0-9]{0,18})$/.test(digits)) {
    return reject(path, 'is no whole number from 0');
  }
  if (BigInt(digits) > 0x7fffffffffffffffn) reject(path, 'is larger than 64 bits hold');
  return digits;
};

const HASH_ALGORITHMS = [
  'HASH_ALGORITHM_UNSPECIFIED',
  'SHA2_256',
  'SHA2_384',
  'SHA2_512',
  'SHA3_256',
  'SHA3_384',
];
const hashAlgorithm: Shape = (value, path) =>
  HASH_ALGORITHMS.includes(value as string) || HASH_ALGORITHMS[value as number] !== undefined
    ? value
    : reject(path, 'is no known hash');

const list =
  (item: Shape): Shape =>
  (value, path) => {
    if (!Array.isArray(value)) return reject(path, 'is no list');
    if (value.length > MAX_MATERIALS) reject(path, `has more than ${MAX_MATERIALS} entries`);
    return value.map((entry, index) => item(entry, `${path}[${index}]`));
  };

const message = (fields: Readonly<Record<string, Shape>>, oneOf: readonly string[] = []): Shape => {
  const names = new Map(
    Object.keys(fields).flatMap((name) => [
      [name, name],
      [snake(name), name],
    ]),
  );
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return reject(path, 'is no object');
    }
    const found: Record<string, unknown> = {};
    for (const [key, field] of Object.entries(value)) {
      const name = names.get(key);
      const at = path === '' ? key : `${path}.${key}`;
      if (name === undefined) return reject(path, 'has an unknown field');
      if (Object.hasOwn(found, name)) reject(at, 'is there twice');
      // Null counts as absent.
      if (field !== null) found[name] = fields[name]!(field, at);
    }
    const chosen = oneOf.filter((name) => Object.hasOwn(found, name));
    if (oneOf.length > 0 && chosen.length !== 1) {
      reject(path, `needs exactly one of ${oneOf.join(', ')}`);
    }
    return found;
  };
};

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const certificate = message({ rawBytes: bytes });

const tlogEntry = message({
  logIndex: count,
  logId: message({ keyId: bytes }),
  kindVersion: message({ kind: text, version: text }),
  integratedTime: count,
  inclusionPromise: message({ signedEntryTimestamp: bytes }),
  inclusionProof: message({
    logIndex: count,
    rootHash: bytes,
    treeSize: count,
    // The depth of a tree of 2^64 leaves.
    hashes: (value, path) => {
      if (!Array.isArray(value) || value.length > 64) return reject(path, 'is no list of a path');
      return value.map((hash, index) => bytes(hash, `${path}[${index}]`));
    },
    checkpoint: message({ envelope: text }),
  }),
  canonicalizedBody: bytes,
});

const bundle = message(
  {
    mediaType: text,
    verificationMaterial: message(
      {
        publicKey: message({ hint: text }),
        x509CertificateChain: message({ certificates: list(certificate) }),
        certificate,
        tlogEntries: list(tlogEntry),
        timestampVerificationData: message({
          rfc3161Timestamps: list(message({ signedTimestamp: bytes })),
        }),
      },
      ['publicKey', 'x509CertificateChain', 'certificate'],
    ),
    messageSignature: message({
      messageDigest: message({ algorithm: hashAlgorithm, digest: bytes }),
      signature: bytes,
    }),
    dsseEnvelope: message({
      payload: bytes,
      payloadType: text,
      signatures: list(message({ sig: bytes, keyid: text })),
    }),
  },
  ['messageSignature', 'dsseEnvelope'],
);

/** Checks that a value is the JSON form of a bundle, and returns it in the form that generated code reads. */
export function checkBundleShape(value: unknown): unknown {
  return bundle(value, '');
}

function reject(path: string, state: string): never {
  throw new Refusal(
    'BUNDLE_INVALID',
    `Cannot read bundle: ${path === '' ? 'it' : `"${path}"`} ${state}`,
  );
}
