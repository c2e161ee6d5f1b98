import { digestOf } from '@testbench/core/files';
import {
  type BundleVerification,
  createVerifier,
  namePredicate,
  verifyBundle,
} from '@testbench/trust';
import type { Verification } from '@testbench/types/stores';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import { readTarget } from '../find-artifact.js';
import type { PLUGIN_VERIFY_FLAGS } from '../flags/plugin-verify.js';
import { escapeText } from '../render/escape-text.js';
import { renderVerification } from '../render/render-verification.js';
import { createStyle } from '../render/style.js';
import { writeJson } from '../render/write-json.js';
import { readNamed, readRoot, readRules, readTrust } from '../trust-files.js';
import { UsageError } from '../usage-error.js';

type VerifyFlags = CommandCall<typeof PLUGIN_VERIFY_FLAGS>['flags'];

/** `testbench plugin verify <file|digest|reference>` */
export async function pluginVerifyCommand({
  io,
  flags,
  args,
}: CommandCall<typeof PLUGIN_VERIFY_FLAGS>): Promise<ExitCode> {
  const what = args[0]!;
  const target = await readTarget(io, what);
  if (target.kind === 'reference') {
    const { verifyStored } = await import('./plugin-verify-stored.js');
    return await verifyStored(io, flags, what);
  }
  const artifact = target.kind === 'digest' ? target.digest : await readNamed(io, what, 'artifact');
  const files = flags.bundle ?? [`${what}.sigstore.json`];
  const bundles = await Promise.all(files.map((file) => readNamed(io, file, 'bundle')));
  const { key, certificateIdentity, certificateOidcIssuer } = flags;
  const withoutRules = [key, certificateIdentity, certificateOidcIssuer].some(
    (value) => value !== undefined,
  );
  return withoutRules
    ? await verifyAlone(io, flags, artifact, bundles)
    : await verifyByRules(io, flags, artifact, bundles);
}

async function verifyByRules(
  io: CliIo,
  flags: VerifyFlags,
  artifact: Uint8Array | string,
  bundles: readonly Uint8Array[],
): Promise<ExitCode> {
  const { name, version } = flags;
  if (name === undefined || version === undefined) {
    throw new UsageError(
      '--name and --version are needed with rules; or give --key',
      'plugin verify',
    );
  }
  const verifier = createVerifier(await readTrust(io, flags));
  const digest = typeof artifact === 'string' ? artifact : digestOf(artifact);
  const found = await verifier.verify({ digest, name, version }, bundles, { signal: io.signal });
  if (flags.json) writeJson(io.stdout, found);
  else io.stdout.write(`${renderVerification(found, createStyle(io.stdout, io.env))}\n`);
  return exitOf(found);
}

async function verifyAlone(
  io: CliIo,
  flags: VerifyFlags,
  artifact: Uint8Array | string,
  bundles: readonly Uint8Array[],
): Promise<ExitCode> {
  const { key, certificateIdentity: subject, certificateOidcIssuer: issuer } = flags;
  if (key === undefined && (subject === undefined || issuer === undefined)) {
    throw new UsageError(
      '--certificate-identity and --certificate-oidc-issuer belong together',
      'plugin verify',
    );
  }
  const settings = key === undefined ? await readRules(io, flags.rules) : undefined;
  const trustedRoot = await readRoot(io, flags, settings?.trustedRoot);
  const options = {
    artifact,
    ...(key === undefined
      ? {}
      : { publicKey: new TextDecoder().decode(await readNamed(io, key, 'public key')) }),
    ...(subject === undefined || issuer === undefined ? {} : { identity: { subject, issuer } }),
    ...(trustedRoot === undefined ? {} : { trustedRoot }),
  };
  const found = bundles.map((bundle) => verifyBundle(bundle, options));
  if (flags.json) writeJson(io.stdout, found);
  else for (const each of found) io.stdout.write(`${describe(each)}\n`);
  return found.every(({ verified }) => verified) ? ExitCode.ok : ExitCode.failure;
}

function describe(found: BundleVerification): string {
  if (!found.verified) return escapeText(`not verified (${found.code}): ${found.message}`);
  const says =
    found.statement === undefined
      ? 'message signature'
      : namePredicate(found.statement.predicateType);
  return escapeText(`verified: ${says} by ${found.signer.id}`);
}

function exitOf({ outcome }: Verification): ExitCode {
  return outcome === 'trusted' ? ExitCode.ok : ExitCode.failure;
}
