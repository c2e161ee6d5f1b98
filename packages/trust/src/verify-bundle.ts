import { createHash } from 'node:crypto';

import { readOptions } from '@testbench/types/config';
import type { RefusalCode, Signer } from '@testbench/types/stores';

import { verifyByCertificate, verifyByKey, type SignedArtifact } from './bundle/open-bundle.js';
import { parseBundle } from './bundle/parse-bundle.js';
import { Refusal } from './bundle/refusal.js';
import { readSha256 } from './bundle/sign-statement.js';
import { parseStatement, type Statement } from './bundle/statement.js';
import { toRefusal } from './bundle/to-refusal.js';
import type { TrustedAuthorities } from './bundle/trusted-root.js';
import { readPublicKey } from './keys/public-key.js';
import { readIdentity, matchesIdentity } from './rules/identity.js';
import type { TrustedIdentity } from './rules/trust-rules.js';

/** Options of {@link verifyBundle}. */
export interface VerifyBundleOptions {
  /** The bytes that should be signed, or `sha256:` and their hex digest. */
  readonly artifact: Uint8Array | string;
  /** Expected signer: a public key, in PEM. */
  readonly publicKey?: string;
  /** Expected signer: the identity that a certificate must name. */
  readonly identity?: TrustedIdentity;
  /** See `readTrustedRoot`. Required for an identity; with a key, log entries and timestamps are verified too if it is set. */
  readonly trustedRoot?: TrustedAuthorities;
}

/** Result of {@link verifyBundle}. */
export type BundleVerification =
  | {
      readonly verified: true;
      readonly signer: Signer;
      /** The claim; undefined for a message signature. */
      readonly statement: Statement | undefined;
    }
  | { readonly verified: false; readonly code: RefusalCode; readonly message: string };

/**
 * Verifies one Sigstore bundle over any artifact, by a key or an identity, without rules and without a network.
 *
 * @param bundle JSON in UTF-8, of unknown origin: any bytes give a result.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`
 * @throws {TrustError} `TRUST_KEY_INVALID`, `TRUST_KEY_UNSUPPORTED` for `publicKey`.
 *
 * @example
 * ```ts
 * import { generateKey, readPrivateKey, signRelease, verifyBundle } from '@testbench/trust';
 *
 * const { privateKey, publicKey } = await generateKey('ed25519', 'correct horse battery');
 * const digest = `sha256:${'0'.repeat(64)}`;
 * const bundle = signRelease(
 *   { digest, name: 'acme/length', version: '1.0.0' },
 *   readPrivateKey(privateKey, 'correct horse battery'),
 * );
 * verifyBundle(bundle, { artifact: digest, publicKey }).verified; // => true
 * ```
 */
export function verifyBundle(bundle: Uint8Array, options: VerifyBundleOptions): BundleVerification {
  const { artifact, publicKey, identity, trustedRoot } = readBundleOptions(options);
  const key = publicKey === undefined ? undefined : readPublicKey(publicKey);
  const material = trustedRoot?.material;
  const signed = toArtifact(artifact);
  try {
    const parsed = parseBundle(bundle);
    const { content } = parsed;
    const statement =
      content.$case === 'dsseEnvelope' ? parseStatement(content.dsseEnvelope.payload) : undefined;
    if (statement !== undefined) checkSubjects(statement, signed);
    if (parsed.verificationMaterial.content.$case === 'publicKey') {
      if (key === undefined) throw untrusted('it is signed by a key, and none is given');
      verifyByKey(parsed, signed, key, material);
      return { verified: true, signer: { id: `key:${key.id}`, kind: 'key' }, statement };
    }
    if (identity === undefined)
      throw untrusted('it is signed by a certificate, and no identity is given');
    const found = verifyByCertificate(parsed, signed, material);
    if (!matchesIdentity(identity, found)) throw untrusted('its certificate names somebody else');
    const id = `identity:${found.issuer} ${found.subject}`;
    return { verified: true, signer: { id, kind: 'identity' }, statement };
  } catch (error) {
    const { code, message } = toRefusal(error);
    return { verified: false, code, message };
  }
}

function checkSubjects({ subjects }: Statement, { sha256 }: SignedArtifact): void {
  if (!subjects.some(({ digest }) => digest['sha256'] === sha256)) {
    throw new Refusal('WRONG_ARTIFACT', 'Cannot verify bundle: it is about another digest');
  }
}

function toArtifact(artifact: Uint8Array | string): SignedArtifact {
  return typeof artifact === 'string'
    ? { sha256: readSha256(artifact) }
    : { sha256: createHash('sha256').update(artifact).digest('hex'), bytes: artifact };
}

function readBundleOptions(options: VerifyBundleOptions): VerifyBundleOptions {
  return readOptions<VerifyBundleOptions>(
    options,
    {
      artifact: (node) => {
        if (node.value instanceof Uint8Array) return node.value;
        if (!/^sha256:[0-9a-f]{64}$/.test(node.text()))
          node.reject('bytes, or "sha256:" and 64 hex digits');
        return node.text();
      },
      publicKey: (node) => node.text(),
      identity: readIdentity,
      trustedRoot: (node) => node.object() as unknown as TrustedAuthorities,
    },
    '',
    ['artifact'],
  );
}

function untrusted(state: string): Refusal {
  return new Refusal('SIGNER_UNTRUSTED', `Cannot verify bundle: ${state}`);
}
