import { readBundles } from '@testbench/registry/stores';
import { createVerifier, type ListedClaim, listClaims } from '@testbench/trust';
import { PluginError } from '@testbench/types/errors';
import type { PluginStore, StoredReferrer, Verification } from '@testbench/types/stores';

import { kindOfMediaType } from './attest/predicate-kinds.js';
import type { CliIo } from './cli-io.js';
import type { FoundArtifact } from './find-artifact.js';
import { readTrust, type TrustFlagValues } from './trust-files.js';

/** Larger ones are not parsed: a bill of materials of thousands of packages has 3 MB. */
const MAX_ATTACHED_BYTES = 8 * 1024 * 1024;
/** Maximum number of unsigned attachments that are parsed. */
const MAX_UNSIGNED = 8;
const BUNDLES = 'application/vnd.dev.sigstore.bundle';

/** An unsigned attachment. */
export interface UnsignedAttachment {
  readonly digest: string;
  readonly artifactType: string | undefined;
  /** Its content, if it is JSON that was parsed. */
  readonly content: unknown;
}

/** Attachments of an artifact, and which of them count. */
export interface AttachedClaims {
  /** The verdict of the rules. */
  readonly signature: Verification;
  /** The statement of each bundle. */
  readonly claims: readonly ListedClaim[];
  readonly unsigned: readonly UnsignedAttachment[];
}

/** Checks signatures of artifacts by the rules of the project. */
export async function openClaims(
  io: CliIo,
  flags: TrustFlagValues,
): Promise<(found: ClaimSubject) => Promise<AttachedClaims>> {
  const options = await readTrust(io, flags);
  const verifier = createVerifier(options);
  const { signal } = io;
  return async ({ store, name, version, digest, locked }) => {
    const subject = { name, digest };
    const identity = { name, version, digest };
    const bundles = await readBundles(store, subject, signal);
    const signature = await verifier.verify(identity, bundles, {
      knownSigners: locked?.signers ?? [],
      signal,
    });
    const others = (await store.referrers(subject, undefined, { signal })).filter(
      ({ artifactType = '' }) => !artifactType.startsWith(BUNDLES),
    );
    const unsigned = await Promise.all(
      others.map(async ({ digest: attached, artifactType }, index) => ({
        digest: attached,
        artifactType,
        content:
          index < MAX_UNSIGNED ? await readContent(store, name, others[index]!, signal) : undefined,
      })),
    );
    return { signature, claims: listClaims(identity, bundles, options), unsigned };
  };
}

/** The artifact in question. */
export type ClaimSubject = Pick<FoundArtifact, 'store' | 'name' | 'version' | 'digest' | 'locked'>;

/** JSON of a known kind; undefined if it is of another kind, or cannot be read. */
async function readContent(
  store: PluginStore,
  name: string,
  { digest, artifactType = '' }: StoredReferrer,
  signal: AbortSignal,
): Promise<unknown> {
  if (kindOfMediaType(artifactType) === undefined) return undefined;
  try {
    const artifact = await store.resolve({ name, digest }, { signal });
    const [layer] = artifact.layers;
    if (layer === undefined || layer.size > MAX_ATTACHED_BYTES) return undefined;
    const text = new TextDecoder().decode(await store.readLayer(name, layer, { signal }));
    return JSON.parse(text) as unknown;
  } catch (error) {
    signal.throwIfAborted();
    if (PluginError.is(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
