import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { verifyRun } from '@testbench/bench/attest';
import { createVerifier, parseTrustRules, signRelease, type SigningKey } from '@testbench/trust';

import { type Attack, insist } from '../attack.ts';

const artifact = { digest: `sha256:${'ab'.repeat(32)}`, name: 'acme/length', version: '1.2.3' };
const key = toSigningKey(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }));
const other = toSigningKey(generateKeyPairSync('ed25519'));
const verifier = createVerifier({
  rules: parseTrustRules({
    keys: { acme: { publicKey: key.publicKey } },
    names: [{ name: 'acme/*', signers: ['acme'] }],
  }),
});

type Json = Record<string, never>;

/** A modified copy of a good bundle. */
function changed(change: (bundle: Json) => void): Uint8Array {
  const bundle = JSON.parse(new TextDecoder().decode(signRelease(artifact, key))) as Json;
  change(bundle);
  return Buffer.from(JSON.stringify(bundle));
}

/** A statement with any content, with a signature that is valid for it. */
function signed(statement: string, by: SigningKey = key): Uint8Array {
  return changed((bundle) => {
    const { dsseEnvelope: envelope, verificationMaterial: material } = bundle as unknown as {
      dsseEnvelope: {
        payload: string;
        payloadType: string;
        signatures: { sig: string; keyid: string }[];
      };
      verificationMaterial: { publicKey: { hint: string } };
    };
    const payload = Buffer.from(statement);
    const type = envelope.payloadType;
    const encoded = Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} ${statement}`);
    envelope.payload = payload.toString('base64');
    envelope.signatures = [{ sig: Buffer.from(by.sign(encoded)).toString('base64'), keyid: by.id }];
    material.publicKey.hint = by.id;
  });
}

const subject = (name: string, digest: object): string =>
  `"subject":[{"name":${JSON.stringify(name)},"digest":${JSON.stringify(digest)}}]`;
const statement = (text: string): string =>
  `{"_type":"https://in-toto.io/Statement/v1","predicateType":"urn:testbench:release:1",${text},"predicate":{}}`;
const right = { sha256: 'ab'.repeat(32) };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const good = (): string => text(signRelease(artifact, key));

/** Row 88: none of these is a signature of the artifact. */
const OTHERS: Readonly<Record<string, () => Uint8Array>> = {
  'another digest': () => signRelease({ ...artifact, digest: `sha256:${'cd'.repeat(32)}` }, key),
  'another name': () => signRelease({ ...artifact, name: 'acme/evil' }, key),
  'another version': () => signRelease({ ...artifact, version: '0.0.1' }, key),
  'a name and version put together in another way': () =>
    signRelease({ ...artifact, name: 'acme', version: 'length@1.2.3' }, key),
  'no subject': () => signed(statement('"subject":[]')),
  'a digest of another algorithm': () =>
    signed(statement(subject('acme/length@1.2.3', { sha512: right.sha256 }))),
  'a digest by the prototype': () =>
    signed(
      statement(
        `"subject":[{"name":"acme/length@1.2.3","digest":{"__proto__":{"sha256":"${right.sha256}"}}}]`,
      ),
    ),
  'a subject that is there twice': () =>
    signed(statement(`${subject('acme/length@1.2.3', right)},${subject('x@1', right)}`)),
  'a payload that was changed': () =>
    changed((bundle) => {
      const { dsseEnvelope: envelope } = bundle as unknown as { dsseEnvelope: { payload: string } };
      const payload = Buffer.from(envelope.payload, 'base64').toString().replace('1.2.3', '1.2.3 ');
      envelope.payload = Buffer.from(payload).toString('base64');
    }),
};

/** Row 89: none of these keys is the key. */
const KEYS: Readonly<Record<string, () => Uint8Array>> = {
  "another key's signature": () => signRelease(artifact, other),
  "another key's signature under the name of the key": () => {
    const bundle = text(signRelease(artifact, other));
    return Buffer.from(bundle.replaceAll(other.id, key.id));
  },
  'the hint of a prototype': () =>
    Buffer.from(text(signRelease(artifact, other)).replaceAll(other.id, '__proto__')),
  'a hint and an envelope that disagree': () => Buffer.from(good().replace(key.id, other.id)),
  'two signatures': () =>
    changed((bundle) => {
      const { dsseEnvelope: envelope } = bundle as unknown as {
        dsseEnvelope: { signatures: unknown[] };
      };
      envelope.signatures.push(envelope.signatures[0]);
    }),
  'no signature': () =>
    changed((bundle) => {
      (bundle as unknown as { dsseEnvelope: { signatures: unknown[] } }).dsseEnvelope.signatures =
        [];
    }),
  'an algorithm that the bundle names': () =>
    Buffer.from(good().replace('"keyid":', '"alg":"none","keyid":')),
  'a key and a certificate': () =>
    Buffer.from(good().replace('"publicKey":', '"certificate":{"rawBytes":"AAAA"},"publicKey":')),
  'a certificate of nobody': () =>
    Buffer.from(good().replace(/"publicKey":\{[^}]*\}/, '"certificate":{"rawBytes":"MAA="}')),
  'a field that is there twice': () =>
    Buffer.from(good().replace('"payload":', '"payload":"e30=","payload":')),
  'what is no base64': () => Buffer.from(good().replace('"sig":"', '"sig":"!')),
  'a version to come': () => Buffer.from(good().replace('v0.3+json', 'v0.9+json')),
  'a list of a million brackets': () => Buffer.from('['.repeat(1_000_000)),
  'nine megabytes': () => Buffer.alloc(9 * 1024 * 1024, 0x20),
  'a text with a NUL': () => Buffer.from(good().replace('"sig":"', '"sig":"\\u0000')),
};

const refuse = (row: number, name: string, make: () => Uint8Array): Attack => ({
  row,
  name,
  modes: ['host'],
  async run() {
    const found = await verifier.verify(artifact, [make()]);
    insist(found.outcome === 'refused', `it is ${found.outcome}`);
    return found.outcome === 'refused' ? `${found.code}: ${found.message.slice(0, 80)}` : '';
  },
});

/** Untrusted run folders to verify. */
const FOLDERS: Readonly<Record<string, (folder: string) => void>> = {
  'a link in place of a manifest': (folder) =>
    symlinkSync('/etc/passwd', join(folder, 'manifest.json')),
  'a pipe in place of a plan': (folder) => execFileSync('mkfifo', [join(folder, 'plan.json')]),
  'a device that never ends': (folder) =>
    symlinkSync('/dev/zero', join(folder, 'attestation.sigstore.json')),
  'nothing of a run': () => {},
  'a manifest of brackets': (folder) =>
    writeFileSync(join(folder, 'manifest.json'), '['.repeat(100_000)),
};

const folders = Object.entries(FOLDERS).map(([name, make]): Attack => ({
  row: 88,
  name: `a run to verify: ${name}`,
  modes: ['host'],
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'testbench-attack-run-'));
    try {
      make(folder);
      const code = await verifyRun(folder, { verifier }).then(
        () => 'verified',
        (error: { readonly code?: string }) => error.code ?? 'another error',
      );
      insist(code.startsWith('BENCH_RUN_'), `it ended with ${code}`);
      return code;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
}));

/** Rows 88 and 89. */
export const signatures: readonly Attack[] = [
  ...Object.entries(OTHERS).map(([name, make]) => refuse(88, name, make)),
  ...folders,
  ...Object.entries(KEYS).map(([name, make]) => refuse(89, name, make)),
];

function toSigningKey({
  publicKey,
  privateKey,
}: {
  publicKey: KeyObject;
  privateKey: KeyObject;
}): SigningKey {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const isEd25519 = privateKey.asymmetricKeyType === 'ed25519';
  return {
    id: `sha256:${createHash('sha256').update(der).digest('hex')}`,
    algorithm: isEd25519 ? 'ed25519' : 'ecdsa-p256',
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }),
    sign: (bytes) => sign(isEd25519 ? null : 'sha256', bytes, privateKey),
  };
}
