import { InstallError } from '@testbench/registry/install';
import { readBundles } from '@testbench/registry/stores';
import { createVerifier, parseTrustRules, type VerifierOptions } from '@testbench/trust';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { findArtifact, type FoundArtifact } from '../find-artifact.js';
import type { PLUGIN_VERIFY_FLAGS } from '../flags/plugin-verify.js';
import { escapeText } from '../render/escape-text.js';
import { renderVerification } from '../render/render-verification.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readNamed, readRules, readTrust, withRoot } from '../trust-files.js';
import { UsageError } from '../usage-error.js';

type VerifyFlags = CommandCall<typeof PLUGIN_VERIFY_FLAGS>['flags'];

/** `testbench plugin verify <reference>`: with the attachments of the artifact and the bundles named on the command line. */
export async function verifyStored(io: CliIo, flags: VerifyFlags, text: string): Promise<ExitCode> {
  if (flags.name !== undefined) {
    throw new UsageError('--name is only for files and digests', 'plugin verify');
  }
  const { signal } = io;
  const found = await findArtifact(io, text, flags);
  const { name, version, digest, registry, artifact, store, locked } = found;
  checkLocked(found);
  const given = await Promise.all(
    (flags.bundle ?? []).map((file) => readNamed(io, file, 'bundle')),
  );
  const bundles = [...given, ...(await readBundles(store, artifact, signal))];
  const { trust, isAlone } = await trustOf(io, flags);
  const verifier = createVerifier(trust);
  // A signer named on the command line counts, regardless of earlier signatures.
  const knownSigners = isAlone ? [] : (locked?.signers ?? []);
  const verification = await verifier.verify({ digest, name, version }, bundles, {
    knownSigners,
    signal,
  });
  // A signature covers the manifest; the layers are checked against it when they are read.
  for (const layer of artifact.layers) await store.readLayer(artifact.name, layer, { signal });
  if (flags.json) {
    writeJson(io.stdout, {
      name,
      version,
      digest,
      registry,
      bundles: bundles.length,
      ...verification,
    });
  } else {
    io.stdout.write(`${escapeText(`${name}@${version}`)} ${digest}, in ${escapeText(registry)}\n`);
    io.stdout.write(`${renderVerification(verification, createStyle(io.stdout, io.env))}\n`);
  }
  return verification.outcome === 'trusted' ? ExitCode.ok : ExitCode.failure;
}

/** The registry's content under an installed version must be what was installed. */
function checkLocked({ name, version, digest, locked }: FoundArtifact): void {
  if (locked === undefined || locked.version !== version || locked.digest === digest) return;
  throw new InstallError(
    'INSTALL_MOVED',
    `Cannot verify "${name}@${version}": the registry has ${digest} under this version, the lockfile has ${locked.digest}`,
    { plugin: name },
  );
}

/** The rules of the file, or a rule for every name if the command line names a key or identity. */
async function trustOf(
  io: CliIo,
  flags: VerifyFlags,
): Promise<{ readonly trust: VerifierOptions; readonly isAlone: boolean }> {
  const { key, certificateIdentity: subject, certificateOidcIssuer: issuer } = flags;
  if (key === undefined && subject === undefined && issuer === undefined) {
    return { trust: await readTrust(io, flags), isAlone: false };
  }
  const names = [{ name: '*', signers: ['given'] }];
  if (key !== undefined) {
    const publicKey = new TextDecoder().decode(await readNamed(io, key, 'public key'));
    const rules = parseTrustRules({ keys: { given: { publicKey } }, names });
    return { trust: await withRoot(io, flags, rules), isAlone: true };
  }
  if (subject === undefined || issuer === undefined) {
    throw new UsageError(
      '--certificate-identity and --certificate-oidc-issuer belong together',
      'plugin verify',
    );
  }
  const identities = { given: { subject, issuer } };
  const rules = parseTrustRules({ identities, names });
  const settings = await readRules(io, flags.rules);
  return { trust: await withRoot(io, flags, rules, settings?.trustedRoot), isAlone: true };
}
